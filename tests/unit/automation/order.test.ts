import { expect } from "chai";
import { deploy, destroy, preview, SettingsError } from "../../../automation";
import { settleLimited, waves } from "../../../automation/order";

const names = (stacks: string[]): string[][] =>
  waves(stacks.map((name) => ({ name }))).map((wave) => wave.map(({ name }) => name));

describe("the order of stacks", () => {
  it("puts the security stack before its consumers, which go side by side", () => {
    expect(names(["system-tokyo", "security", "system"])).to.deep.equal([["security"], ["system-tokyo", "system"]]);
    expect(names(["security-2", "system"])).to.deep.equal([["security-2"], ["system"]]);
    expect(names(["system"])).to.deep.equal([["system"]]);
  });

  it("puts the transit stack before spokes, which go side by side, and what measures them last", () => {
    expect(names(["proof", "spoke-b", "spoke-a", "transit", "security"])).to.deep.equal([
      ["security"],
      ["transit"],
      ["spoke-b", "spoke-a"],
      ["proof"],
    ]);
  });

  it("refuses no stack, one twice, and what cannot be a name", () => {
    expect(() => names([])).to.throw(/at least one/);
    expect(() => names(["system", "system"])).to.throw(/"system" is named twice/);
    expect(() => names(["organization/p/system"])).to.throw(/"organization\/p\/system"/);
    expect(() => names(["../system"])).to.throw(/"\.\.\/system"/);
    expect(() => names(["--help"])).to.throw(/"--help"/);
  });

  it("is refused by the promise that an operation gives, as is all that it fails with", async () => {
    for (const operation of [deploy, preview, destroy]) {
      const refused = operation({ stacks: [] });
      expect(await refused.catch((error: unknown) => error)).to.be.instanceOf(SettingsError);
    }
  });
});

describe("work that is limited", () => {
  it("never exceeds the limit, waits for all and keeps the order", async () => {
    let running = 0;
    let most = 0;
    const results = await settleLimited([5, 1, 3, 2], 2, async (turns) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      running--;
      if (turns === 3) throw new Error("three");
      return turns;
    });
    expect(most).to.equal(2);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "failed"))).to.deep.equal([
      5,
      1,
      "failed",
      2,
    ]);
  });
});

import { expect } from "chai";
import * as fs from "node:fs";
import { atLeast, engineVersion, oldestEngine, oldestGo, usableEngine, versionIn } from "../../../lab/engine/version";

describe("engine versions", () => {
  it("are read from what programs print", () => {
    expect(versionIn("v3.259.0\n")).to.equal("3.259.0");
    expect(versionIn("go1.26.8\nauto\n")).to.equal("1.26.8");
    expect(versionIn("go1.27\n")).to.equal("1.27.0");
    expect(versionIn("v3.260.0-alpha.1f2e")).to.equal("3.260.0");
    expect(versionIn("not a version")).to.equal(undefined);
  });

  it("are compared by number, not by text", () => {
    expect(atLeast("3.1000.0", "3.250.0")).to.equal(true);
    expect(atLeast("3.99.9", "3.250.0")).to.equal(false);
    expect(atLeast("1.25.11", "1.25.11")).to.equal(true);
    expect(atLeast("1.25", "1.25.1")).to.equal(false);
  });

  it("that are too old or of another major version are not used", () => {
    expect(usableEngine(oldestEngine)).to.equal(true);
    expect(usableEngine("3.249.9")).to.equal(false);
    expect(usableEngine("4.0.0")).to.equal(false);
  });

  it("are pinned to the version of the SDK", () => {
    const file = require.resolve("@pulumi/pulumi/package.json");
    const { version } = JSON.parse(fs.readFileSync(file, "utf8")) as { version: string };
    expect(engineVersion).to.equal(version);
    expect(oldestGo).to.match(/^1\.\d+/);
  });
});

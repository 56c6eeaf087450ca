import { expect } from "chai";
import * as fs from "node:fs";
import type { FabricEntry } from "../../lab/fabric/inspect";
import type { PathReport } from "../../path/proof/pathReport";
import { commandLine } from "./commandLine";

const [one, other] = [`one-${process.pid}`, `other-${process.pid}`];
const folder = (name: string): string => `/run/gwlb-inspection/${name}`;

async function vpcs(name: string): Promise<FabricEntry[]> {
  const { stdout } = await commandLine("lab", "inspect", "--name", name, "--format", "json");
  return (JSON.parse(stdout) as FabricEntry[]).filter(({ kind }) => kind === "vpc");
}

describe("two labs beside each other", function () {
  this.timeout(300_000);

  before(async () => {
    const started = await Promise.all([one, other].map((name) => commandLine("lab", "up", "--name", name)));
    for (const { exitCode, stdout, stderr } of started) expect(exitCode, `${stdout}\n${stderr}`).to.equal(0);
  });

  after(async () => {
    for (const name of [one, other]) await commandLine("lab", "down", "--name", name);
  });

  it("have the same addresses and share no resource", async () => {
    const [first, second] = [await vpcs(one), await vpcs(other)];
    expect(first.map(({ address }) => address)).to.deep.equal(second.map(({ address }) => address));
    const ids = [...first, ...second].map(({ id }) => id);
    expect(new Set(ids).size).to.equal(4);
  });

  it("do not feel each other's faults", async () => {
    const broken = await commandLine("lab", "break", "routes-removed", "--name", one);
    expect(broken.exitCode, broken.stderr).to.equal(0);
    const [bad, good] = await Promise.all(
      [one, other].map((name) => commandLine("lab", "verify", "--name", name, "--format", "json")),
    );
    expect((JSON.parse(bad?.stdout ?? "") as PathReport).verdict).to.equal("bypassed");
    expect((JSON.parse(good?.stdout ?? "") as PathReport).verdict).to.equal("inspected");
  });

  it("one is taken down while the other's path is measured", async () => {
    const [down, verified] = await Promise.all([
      commandLine("lab", "down", "--name", one),
      commandLine("lab", "verify", "--name", other, "--format", "json"),
    ]);
    expect(down.exitCode, down.stderr).to.equal(0);
    expect(fs.existsSync(folder(one))).to.be.false;
    expect(verified.exitCode, verified.stderr).to.equal(0);
    expect((JSON.parse(verified.stdout) as PathReport).verdict).to.equal("inspected");
    expect(fs.existsSync(folder(other))).to.be.true;
  });
});

import { expect } from "chai";
import { NamedLab } from "./namedLab";

/** Source and destination AZ of a host's name. */
const zoneOf = (name: string): string => name.replace(/^spoke-[ab]-host-/, "");

describe("the centralised design in the lab", function () {
  this.timeout(600_000);
  const lab = new NamedLab("centralised");
  before(() => lab.succeed("up", "--design", "centralised"));
  after(() => lab.run("down"));

  it("is proven: both directions of each pair cross one target, also between AZs", async () => {
    const { exitCode, report } = await lab.verify();
    expect(exitCode).to.equal(0);
    expect(report.verdict).to.equal("inspected");
    expect(report.pairs).to.have.length(8);
    const betweenZones = report.pairs.filter(
      ({ source, destination }) => zoneOf(source.name) !== zoneOf(destination.name),
    );
    expect(betweenZones).to.have.length(4);
    for (const { source, destination, targets } of report.pairs) {
      const crossed = targets.filter(({ requestIn, replyIn }) => requestIn + replyIn > 0);
      expect(crossed, `${source.name} → ${destination.name}`).to.have.length(1);
      expect(crossed[0]).to.include({ requestIn: 5, requestOut: 5, replyIn: 5, replyOut: 5 });
    }
  });

  it("has nothing to do in a second run", async () => {
    const { stdout, stderr } = await lab.succeed("up", "--design", "centralised");
    const done = (stdout + stderr).split("\n").filter((line) => /: \d+ (created|updated|replaced|deleted)/.test(line));
    expect(done).to.deep.equal([]);
  });
});

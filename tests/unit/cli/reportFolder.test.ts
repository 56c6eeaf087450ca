import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { SettingsError } from "../../../automation";
import { verifyAndPrint } from "../../../cli/measure";
import { prepareReportFolder, writeReport } from "../../../cli/reportFolder";
import { topologyFromStates, type Topology } from "../../../path/topology";
import { failingReport, hostileName, inspectedReport } from "../../fixtures/pathReports";
import { deployedStates } from "../path/topology/deployment";

describe("report folder", () => {
  let directory: string;
  let topology: Topology;
  before(async () => {
    topology = topologyFromStates(await deployedStates());
  });
  beforeEach(() => void (directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "report-")), "made")));
  afterEach(() => fs.rmSync(path.dirname(directory), { recursive: true }));
  const page = () => fs.readFileSync(path.join(directory, "index.html"), "utf8");
  const measured = (report: typeof inspectedReport, targets: string[] = []) => ({
    stack: "system",
    report,
    captures: new Map(targets.map((target) => [target, Buffer.from(target)] as const)),
  });

  it("has the verdict, the way drawn, its hops, counts, statistics and the three options of a packet", async () => {
    await writeReport(directory, measured(inspectedReport), () => Promise.resolve(topology));
    const html = page();
    expect(html).to.contain("</span> inspected</h1>");
    expect(html).to.contain('class="request good"').and.contain('class="reply good"');
    expect(html).to.match(/<details class="hops"><summary>The way by the stacks.*, \d\d hops/);
    expect(html).to.contain("GENEVE packets of this ping").and.contain("0.523");
    expect(html).to.contain("vpce-0a5f448c584e2e491").and.contain("0x0a5f448c584e2e49").and.contain("0x8c9d1f00");
    expect(JSON.parse(fs.readFileSync(path.join(directory, "report.json"), "utf8"))).to.deep.equal({
      schemaVersion: 1,
      ...inspectedReport,
    });
  });

  it("takes every name as text and as no path", async () => {
    const captures = ["../../escape", hostileName, "a/b", "a b"];
    await writeReport(directory, measured(failingReport, captures), () => Promise.reject(new Error(hostileName)));
    expect(page()).to.not.match(/<script|<img/);
    expect(page()).to.contain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    const files = fs.readdirSync(directory).filter((file) => file.endsWith(".pcap"));
    expect(files).to.have.length(captures.length);
    for (const file of files) expect(page()).to.contain(`href="${file}"`);
    expect(fs.readdirSync(path.dirname(directory))).to.deep.equal(["made"]);
  });

  it("is for its owner alone, also where its files were there before", async () => {
    fs.mkdirSync(directory);
    for (const file of ["report.json", "index.html"]) fs.writeFileSync(path.join(directory, file), "", { mode: 0o644 });
    await writeReport(directory, measured(inspectedReport, ["target-1"]), () => Promise.resolve(topology));
    const modes = fs.readdirSync(directory).map((file) => fs.statSync(path.join(directory, file)).mode & 0o777);
    expect(modes).to.deep.equal([0o600, 0o600, 0o600]);
  });

  it("is made before anything is measured, or refused with the reason", async () => {
    const file = path.join(path.dirname(directory), "file");
    fs.writeFileSync(file, "");
    fs.mkdirSync(path.join(directory, "index.html"), { recursive: true });
    for (const [folder, reason] of [
      [file, "is a file, expected a folder"],
      [path.join(file, "below"), "is a file, expected a folder"],
      [directory, "it is a folder, expected a file"],
    ] as const) {
      const stacks = [{ name: "security" }, { name: "system" }];
      // No stack and no engine is asked: the workspace is none.
      const workspace = { programDirectory: "/nowhere" };
      const refused = await verifyAndPrint({ stacks, workspace, format: "table", folder }).catch(
        (error: unknown) => error,
      );
      expect(refused).to.be.instanceOf(SettingsError);
      expect((refused as Error).message)
        .to.include(`--report "${folder}"`)
        .and.include(reason);
    }
    const made = path.join(directory, "not", "yet");
    prepareReportFolder(made);
    expect(fs.statSync(made).mode & 0o777).to.equal(0o700);
  });

  it("says it when the packets show something else than the states, and shows finding and remedy", async () => {
    await writeReport(directory, measured(failingReport), () => Promise.resolve(topology));
    expect(page()).to.contain("foretell “inspected”, the packets show “lost-at-target”");
    expect(page()).to.contain("HAIRPIN_RULE_MISSING").and.contain("run hosts/hairpin.sh on the target");
    expect(page()).to.contain('class="request unknown"');
  });

  it("is written without a drawing, and says why, when there are no states", async () => {
    await writeReport(directory, measured(inspectedReport), () => Promise.reject(new Error("no stack named security")));
    expect(page()).to.contain("No drawing and no hops").and.contain("no stack named security");
    expect(page()).to.not.contain("<svg");
  });
});

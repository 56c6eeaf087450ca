import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readReport } from "../../../automation";
import { readRequest } from "../../../automation/report";

const urn = (type: string): string => `urn:pulumi:system::gwlb-inspection::${type}::x`;
const stackType = "pulumi:pulumi:Stack";
const pathType = "gwlb-inspection:index:PathVerification";
const commandType = "command:local:Command";
const secretOf = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const request = { pairs: [{ source: { host: { privateKey: "KEY" } } }] };
const report = { verdict: "inspected", measuredAt: "2026-01-02T03:04:05.000Z", pairs: [] };
const proven = { verdict: report.verdict, measuredAt: report.measuredAt };

const stackOf = (outputs: object = proven): object => ({ urn: urn(stackType), type: stackType, outputs });
const pathOf = (outputs: object = { request: secretOf(request) }): object => ({
  urn: urn(pathType),
  type: pathType,
  outputs,
});
const measured = {
  urn: urn(commandType),
  type: commandType,
  parent: urn(pathType),
  outputs: { stdout: secretOf(JSON.stringify(report)) },
};
const unrelated = { ...measured, parent: urn("gwlb-inspection:index:Host") };

describe("what a state says of its path", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
    fs.mkdirSync(path.join(folder, "bin"));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: gwlb-inspection\nruntime: nodejs\n");
    const script = `#!/bin/sh
case "$*" in
  "stack export"*) cat ${folder}/state ;;
  *) echo '[]' ;;
esac`;
    fs.writeFileSync(path.join(folder, "bin/pulumi"), script, { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const workspace = () => ({
    programDirectory: folder,
    engine: path.join(folder, "bin/pulumi"),
    backendUrl: `file://${folder}`,
  });
  async function read(...resources: object[]) {
    fs.writeFileSync(path.join(folder, "state"), JSON.stringify({ version: 3, deployment: { resources } }));
    const query = { workspace: workspace(), stack: "system" };
    return { request: await readRequest(query), report: await readReport(query) };
  }

  it("is request and report once it is proven", async () => {
    expect(await read(stackOf(), pathOf(), measured)).to.deep.equal({ request, report });
  });

  it("is the request alone where the proof failed, whatever the deployment before has left in the outputs", async () => {
    expect(await read(stackOf(), pathOf(), unrelated)).to.deep.equal({ request, report: undefined });
    expect(await read(pathOf())).to.deep.equal({ request, report: undefined });
  });

  it("is the request among the outputs for a stack whose component keeps none yet", async () => {
    const outputs = { ...proven, verification: secretOf(request) };
    expect(await read(stackOf(outputs), pathOf({ report }), measured)).to.deep.equal({ request, report });
  });

  it("is the component's request, the newer one, before that of the outputs", async () => {
    const older = { verification: secretOf({ pairs: [] }) };
    expect((await read(stackOf(older), pathOf())).request).to.deep.equal(request);
  });

  it("is nothing for a stack without a verification, also one that calls an output so", async () => {
    const outputs = { verification: secretOf(request) };
    expect(await read(stackOf(outputs), unrelated)).to.deep.equal({ request: undefined, report: undefined });
    expect(await read()).to.deep.equal({ request: undefined, report: undefined });
  });
});

import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Outcome } from "./commandLine";
import { NamedLab } from "./namedLab";
import { oneZoneProgram } from "./programCopy";
import { yamlHostFolder } from "./yamlHost";

const root = path.resolve(__dirname, "../..");

interface State {
  deployment: { resources: { inputs?: Record<string, string[]>; outputs?: Record<string, unknown> }[] };
}

/** What a user types, in a project folder of theirs: the vendor's command line, engine and language host, no command of ours. */
describe("plain pulumi on deployed stacks in the lab", function () {
  this.timeout(400_000);
  const program = oneZoneProgram();
  const elsewhere = oneZoneProgram();
  const lab = new NamedLab(`plain-${process.pid}`, program.folder);
  const yamlProgram = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-yaml-"));
  const exported = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-plain-")), "state.json");

  before(() => lab.succeed("up"));

  after(async () => {
    await lab.run("down");
    program.remove();
    elsewhere.remove();
    for (const folder of [path.dirname(exported), yamlProgram]) fs.rmSync(folder, { recursive: true });
  });

  const inShell = (script: string): Promise<Outcome> => lab.run("shell", "--", "sh", "-ec", script);

  async function succeed(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await inShell(script);
    expect(exitCode, `${script}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  }

  it("finds nothing to do, also after it has read what exists, one operation at a time", async () => {
    for (const stack of ["security", "system"]) {
      const preview = await succeed(`pulumi preview --diff --expect-no-changes --non-interactive --stack ${stack}`);
      expect(preview).to.match(/\d+ unchanged/);
      await succeed(`pulumi up --yes --skip-preview --expect-no-changes --refresh --parallel 1 --stack ${stack}`);
    }
    await succeed("pulumi refresh --yes --skip-preview --expect-no-changes --non-interactive --stack system");
  });

  it("finds nothing to do from another checkout with the same settings, and by -C", async () => {
    const stdout = await succeed(
      `cp Pulumi.security.yaml Pulumi.system.yaml ${elsewhere.folder}; cd ${elsewhere.folder}
       pulumi preview --expect-no-changes --non-interactive --stack security
       pulumi preview --expect-no-changes --non-interactive --stack system`,
    );
    expect(stdout.match(/\d+ unchanged/g)).to.have.length(2);
    await succeed(`cd /; pulumi -C ${elsewhere.folder} preview --expect-no-changes --non-interactive --stack security`);
  });

  it("keeps no path of the checkout, and brings a stack up to date that was deployed with such paths", async () => {
    const steps: Record<string, unknown> = {};
    for (const stack of ["security", "system"]) {
      const state = JSON.parse(await succeed(`pulumi stack export --stack ${stack}`)) as State;
      // Where in the program each resource is made is told, too, and compared with nothing.
      const compared = state.deployment.resources.map(({ inputs, outputs }) => ({ inputs, outputs }));
      expect(JSON.stringify(compared)).to.not.include(program.folder);
      const commands = state.deployment.resources.filter(({ inputs }) => inputs?.["interpreter"]?.[0] === "node");
      expect(commands, `local programs of stack ${stack}`).to.have.length(1);
      for (const { inputs, outputs } of commands) {
        const create = `${String(inputs?.["create"])}.ts`;
        const before = { interpreter: [process.execPath, "--require", "tsx/cjs"], create, dir: "/home/me/checkout" };
        Object.assign(inputs ?? {}, before, inputs?.["update"] !== undefined && { update: create });
        Object.assign(outputs ?? {}, inputs);
      }
      fs.writeFileSync(exported, JSON.stringify(state));
      const up = await succeed(`pulumi stack import --stack ${stack} --file ${exported} >&2
         pulumi up --yes --skip-preview --non-interactive --stack ${stack}
         pulumi preview --expect-no-changes --non-interactive --stack ${stack} >&2`);
      steps[stack] = [...up.matchAll(/([+~-]*\d+) (created|updated|replaced|deleted|unchanged)/g)]
        .filter(([, , what]) => what !== "unchanged")
        .map(([, count, what]) => `${count} ${what}`);
    }
    expect(steps).to.deep.equal({ security: ["1 updated"], system: ["+-1 replaced"] });
  });

  it("replaces one route of which AWS takes no second one", async () => {
    const { stdout } = await inShell("pulumi stack export --stack system");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
    const route = deployment.resources.find(({ urn }) => urn.includes("aws:ec2/route:Route::system-source"))?.urn;
    await succeed(
      `pulumi up --yes --skip-preview --non-interactive --stack system --target '${route}' --replace '${route}'`,
    );
  });

  it("exports and imports a state, and cancels what is not running", async () => {
    await succeed(`pulumi stack export --stack system --file ${exported}
       pulumi stack import --stack system --file ${exported}
       pulumi cancel --yes --stack system || true
       pulumi preview --expect-no-changes --non-interactive --stack system`);
  });

  it("destroys both stacks and forgets them", async () => {
    await succeed(`for stack in system security; do
       pulumi destroy --yes --skip-preview --non-interactive --stack $stack; pulumi stack rm --yes --stack $stack; done`);
    expect(await lab.inspect()).to.deep.equal([]);
  });

  it("adds the component package to a program in YAML, whose path is proven, then unchanged, then gone", async () => {
    // `package add` has the engine install what the package needs, though the lab's own providers are what runs.
    const placeholders = `for each in aws-v7.48.0/pulumi-resource-aws command-v1.2.1/pulumi-resource-command; do
         file=$PULUMI_HOME/plugins/resource-$each
         [ -e $file ] || { mkdir -p \${file%/*}; printf '#!/bin/sh\\nexit 1\\n' >$file; chmod +x $file; }
       done`;
    const yaml = (script: string): Promise<string> =>
      succeed(`cd ${yamlProgram}; export PATH=${yamlHostFolder()}:$PATH\n${script}`);
    fs.copyFileSync(path.join(root, "examples/yaml/Pulumi.yaml"), path.join(yamlProgram, "Pulumi.yaml"));
    const deployed = await yaml(
      `${placeholders}
       pulumi stack init yaml
       pulumi package add ${root}
       pulumi up --yes --skip-preview --non-interactive
       pulumi preview --expect-no-changes --non-interactive`,
    );
    expect(deployed).to.match(/Verdict: inspected \(1 pair, /);
    expect(deployed).to.match(/source → destination {2}✓ inspected {2}5\/5/);
    expect(deployed.trim()).to.match(/\d+ unchanged$/);
    await yaml("pulumi destroy --yes --skip-preview --non-interactive");
    expect(await lab.inspect()).to.deep.equal([]);
  });
});

import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Outcome } from "./commandLine";
import { filledIn, places } from "./docs/commands";
import { NamedLab } from "./namedLab";
import { oneZoneProgram, ProgramCopy } from "./programCopy";
import { yamlHostFolder } from "./yamlHost";

const root = path.resolve(__dirname, "../..");

interface Resource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  provider?: string;
  dependencies?: string[];
  inputs?: Record<string, string[]>;
  outputs?: Record<string, unknown>;
}

interface State {
  deployment: { resources: Resource[]; pending_operations?: unknown[] };
}

/** Kinds of resources of which AWS refuses a second one, by stack. */
const onceOnly = {
  security: [
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  ],
  system: [
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ],
};

/** Deploys the security stack and sends what Ctrl-C sends as soon as a score of resources is there. */
const interruption = `
  const { spawn, execFileSync } = require("node:child_process");
  execFileSync("pulumi", ["stack", "select", "--create", "security"]);
  const up = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], { detached: true });
  let said = "", sent = false;
  for (const stream of [up.stdout, up.stderr]) stream.on("data", (text) => {
    said += text;
    if (sent || said.split(/ created /).length < 20) return;
    sent = true;
    process.kill(-up.pid, "SIGINT");
  });
  up.on("close", (code) => {
    console.log(said, "exit", code);
    process.exitCode = sent && code !== 0 ? 0 : 1;
  });
`;

/** What a user types, in a project folder of theirs: the vendor's command line, engine and language host, no command of ours. */
describe("plain pulumi on deployed stacks in the lab", function () {
  this.timeout(400_000);
  const program = oneZoneProgram();
  const elsewhere = oneZoneProgram();
  const documented = new ProgramCopy();
  const lab = new NamedLab(`plain-${process.pid}`, program.folder);
  const template = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-template-"));
  const mine = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-mine-"));
  const yamlProgram = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-yaml-"));
  const exported = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-plain-")), "state.json");

  before(() => lab.succeed("up"));

  after(async () => {
    await lab.run("down");
    program.remove();
    elsewhere.remove();
    documented.remove();
    for (const folder of [path.dirname(exported), template, mine, yamlProgram]) fs.rmSync(folder, { recursive: true });
  });

  let project = program.folder;
  const inShell = (script: string): Promise<Outcome> => lab.run("shell", "--", "sh", "-ec", `cd ${project}\n${script}`);

  async function succeed(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await inShell(script);
    expect(exitCode, `${script}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  }

  /** What is known of a stack, nothing of it half-done. */
  async function exportOf(stack: string): Promise<State> {
    const state = JSON.parse(await succeed(`pulumi stack export --stack ${stack}`)) as State;
    expect(state.deployment.pending_operations ?? []).to.deep.equal([]);
    return state;
  }

  const resourcesOf = async (stack: string): Promise<Resource[]> => (await exportOf(stack)).deployment.resources;

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
      const state = await exportOf(stack);
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

  const ofType = (resources: Resource[], type: string): Resource => {
    const found = resources.find((each) => each.type === type);
    if (found === undefined) throw new Error(`no ${type} among ${resources.map((each) => each.urn).join("\n")}`);
    return found;
  };

  it("replaces what AWS takes once only, one of each kind, and proves the path again", async () => {
    for (const [stack, types] of Object.entries(onceOnly)) {
      const resources = await resourcesOf(stack);
      const replaced = types.map((type) => `--replace '${ofType(resources, type).urn}'`).join(" ");
      const up = await succeed(`pulumi up --yes --skip-preview --non-interactive --stack ${stack} ${replaced}`);
      expect(up).to.match(new RegExp(`${types.length} replaced`));
      if (stack !== "system") continue;
      const end = up.slice(up.indexOf("\nDiagnostics:"));
      expect(end.match(/Verdict: inspected/g)).to.have.length(1);
      expect(end.trim().split("\n").length).to.be.at.most(40);
    }
  });

  it("sets a target up again that somebody has changed, and measures the path anew, once", async () => {
    await lab.succeed("exec", "security-target-apne1-az4", "--", "iptables", "-t", "nat", "-F");
    const up = (stack: string, ...options: string[]): Promise<string> =>
      succeed(`pulumi up --yes --skip-preview --non-interactive --stack ${stack} ${options.join(" ")}`);
    const mended = await up("security");
    expect(mended).to.include("somebody has changed the host, it is set up again: rules in force are others");
    expect(mended).to.match(/~ 1 updated\n/);
    expect(await up("security", "--expect-no-changes")).to.match(/\d+ unchanged/);
    expect(await up("system")).to.match(/Verdict: inspected \(1 pair, /);
    expect(await up("system", "--expect-no-changes")).to.match(/Not measured anew/);
  });

  it("measures the path anew when a route was made again, which has the same id, and not in the run after that", async () => {
    await lab.succeed("break", "source-route-removed");
    const [refreshed, next] = [
      await succeed("pulumi up --yes --skip-preview --non-interactive --refresh --stack system"),
      await succeed("pulumi up --yes --skip-preview --non-interactive --expect-no-changes --stack system"),
    ];
    expect(refreshed)
      .to.match(/\+ 1 created\n/)
      .and.match(/Verdict: inspected \(1 pair, /);
    expect(next).to.match(/Not measured anew/);
  });

  it("exports and imports a state, and cancels what is not running", async () => {
    await succeed(`pulumi stack export --stack system --file ${exported}
       pulumi stack import --stack system --file ${exported}
       pulumi cancel --yes --stack system || true
       pulumi preview --expect-no-changes --non-interactive --stack system`);
  });

  it("has one name for ever: renamed it is refused before anything is made, and under its own nothing has changed", async () => {
    for (const [stack, other] of [
      ["security", "security-b"],
      ["system", "system-b"],
    ] as const) {
      const { exitCode, stdout } = await inShell(
        `cp Pulumi.${stack}.yaml kept.yaml
         pulumi stack rename --stack ${stack} ${other} && pulumi up --yes --non-interactive --stack ${other}`,
      );
      expect(exitCode, stdout).not.to.equal(0);
      expect(stdout)
        .to.include(`stack: "${other}": its resources are named "${stack}"`)
        .and.not.match(/created|deleted/);
      await succeed(
        `pulumi stack rename --stack ${other} ${stack}; mv kept.yaml Pulumi.${stack}.yaml; rm -f Pulumi.${other}.yaml
         pulumi preview --expect-no-changes --non-interactive --stack ${stack}`,
      );
    }
  });

  it("destroys both stacks and forgets them", async () => {
    await succeed(`for stack in system security; do
       pulumi destroy --yes --skip-preview --non-interactive --stack $stack; pulumi stack rm --yes --stack $stack; done`);
    expect(await lab.inspect()).to.deep.equal([]);
  });

  describe("by the documents, in a project of one's own with the shipped settings", () => {
    // Their own state, as they have none yet; one of the commands makes it the current one.
    const state = path.join(documented.folder, "state");
    before(() => fs.mkdirSync(state));

    for (const [command, place] of Object.entries(places)) {
      if (place.where !== "project") continue;
      it(command, async () => {
        const { exitCode, stdout, stderr } = await inShell(
          `cd ${documented.folder}; export PULUMI_BACKEND_URL=file://${state}\n${place.first ?? ""}\n${filledIn(command, place.with)}`,
        );
        expect(exitCode, stdout + stderr).to.equal(0);
        expect(stdout + stderr).to.match(place.prints);
      });
    }

    it("leave nothing", async () => expect(await lab.inspect()).to.deep.equal([]));
  });

  it("makes a project of another name by `pulumi new`, in which the shipped settings count", async () => {
    // What a clone has, and what is not committed yet.
    const files = await succeed(`git -C ${root} ls-files -z --cached --others --exclude-standard`);
    for (const file of files.split("\0").filter((each) => each !== "" && fs.existsSync(path.join(root, each)))) {
      fs.cpSync(path.join(root, file), path.join(template, file));
    }
    project = mine;
    const made = await succeed(
      `pulumi new ${template} --name mine --stack security --yes --generate-only
       ln -s ${root}/node_modules node_modules`,
    );
    expect(made).to.include("Edit Pulumi.security.yaml");
    const preview = await succeed(
      `pulumi stack init security
       pulumi preview --non-interactive --stack security`,
    );
    expect(preview)
      .to.match(/pulumi:pulumi:Stack +mine-security +create/)
      .and.match(/\d{2} to create/);
    // Two values for one key: neither counts.
    const { exitCode, stdout } = await inShell(
      `pulumi config set accountId 333333333333
       pulumi preview --non-interactive --stack security`,
    );
    expect(exitCode, stdout).not.to.equal(0);
    expect(stdout).to.include(
      "accountId: set as mine:accountId and as gwlb-inspection:accountId, expected one of them",
    );
    await succeed("pulumi config rm accountId");
  });

  it("is interrupted by Ctrl-C, takes back by import what its state lacks, and goes on where it was", async () => {
    const interrupted = await inShell(`exec '${process.execPath}' -e '${interruption}'`);
    expect(interrupted.exitCode, interrupted.stdout + interrupted.stderr).to.equal(0);
    const resources = await resourcesOf("security");
    const used = new Set(resources.flatMap(({ parent, dependencies = [] }) => [parent, ...dependencies]));
    // Of the kinds whose import takes the id as it is, one that nothing depends on yet.
    const lost = resources.find(
      ({ type, urn }) =>
        /^aws:(ec2\/(subnet|routeTable|securityGroup|vpcEndpoint)|vpc\/\w+Rule):/.test(type) && !used.has(urn),
    );
    if (lost?.id === undefined) throw new Error(`no leaf among ${resources.map(({ urn }) => urn).join("\n")}`);
    const owner = resources.find(({ urn }) => urn === lost.parent);
    const provider = resources.find(({ urn }) => lost.provider?.startsWith(`${urn}::`));
    const up = await succeed(
      `pulumi stack select security
       pulumi state delete --yes '${lost.urn}'
       pulumi import --yes --skip-preview --non-interactive --protect=false --generate-code=false \\
         --parent 'owner=${owner?.urn}' --provider 'account=${provider?.urn}' \\
         ${lost.type} ${lost.urn.split("::").pop()} ${lost.id}
       pulumi up --yes --skip-preview --non-interactive`,
    );
    expect(up)
      .to.match(/\d+ created/)
      .and.match(/\d+ unchanged/);
    // What was being made when it was interrupted is brought to an end by an update.
    expect(up.slice(up.indexOf("Updating")), up).not.to.match(/\d+ (replaced|deleted)/);
    await succeed("pulumi preview --expect-no-changes --non-interactive --stack security");
    await succeed("pulumi destroy --yes --skip-preview --non-interactive --stack security");
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
       pulumi package get-schema ${root} | grep -q '"gwlb-inspection:index:PathVerification": *{'
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

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { yamlHostFolder } from "../yamlHost";

const root = path.resolve(__dirname, "../../..");

/** A command as it stands in the documents. */
export interface DocumentedCommand {
  document: string;
  /** Without the comment at its end. */
  command: string;
}

/** What begins a command line. */
const program = /^(\w+=\S+ )*(npm|npx|pulumi|aws|ssh-keygen|ssh|node|for \w+ in|git|sudo) /;

/** Inside a sentence these are commands where they have an argument. */
const inSentence = /`((?:npx gwlb-inspection|pulumi) [^`…]+)`/g;

/** Every command in code blocks, fenced (of no language or a shell's) or indented, and in sentences. */
export function documentedCommands(): DocumentedCommand[] {
  const docs = fs.readdirSync(path.join(root, "docs")).filter((file) => file.endsWith(".md"));
  const documents = [
    "README.md",
    "CONTRIBUTING.md",
    ...docs.map((file) => `docs/${file}`),
    "packaging/program.md",
    "packaging/lab.md",
  ];
  const read = (document: string): string => fs.readFileSync(path.join(root, document), "utf8");
  return [
    ...documents.flatMap((document) => commandLines(read(document)).map((command) => ({ document, command }))),
    ...stepsOf(read(workflow)).map((command) => ({ document: workflow, command })),
  ];
}

const workflow = "examples/github-actions/gateway-path.yml";

/** What the steps of a GitHub Actions workflow run. */
function stepsOf(yaml: string): string[] {
  const { jobs } = parse(yaml) as { jobs: Record<string, { steps: { run?: string }[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
}

/** Command lines of a Markdown text. */
export function commandLines(markdown: string): string[] {
  const commands: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const mark = /^\s*```(\w*)/.exec(line);
    if (mark) {
      fence = fence === undefined ? mark[1] : undefined;
      continue;
    }
    const isCode = fence === undefined ? line.startsWith("    ") : ["", "sh", "bash", "shell"].includes(fence);
    const command = line.trim().replace(/\s+# .*$/, "");
    if (isCode && program.test(`${command} `)) commands.push(command);
    if (fence === undefined && !isCode)
      commands.push(...Array.from(line.matchAll(inSentence), ([, each = ""]) => each));
  }
  return commands;
}

/** How a command of the documents is run. */
interface Run {
  /** What its words in capitals stand for. */
  with?: Record<string, string>;
  /** Lines of a shell before it. */
  first?: string;
  /** What it prints on standard output or error. */
  prints: RegExp;
}

/**
 * Where a command of the documents is run. Those of Pulumi and of ours are run in a project that has the npm packages installed
 * (tests/lab/packages.test.ts, in the order below).
 */
export type Place =
  /** On a lab, whose name is added. */
  | ({ where: "lab" } & Run)
  /** On AWS, for which a lab stands: with a state of its own. Also in a copy of the checkout: tests/lab/plainPulumi.test.ts. */
  | ({ where: "project" } & Run)
  /** The same, in the installed project only. */
  | ({ where: "package" } & Run)
  | ({ where: "checkout" } & Run)
  /** Needs AWS itself. */
  | { where: "aws" }
  /** Run by something else, or no whole command. */
  | { where: "elsewhere"; why: string };

const source = "system-source-apne1-az1";
const destination = "system-destination-apne1-az1";
const terraformState = path.join(root, "tests/fixtures/terraform/appliance.tfstate");
const ends = { SOURCE: source, DESTINATION: destination };
/** A person confirms at the terminal. */
const unattended = { "--stack": "--yes --stack" };
const eachStack = { "pulumi config": "for stack in security system; do pulumi config", _key: "_key; done" };

/** In a folder of its own, the settings of docs/internet.md. */
const withInternet = `mkdir -p internet; cp Pulumi.yaml index.js package.json internet
cp node_modules/gwlb-inspection/Pulumi.*.yaml internet; cd internet
sed -n '/^    gwlb-inspection:internetInspection:/,/^$/s/^  //p' ../node_modules/gwlb-inspection/docs/internet.md >>Pulumi.system.yaml`;
const componentPackage = { PATH: "./node_modules/gwlb-inspection/plugin" };
/** A shell's function: id of an instance of the stack `system` by its name. */
const instanceId = `id() { pulumi stack export --stack system | node -e '
  const { resources } = JSON.parse(require("fs").readFileSync(0, "utf8")).deployment;
  console.log(resources.find(({ urn }) => urn.endsWith("aws:ec2/instance:Instance::" + process.argv[1])).id)' "$1"; }`;
const schemaOfOurs = /"gwlb-inspection:index:PathVerification": *\{/;
/** A program in YAML; `package add` has the engine install what the package needs, though the lab's own providers are what runs. */
const inYaml = `for each in aws-v7.48.0/pulumi-resource-aws command-v1.2.1/pulumi-resource-command; do
  file=$PULUMI_HOME/plugins/resource-$each
  [ -e $file ] || { mkdir -p \${file%/*}; printf '#!/bin/sh\\nexit 1\\n' >$file; chmod +x $file; }
done
mkdir -p yaml; cd yaml; export PATH=${yamlHostFolder()}:$PATH; printf 'name: mine\\nruntime: yaml\\n' >Pulumi.yaml`;
const ownPath = { first: "cp -r node_modules/gwlb-inspection/examples/components own-path; cd own-path" };
const newProject = {
  first: `rm -rf mine; mkdir mine; cd mine`,
  with: { "URL --name NAME": "../node_modules/gwlb-inspection --name mine --stack security --yes --generate-only" },
  prints: /Edit Pulumi.security.yaml/,
};

/** Every command of the documents. A new one is to be put here: the test fails for what is missing. Run in this order. */
export const places: Record<string, Place> = {
  "npm ci && npm start": { where: "elsewhere", why: "npm start begins the test, with --keep" },
  "npm start -- --design centralised": { where: "elsewhere", why: "tests/lab/centralised.test.ts, by `lab up`" },
  "npm ci && npm test": { where: "elsewhere", why: "CI" },
  "npm ci": { where: "elsewhere", why: "CI" },
  "npm install gwlb-inspection @pulumi/aws @pulumi/pulumi": { where: "elsewhere", why: "tests/lab/packages.test.ts" },
  "npm run test:unit": { where: "elsewhere", why: "CI" },
  "npm run lint && npm run typecheck && npm run format:check": { where: "elsewhere", why: "CI" },
  "npx mocha --no-config --require ./tests/unit/preload.mjs --require tsx/cjs tests/unit/path/net/cidr.test.ts": {
    where: "elsewhere",
    why: "a unit test by itself",
  },
  "npx mocha --no-config --require tsx/cjs --require ./tests/lab/setup.ts --timeout 120000 tests/lab/hosts.test.ts": {
    where: "elsewhere",
    why: "a lab test by itself",
  },
  "npx mocha --no-config --require tsx/cjs tests/lab/agreement/agreement.test.ts": {
    where: "elsewhere",
    why: "a lab test by itself",
  },
  "SEED=1234 RUNS=500 npx mocha …": { where: "elsewhere", why: "no whole command" },

  "npx tsx iam/print.ts security 111111111111 ap-northeast-1": { where: "checkout", prints: /"ec2:CreateVpc"/ },
  "npx tsx iam/print.ts system 222222222222 ap-northeast-1": { where: "checkout", prints: /"ec2:CreateVpcEndpoint"/ },

  "npx gwlb-inspection lab start": {
    where: "lab",
    with: { "lab start": "lab start --keep" },
    prints: /Verdict: inspected \(4 pairs/,
  },
  "npx gwlb-inspection lab trace SOURCE DESTINATION": { where: "lab", with: ends, prints: /Expected: inspected/ },
  "npx gwlb-inspection trace SOURCE DESTINATION --live PROFILE PROFILE@REGION": {
    where: "package",
    with: { ...ends, "PROFILE PROFILE@REGION": "security@ap-northeast-1 system@ap-northeast-1" },
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection snapshot FOLDER --live PROFILE PROFILE@REGION": {
    where: "package",
    with: { FOLDER: "kept", "PROFILE PROFILE@REGION": "security@ap-northeast-1 system@ap-northeast-1" },
    prints: /kept\/2-profile-system-ap-northeast-1\.json/,
  },
  "npx gwlb-inspection trace SOURCE DESTINATION --snapshot FOLDER": {
    where: "package",
    with: { ...ends, FOLDER: "kept" },
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection check --live PROFILE PROFILE@REGION": {
    where: "package",
    with: { "PROFILE PROFILE@REGION": "security@ap-northeast-1 system@ap-northeast-1" },
    prints: /^0 findings to mend, \d+ risks?, 0 unknown/m,
  },
  "npx gwlb-inspection check --snapshot FOLDER": {
    where: "package",
    with: { FOLDER: "kept" },
    prints: /^0 findings to mend, \d+ risks?, 0 unknown/m,
  },
  "npx gwlb-inspection trace SOURCE DESTINATION --terraform FILE": {
    where: "package",
    with: { SOURCE: "client", DESTINATION: "server", FILE: terraformState },
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection check --terraform FILE": {
    where: "package",
    with: { FILE: terraformState },
    prints: /^0 findings to mend/m,
  },
  "npx gwlb-inspection lab inspect": { where: "lab", prints: /gwlb/i },
  "npx gwlb-inspection lab graph --format svg": { where: "lab", prints: /<svg/ },
  "npx gwlb-inspection lab verify --report DIR": {
    where: "lab",
    with: { DIR: "documented-report" },
    prints: /Verdict: inspected/,
  },
  "npx gwlb-inspection lab exec NODE -- tcpdump -ni any port 6081": {
    where: "lab",
    // It would go on for ever: one look at what is there to listen on.
    with: { NODE: "security-target-apne1-az1", "-ni any port 6081": "-D" },
    prints: /any/,
  },
  "npx gwlb-inspection lab exec SOURCE -- ping -c 3 ADDRESS": {
    where: "lab",
    with: { SOURCE: source, ADDRESS: "10.2.21.16" },
    prints: /3 received/,
  },
  "npx gwlb-inspection lab break source-route-removed": { where: "lab", prints: /route/i },
  "npx gwlb-inspection lab break FAULT": { where: "lab", with: { FAULT: "hairpin-flushed" }, prints: /^changed: / },
  "npx gwlb-inspection lab wipe": { where: "lab", prints: /lab/i },

  "npx gwlb-inspection trace system-source-apne1-az1 system-destination-apne1-az1 --plan": {
    where: "package",
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection trace SOURCE DESTINATION --plan": {
    where: "package",
    with: ends,
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection trace system-source-AZ system-destination-AZ --plan": {
    where: "package",
    with: { AZ: "apne1-az4" },
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection trace 203.0.113.10 system-internet-apne1-az4 --plan": {
    where: "package",
    first: withInternet,
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection trace system-internet-apne1-az4 192.0.2.10 --plan": {
    where: "package",
    first: withInternet,
    prints: /Expected: inspected/,
  },
  "pulumi login": { where: "project", prints: /^Logged in to / },
  "pulumi stack init security": { where: "project", prints: /^Created stack/ },
  "pulumi stack init system": { where: "project", prints: /^Created stack/ },
  "ssh-keygen -q -t ed25519 -N '' -f operator_key": { where: "project", prints: /^$/ },
  "ssh-keygen -q -t ed25519 -N '' -f host_key": { where: "project", prints: /^$/ },
  "for stack in security system; do": { where: "elsewhere", why: "what it repeats stands below" },
  'pulumi config set --stack "$stack" --secret sshPrivateKey <operator_key': {
    where: "project",
    with: eachStack,
    prints: /^$/,
  },
  'pulumi config set --stack "$stack" --secret sshHostKey <host_key': {
    where: "project",
    with: eachStack,
    prints: /^$/,
  },
  "pulumi config set gwlb-inspection:KEY VALUE": {
    where: "project",
    with: { KEY: "crossZone", VALUE: "false" },
    prints: /^$/,
  },
  "pulumi stack init own-path": { where: "package", ...ownPath, prints: /^Created stack/ },
  "pulumi up --stack own-path": {
    where: "package",
    first: "cd own-path",
    with: unattended,
    prints: /Verdict: inspected \(1 pair,/,
  },
  "pulumi preview": { where: "package", first: "pulumi stack select security", prints: /\d+ to create/ },
  "pulumi up --stack security": { where: "project", with: unattended, prints: /\d+ created/ },
  "pulumi up --stack system": { where: "project", with: unattended, prints: /Verdict: inspected \(4 pairs/ },
  "pulumi up": { where: "package", with: { up: "up --yes" }, prints: /\d+ unchanged/ },
  "pulumi up --refresh": { where: "package", with: { "--refresh": "--yes --refresh" }, prints: /\d+ unchanged/ },
  "pulumi refresh": { where: "package", with: { refresh: "refresh --yes" }, prints: /\d+ unchanged/ },
  "pulumi refresh --preview-only": { where: "project", prints: /\d+ unchanged/ },
  "pulumi stack export": { where: "package", prints: /"deployment"/ },
  "npx gwlb-inspection verify": { where: "package", prints: /Verdict: inspected \(4 pairs/ },
  "npx gwlb-inspection verify --live PROFILE PROFILE@REGION --source SOURCE --destination DESTINATION": {
    where: "package",
    // By their ids: own-path has hosts of the same names in the same account.
    first: [instanceId, `source=$(id ${ends.SOURCE}) destination=$(id ${ends.DESTINATION})`].join("\n"),
    with: {
      SOURCE: '"$source"',
      DESTINATION: '"$destination"',
      "PROFILE PROFILE@REGION": "security@ap-northeast-1 system@ap-northeast-1",
    },
    prints: /Verdict: inspected \(1 pair/,
  },
  "npx gwlb-inspection verify system": { where: "project", prints: /Verdict: inspected \(4 pairs/ },
  "npx gwlb-inspection trace SOURCE DESTINATION": { where: "project", with: ends, prints: /Expected: inspected/ },
  "npx gwlb-inspection check": { where: "project", prints: /^0 findings to mend/m },
  "npx gwlb-inspection trace SOURCE DESTINATION --state a.json b.json": {
    where: "package",
    with: ends,
    first: "pulumi stack export --stack security >a.json; pulumi stack export --stack system >b.json",
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection status": { where: "project", prints: /security.*\n(.*\n)*.*system/ },
  "npx gwlb-inspection deploy": { where: "project", prints: /system: \d+ unchanged/ },
  "npx gwlb-inspection deploy --recover": { where: "package", prints: /system: \d+ unchanged/ },
  'npx gwlb-inspection verify --report report --format github >>"$GITHUB_STEP_SUMMARY"': {
    where: "package",
    with: { '"$GITHUB_STEP_SUMMARY"': "summary.md; cat summary.md; ls report" },
    prints: /^## ✓ system: inspected\n(.*\n)*index\.html$/m,
  },
  "npx gwlb-inspection cancel STACK": { where: "package", with: { STACK: "system" }, prints: /system is unlocked/ },
  "npx gwlb-inspection explain CODE": { where: "project", with: { CODE: "NOT_SENT_BACK" }, prints: /Remedy/ },
  "pulumi up --stack system-NAME": {
    where: "package",
    with: { "up --stack system-NAME": "up --yes --stack system-further" },
    // One zone does.
    first: `cp Pulumi.system.yaml Pulumi.system-further.yaml
      pulumi stack init system-further
      pulumi config rm --stack system-further --path gwlb-inspection:zones.apne1-az1`,
    prints: /Verdict: inspected \(1 pair,/,
  },
  "pulumi destroy --stack system-NAME": {
    where: "package",
    with: { "destroy --stack system-NAME": "destroy --yes --remove --stack system-further" },
    prints: /\d+ deleted/,
  },
  "pulumi destroy --stack system": { where: "project", with: unattended, prints: /\d+ deleted/ },
  "pulumi destroy --stack security": { where: "project", with: unattended, prints: /\d+ deleted/ },
  "pulumi new URL --name NAME": { where: "package", ...newProject },
  "pulumi new": {
    where: "package",
    ...newProject,
    with: { "pulumi new": "pulumi new URL --name NAME", ...newProject.with },
  },
  "pulumi package get-schema PATH": { where: "package", with: componentPackage, prints: schemaOfOurs },
  "pulumi package get-schema": {
    where: "package",
    with: { "get-schema": `get-schema ${componentPackage.PATH}` },
    prints: schemaOfOurs,
  },
  "pulumi package add PATH": {
    where: "package",
    first: inYaml,
    with: { PATH: `.${componentPackage.PATH}` },
    prints: /gwlb-inspection/,
  },
  "pulumi package add": {
    where: "package",
    first: inYaml,
    with: { "package add": `package add .${componentPackage.PATH}` },
    prints: /gwlb-inspection/,
  },
  "npx gwlb-inspection lab down": { where: "lab", prints: /is down/ },
  "aws ec2 describe-availability-zones --query 'AvailabilityZones[].[ZoneName,ZoneId]' --output text": { where: "aws" },
  "aws resourcegroupstaggingapi get-resources --tag-filters Key=gwlb-inspection:stack,Values=STACK --query 'ResourceTagMappingList[].ResourceARN'":
    { where: "aws" },
  "aws ssm start-session --target TARGET": { where: "aws" },
  "aws ssm start-session --target SOURCE": { where: "aws" },
  "aws iam put-role-policy --role-name ROLE --policy-name gwlb-inspection --policy-document file://security.json": {
    where: "aws",
  },
};

/** A command with what its capitals stand for. */
export function filledIn(command: string, values: Record<string, string> = {}): string {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), command);
}

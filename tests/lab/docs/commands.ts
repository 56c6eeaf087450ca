import * as fs from "node:fs";
import * as path from "node:path";

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
  return documents.flatMap((document) =>
    commandLines(fs.readFileSync(path.join(root, document), "utf8")).map((command) => ({ document, command })),
  );
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

/** Where a command of the documents is run, and how. */
export type Place =
  | {
      where: "lab";
      /** What its capitals stand for; the lab's name is added. */
      with?: Record<string, string>;
      /** What it prints on standard output or error. */
      prints: RegExp;
      /** @default 0 */
      exitCode?: number;
    }
  /** In a project of one's own beside the lab, in this order: tests/lab/plainPulumi.test.ts. */
  | { where: "project"; with?: Record<string, string>; prints: RegExp }
  /** Needs AWS itself. */
  | { where: "aws" }
  /** Run by something else, or no whole command. */
  | { where: "elsewhere"; why: string };

const source = "system-source-apne1-az1";
const destination = "system-destination-apne1-az1";
const ends = { SOURCE: source, DESTINATION: destination };
/** A person confirms at the terminal. */
const unattended = { "--stack": "--yes --stack" };
const eachStack = { "pulumi config": "for stack in security system; do pulumi config", _key: "_key; done" };

/** Every command of the documents. A new one is to be put here: the test fails for what is missing. Run in this order. */
export const places: Record<string, Place> = {
  "npm ci && npm start": { where: "elsewhere", why: "npm start begins the test, with --keep" },
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

  "npx tsx iam/print.ts security 111111111111 ap-northeast-1": { where: "lab", prints: /"ec2:CreateVpc"/ },
  "npx tsx iam/print.ts system 222222222222 ap-northeast-1": { where: "lab", prints: /"ec2:CreateVpcEndpoint"/ },
  "npx gwlb-inspection trace system-source-apne1-az1 system-destination-apne1-az1 --plan": {
    where: "lab",
    prints: /Expected: inspected/,
  },
  "npx gwlb-inspection trace SOURCE DESTINATION --plan": { where: "lab", with: ends, prints: /Expected: inspected/ },
  "npx gwlb-inspection trace 203.0.113.10 system-internet-apne1-az4 --plan": {
    where: "elsewhere",
    why: "needs the settings of docs/internet.md: tests/lab/internet",
  },
  "npx gwlb-inspection trace system-internet-apne1-az4 192.0.2.10 --plan": {
    where: "elsewhere",
    why: "needs the settings of docs/internet.md: tests/lab/internet",
  },
  "npx gwlb-inspection trace SOURCE DESTINATION --state a.json b.json": {
    where: "elsewhere",
    why: "tests/unit/cli/trace.test.ts",
  },
  "npx gwlb-inspection lab trace SOURCE DESTINATION": { where: "lab", with: ends, prints: /Expected: inspected/ },
  "npx gwlb-inspection lab inspect": { where: "lab", prints: /gwlb/i },
  "npx gwlb-inspection lab graph --format svg": { where: "lab", prints: /<svg/ },
  "npx gwlb-inspection lab verify --report DIR": {
    where: "lab",
    with: { DIR: "out/documented-report" },
    prints: /Verdict: inspected/,
  },
  "npx gwlb-inspection lab exec NODE -- tcpdump -ni any port 6081": {
    where: "lab",
    // It would go on for ever: one look at what is there to listen on.
    with: { NODE: "security-target-apne1-az1", "-ni any port 6081": "-D" },
    prints: /any/,
  },
  "npx gwlb-inspection lab break source-route-removed": { where: "lab", prints: /route/i },
  "npx gwlb-inspection lab down": { where: "lab", prints: /is down/ },

  "pulumi login": { where: "project", prints: /^Logged in to / },
  "pulumi stack init security": { where: "project", prints: /^$/ },
  "pulumi stack init system": { where: "project", prints: /^$/ },
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
  "pulumi up --stack security": { where: "project", with: unattended, prints: /\d+ created/ },
  "pulumi up --stack system": { where: "project", with: unattended, prints: /Verdict: inspected \(4 pairs/ },
  "npx gwlb-inspection verify system": { where: "project", prints: /Verdict: inspected \(4 pairs/ },
  "npx gwlb-inspection trace SOURCE DESTINATION": { where: "project", with: ends, prints: /Expected: inspected/ },
  "npx gwlb-inspection status": { where: "project", prints: /security.*\n(.*\n)*.*system/ },
  "npx gwlb-inspection deploy": { where: "project", prints: /system: \d+ unchanged/ },
  "npx gwlb-inspection explain CODE": { where: "project", with: { CODE: "NOT_SENT_BACK" }, prints: /Remedy/ },
  "pulumi config set gwlb-inspection:KEY VALUE": {
    where: "project",
    with: { KEY: "crossZone", VALUE: "false" },
    prints: /^$/,
  },
  "pulumi refresh --preview-only": { where: "project", prints: /\d+ unchanged/ },
  "pulumi destroy --stack system": { where: "project", with: unattended, prints: /\d+ deleted/ },
  "pulumi destroy --stack security": { where: "project", with: unattended, prints: /\d+ deleted/ },
  "pulumi package get-schema PATH": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi package add PATH": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts, to a program in YAML" },
  "npx gwlb-inspection cancel STACK": { where: "elsewhere", why: "tests/lab/automation.test.ts" },
  "npx gwlb-inspection lab break FAULT": { where: "elsewhere", why: "tests/lab/path.test.ts" },
  "npx gwlb-inspection lab start": { where: "elsewhere", why: "npm start" },
  "npx gwlb-inspection lab wipe": { where: "elsewhere", why: "tests/lab/wipe.test.ts" },
  "npx gwlb-inspection trace system-source-AZ system-destination-AZ --plan": {
    where: "elsewhere",
    why: "as above, with an AZ",
  },
  "npx gwlb-inspection verify": { where: "elsewhere", why: "as verify system" },
  "pulumi convert": { where: "elsewhere", why: "named as what the lab cannot do" },
  "pulumi install": { where: "elsewhere", why: "no whole command" },
  "pulumi new URL --name NAME": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi new": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi package add": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi package get-schema": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi preview": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi refresh": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi stack export": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi up": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi up --refresh": { where: "elsewhere", why: "tests/lab/plainPulumi.test.ts" },
  "pulumi up --stack system-NAME": { where: "elsewhere", why: "tests/lab/consumers.test.ts" },
  "pulumi destroy --stack system-NAME": { where: "elsewhere", why: "tests/lab/consumers.test.ts" },
  "aws ec2 describe-availability-zones --query 'AvailabilityZones[].[ZoneName,ZoneId]' --output text": { where: "aws" },
  "aws resourcegroupstaggingapi get-resources --tag-filters Key=gwlb-inspection:stack,Values=STACK --query 'ResourceTagMappingList[].ResourceARN'":
    { where: "aws" },
  "aws iam put-role-policy --role-name ROLE --policy-name gwlb-inspection --policy-document file://security.json": {
    where: "aws",
  },
};

/** A command with what its capitals stand for. */
export function filledIn(command: string, values: Record<string, string> = {}): string {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), command);
}

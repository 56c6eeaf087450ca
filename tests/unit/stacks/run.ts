import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";
import { parse } from "yaml";
import { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/properties";
import { cloudMocks, finishMocks, startMocks, type CloudMocks, type ReferencedStack } from "../../../lab/mocks";
import type { Registration } from "../../../lab/mocks/mocks";
import program from "../../../index";
import { roleOf } from "../../../stacks/config";
import type { PathReport } from "../../../report/pathReport";

const root = path.join(__dirname, "../../..");
const namespace = "gwlb-inspection";

function ed25519(): string {
  for (;;) {
    const key = utils.generateKeyPairSync("ed25519").private;
    // A few are written in a form that ssh2 itself cannot read.
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

export const keys = { sshPrivateKey: ed25519(), sshHostKey: ed25519() };

/** Public half of a key as `TYPE BASE64`, by ssh2 itself. */
export function publicHalf(key: string): string {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/** What a program gets as config: the project's defaults, the role's example file, and the two secrets. */
export function exampleConfig(stack: string, changes: Record<string, unknown> = {}): Record<string, string> {
  const project = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const example = parse(fs.readFileSync(path.join(root, `Pulumi.${roleOf(stack)}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const values: Record<string, unknown> = {
    ...Object.fromEntries(
      Object.entries(project.config).map(([key, each]) => [`${namespace}:${key}`, each.default] as const),
    ),
    ...example.config,
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${namespace}:${key}`, value])),
    ...Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${namespace}:${key}`, value])),
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

export const secretKeys = Object.keys(keys).map((key) => `${namespace}:${key}`);

export function newCloud(): Cloud {
  return new Cloud({
    accounts: { "111111111111": { name: "security" }, "222222222222": { name: "system" } },
    clock: { scale: 0 },
    seed: "stacks",
  });
}

/** What the verification would print for the request on its standard input, were every pair inspected. */
export const inspected: PathReport = {
  verdict: "inspected",
  pairs: [],
  startedAt: "2026-01-01T00:00:00.000Z",
} as unknown as PathReport;

export const hairpinResult = '{"changed":true,"changes":["rules"],"interface":"ens5"}';

function commandOutputs({ type, name }: Registration): Properties {
  if (type === "command:local:Command") return { stdout: JSON.stringify(inspected) };
  return { stdout: name.endsWith("-reachable") ? "" : hairpinResult };
}

export interface StackRun {
  mocks: CloudMocks;
  cloud: Cloud;
  /** Outputs in clear. */
  outputs: Record<string, unknown>;
  /** Names of the outputs that are secret. */
  secretNames: string[];
}

export interface StackRunOptions {
  cloud?: Cloud;
  config?: Record<string, unknown>;
  stacks?: Record<string, ReferencedStack>;
  preview?: boolean;
}

/** Runs `index.ts` as a stack's program with mocks to its end. @throws the first error */
export async function runStack(stack: string, options: StackRunOptions = {}): Promise<StackRun> {
  const { cloud = newCloud(), config = {}, stacks = {}, preview = false } = options;
  const mocks = cloudMocks(cloud, { stacks, command: commandOutputs, preview });
  await startMocks(mocks, { project: namespace, stack, config: exampleConfig(stack, config), secretKeys });
  const given = await program();
  const read = Object.entries(given).map(async ([name, value]) => {
    const output = pulumi.output(value);
    return { name, value: await valueOf(output), secret: await pulumi.isSecret(output) };
  });
  await finishMocks(mocks);
  const outputs = await Promise.all(read);
  return {
    mocks,
    cloud,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    secretNames: outputs.filter(({ secret }) => secret).map(({ name }) => name),
  };
}

/** The value of an output; undefined when it is not known. */
function valueOf(output: pulumi.Output<unknown>): Promise<unknown> {
  return (output as unknown as { promise(): Promise<unknown> }).promise();
}

/** The security stack, deployed, as a consumer's StackReference finds it. */
export async function deployedSecurity(config: Record<string, unknown> = {}): Promise<{
  cloud: Cloud;
  stacks: Record<string, ReferencedStack>;
  run: StackRun;
}> {
  const run = await runStack("security", { config });
  const { outputs, secretNames, cloud } = run;
  return { cloud, run, stacks: { security: { outputs, secretNames } } };
}

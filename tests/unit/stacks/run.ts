import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import {
  cloudMocks,
  exportMocks,
  finishMocks,
  startMocks,
  type CloudMocks,
  type DeployedStack,
  type MockedState,
  type ReferencedStack,
  type Registration,
} from "../../../lab/mocks";
import program from "../../../index";
import { roleOf } from "../../../path/net/ownership";
import type { PathReport } from "../../../path/proof/pathReport";
import { keys, newCloud, tokens, valueOf } from "../components/run";

const root = path.join(__dirname, "../../..");
const namespace = "gwlb-inspection";

/** Every spoke has an example of its own. */
const exampleOf = (stack: string): string => (roleOf(stack) === "spoke" ? stack : roleOf(stack));

/** What a program gets as config: the project's defaults, the role's example file, and the two secrets. */
export function exampleConfig(stack: string, changes: Record<string, unknown> = {}): Record<string, string> {
  const project = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const example = parse(fs.readFileSync(path.join(root, `Pulumi.${exampleOf(stack)}.yaml`), "utf8")) as {
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

/** What the verification would print for the request on its standard input, were every pair inspected. */
export const inspected: PathReport = {
  verdict: "inspected",
  pairs: [],
  measuredAt: "2026-01-01T00:00:00.000Z",
};

export const hairpinResult = '{"changed":true,"changes":["rules"],"interface":"ens5"}';

function commandOutputs({ type, name }: Registration): Properties {
  if (type === "command:local:Command" && name.endsWith("-path")) return { stdout: JSON.stringify(inspected) };
  return { stdout: name.endsWith("-reachable") ? "" : hairpinResult };
}

export interface StackRun {
  mocks: CloudMocks;
  cloud: Cloud;
  /** As `pulumi stack export` would show it. */
  states: MockedState[];
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
  /** What the stack itself is before. @default never deployed */
  deployed?: DeployedStack;
  onStart?: (mocks: CloudMocks) => void;
  /** Outputs of commands; by default everything goes well. */
  command?: (registration: Registration) => Properties;
}

/** What a security stack hands its consumers. */
export function contractOf({ outputs }: Pick<StackRun, "outputs">): Record<string, unknown> {
  return outputs["contract"] as Record<string, unknown>;
}

/** With hosts that are reached by ssh through a bastion. */
export function bySsh(options: StackRunOptions = {}): StackRunOptions {
  return { ...options, config: { access: "ssh", ...options.config } };
}

/** Runs `index.ts` as a stack's program with mocks to its end. @throws the first error */
export async function runStack(stack: string, options: StackRunOptions = {}): Promise<StackRun> {
  const { cloud = newCloud(), config = {}, stacks = {}, preview = false, command = commandOutputs } = options;
  const { deployed } = options;
  const mocks = cloudMocks(cloud, { stacks, command, preview, ...(deployed && { deployed }) });
  options.onStart?.(mocks);
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
    states: exportMocks(mocks),
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    secretNames: outputs.filter(({ secret }) => secret).map(({ name }) => name),
  };
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

/** A security stack on what another one has made, whose first target it mirrors. */
export async function mirroringStack({ cloud, outputs, mocks }: StackRun): Promise<StackRun> {
  const idOf = (type: string, name?: string): string | undefined =>
    mocks.registrations.find((each) => each.type === type && (name === undefined || each.name === name))?.id;
  const instanceId = (azId: string): string | undefined => idOf(tokens.instance, `security-target-${azId}`);
  const existing = {
    vpcId: idOf(tokens.vpc),
    targetGroupArn: idOf(tokens.targetGroup),
    serviceName: outputs["serviceName"],
    targets: {
      "apne1-az4": { instanceId: instanceId("apne1-az4"), mirror: true },
      "apne1-az1": { instanceId: instanceId("apne1-az1") },
    },
  };
  return runStack("security-mirroring", { cloud, config: { existing } });
}

/** A run as the stack's next one finds it. */
export function asDeployed({ outputs, states }: StackRun): DeployedStack {
  const resources = states.map(({ urn, type, outputs: found }) => [urn, { type, outputs: found }] as const);
  return { outputs, resources: Object.fromEntries(resources) };
}

/** What a stack that is refused says, and what it had registered by then. */
export async function refusalOf(
  stack: string,
  options: StackRunOptions = {},
): Promise<{ message: string; registered: string[] }> {
  const started: CloudMocks[] = [];
  try {
    await runStack(stack, { ...options, onStart: (mocks) => started.push(mocks) });
  } catch (error) {
    const registered = started.flatMap(({ registrations }) => registrations.map(({ type, name }) => `${type} ${name}`));
    return { message: error instanceof Error ? error.message : String(error), registered };
  }
  throw new Error("expected the stack to be refused");
}

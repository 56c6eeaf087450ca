import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";
import { parse } from "yaml";
import { roleOf, SettingsError } from "../automation/index";
import program from "../index";
import {
  Cloud,
  cloudMocks,
  exportMocks,
  finishMocks,
  startMocks,
  type Properties,
  type ReferencedStack,
  type Registration,
} from "gwlb-inspection-lab/mocks";
import { readStackExport, type ResourceState } from "../path/topology/index";
import { withPlaceholders } from "./plannedExisting";
import type { HostTask } from "../verification/hostTask";

type Config = Record<string, unknown>;

/** The project of a dry run, whatever the name of the user's. */
const project = "gwlb-inspection";

/** Keys of the config that a dry run gets throw-away values for: it has no passphrase, and needs no secret. */
const keyNames = ["sshPrivateKey", "sshHostKey"];

/**
 * The states that the stacks would have, from a dry run of the program against the cloud model alone: no engine, no AWS, no root,
 * nothing is made. Addresses and ids that AWS will choose are examples.
 *
 * @param directory folder with `Pulumi.yaml` and the stacks' settings
 * @param stacks security first
 * @param say - is told what in the plan stands for something that is there already
 * @throws SettingsError for settings that the program or the model refuses, as AWS would
 */
export async function plannedStates(
  directory: string,
  stacks: string[],
  say: (line: string) => void = () => undefined,
): Promise<ResourceState[]> {
  const planned = stacks.map((stack) => [stack, withPlaceholders(stack, configOf(directory, stack))] as const);
  for (const line of planned.flatMap(([, { said }]) => said)) say(line);
  const configs = new Map(planned.map(([stack, { config }]) => [stack, config]));
  // What measures a centralised path has none.
  const accounts = [...configs.values()].flatMap((config) => config[`${project}:accountId`] || []).map(String);
  const cloud = new Cloud({
    accounts: Object.fromEntries(accounts.map((account) => [account, { name: account }])),
    clock: { scale: 0 },
    seed: "plan",
  });
  const deployed: Record<string, ReferencedStack> = {};
  const states: ResourceState[] = [];
  let refuse: (reason: unknown) => void = () => undefined;
  const refusal = new Promise<never>((_, reject) => (refuse = reject));
  refusal.catch(() => undefined);
  // An error that comes through an output the SDK leaves to the process, and what depends on the output goes on waiting.
  process.on("unhandledRejection", refuse);
  for (const [stack, config] of configs) {
    try {
      states.push(...(await Promise.race([dryRun(stack, config, cloud, deployed), refusal])));
    } catch (error) {
      // What else is rejected follows from it: the process goes on hearing of none of that.
      throw new SettingsError(`${stack}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  process.off("unhandledRejection", refuse);
  return states;
}

async function dryRun(
  stack: string,
  config: Config,
  cloud: Cloud,
  deployed: Record<string, ReferencedStack>,
): Promise<ResourceState[]> {
  const mocks = cloudMocks(cloud, { stacks: deployed, command: plannedOutputs });
  const values = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  await startMocks(mocks, {
    project,
    stack,
    config: Object.fromEntries(values) as Record<string, string>,
    secretKeys: keyNames.map((key) => `${project}:${key}`),
  });
  const outputs = Object.entries(await program());
  const read = outputs.map(async ([name, value]) => {
    const output = pulumi.output(value);
    return { name, value: await valueOf(output), secret: await pulumi.isSecret(output) };
  });
  await finishMocks(mocks);
  const all = await Promise.all(read);
  const outputsRead: ReferencedStack = {
    outputs: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    secretNames: all.filter(({ secret }) => secret).map(({ name }) => name),
  };
  // A consumer may call it by either name.
  deployed[stack] = deployed[`organization/${project}/${stack}`] = outputsRead;
  return readStackExport({ version: 3, deployment: { resources: exportMocks(mocks) } }, `the dry run of ${stack}`);
}

/** Set-up scripts are not run: what they would be told is known, what they would find on the host is not. */
export function plannedOutputs({ type, inputs }: Pick<Registration, "type" | "inputs">): Properties {
  const words = type === "command:remote:Command" ? commandWords(inputs["create"]) : taskWords(inputs["stdin"]);
  if (words === undefined) return { stdout: JSON.stringify({ verdict: "inconclusive", pairs: [], measuredAt: "" }) };
  const gateways = words.filter((_, index) => words[index - 1] === "--gateway-address");
  return { stdout: gateways.length === 0 ? "" : JSON.stringify({ gateways }) };
}

function commandWords(command: unknown): string[] {
  return typeof command === "string" ? command.split(" ") : [];
}

/** The script's arguments where a host is set up by SSM; undefined for the request of a measurement. */
function taskWords(stdin: unknown): string[] | undefined {
  return typeof stdin === "string" ? (JSON.parse(stdin) as Partial<HostTask>).args : undefined;
}

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply(resolve));
}

/** The project's defaults and the stack's settings, without what is encrypted in them. */
function configOf(directory: string, stack: string): Config {
  roleOf(stack);
  const read = (file: string): Record<string, unknown> => {
    const name = path.join(directory, file);
    if (!fs.existsSync(name)) throw new SettingsError(`${name} is missing, expected the settings of stack ${stack}`);
    return (parse(fs.readFileSync(name, "utf8")) ?? {}) as Record<string, unknown>;
  };
  const { name, config: declared } = read("Pulumi.yaml");
  const defaults = Object.entries(declared ?? {}).flatMap(([key, value]) => {
    const preset = (value as { default?: unknown } | null)?.default;
    return preset === undefined ? [] : [[plannedKey(key, name), preset] as const];
  });
  const settings = new Map<string, unknown>();
  for (const [key, value] of Object.entries(read(`Pulumi.${stack}.yaml`)["config"] ?? {})) {
    const planned = plannedKey(key, name);
    if (settings.has(planned))
      throw new SettingsError(`Pulumi.${stack}.yaml: ${key}: set in two namespaces, expected one`);
    settings.set(planned, plannedValue(planned, value));
  }
  const keys = keyNames.map((key) => [`${project}:${key}`, throwAwayKey()] as const);
  return Object.fromEntries([...defaults, ...[...settings].filter(([, value]) => value !== undefined), ...keys]);
}

/** As the program reads it: a key without a namespace is the project's, and one of the user's project counts as ours. */
function plannedKey(key: string, userProject: unknown): string {
  const [namespace, ...rest] = key.split(":");
  if (rest.length === 0) return `${project}:${key}`;
  return namespace === userProject ? `${project}:${rest.join(":")}` : key;
}

/**
 * No credentials are used: where they are encrypted, any others do. The profile's name is never the one that is given, since the
 * model reads an account from it. Whatever else is encrypted is left out.
 */
function plannedValue(key: string, value: unknown): unknown {
  if (key === `${project}:profile`) return value === "" ? "" : "plan";
  if (!isEncrypted(value)) return value;
  return key === `${project}:endpointAcceptance` ? { profile: "plan" } : undefined;
}

/** Whether a value, or a part of it, was set with `--secret`. */
function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("secure" in value || Object.values(value).some(isEncrypted));
}

function throwAwayKey(): string {
  for (;;) {
    const key = utils.generateKeyPairSync("ed25519").private;
    // About one in two hundred is written in a form that ssh2 itself cannot read.
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";
import { parse } from "yaml";
import { roleOf, SettingsError } from "../automation";
import program from "../index";
import { Cloud } from "gwlb-inspection-lab/cloud/cloud";
import type { Properties } from "gwlb-inspection-lab/cloud/properties";
import {
  cloudMocks,
  exportMocks,
  finishMocks,
  startMocks,
  type ReferencedStack,
  type Registration,
} from "gwlb-inspection-lab/mocks";
import { readStackExport, type ResourceState } from "../topology";
import type { HostTask } from "../verification/hostTask";

type Config = Record<string, unknown>;

const project = "gwlb-inspection";

/** Keys of the config that a dry run gets throw-away values for: it has no passphrase, and needs no secret. */
const keyNames = ["sshPrivateKey", "sshHostKey"];

/**
 * The states that the stacks would have, from a dry run of the program against the cloud model alone: no engine, no AWS, no root,
 * nothing is made. Addresses and ids that AWS will choose are examples.
 *
 * @param directory folder with `Pulumi.yaml` and the stacks' settings
 * @param stacks security first
 * @throws SettingsError for settings that the program or the model refuses, as AWS would
 */
export async function plannedStates(directory: string, stacks: string[]): Promise<ResourceState[]> {
  const configs = new Map(stacks.map((stack) => [stack, configOf(directory, stack)]));
  const accounts = [...configs.values()].map((config) => String(config[`${project}:accountId`]));
  const cloud = new Cloud({
    accounts: Object.fromEntries(accounts.map((account) => [account, { name: account }])),
    clock: { scale: 0 },
    seed: "plan",
  });
  const deployed: Record<string, ReferencedStack> = {};
  const states: ResourceState[] = [];
  for (const [stack, config] of configs) {
    states.push(...(await dryRun(stack, config, cloud, deployed)));
  }
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
  try {
    const outputs = Object.entries(await program());
    const read = outputs.map(async ([name, value]) => {
      const output = pulumi.output(value);
      return { name, value: await known(output), secret: await pulumi.isSecret(output) };
    });
    await finishMocks(mocks);
    const all = await Promise.all(read);
    const outputsRead: ReferencedStack = {
      outputs: Object.fromEntries(all.map(({ name, value }) => [name, value])),
      secretNames: all.filter(({ secret }) => secret).map(({ name }) => name),
    };
    // A consumer may call it by either name.
    deployed[stack] = deployed[`organization/${project}/${stack}`] = outputsRead;
  } catch (error) {
    throw new SettingsError(`${stack}: ${error instanceof Error ? error.message : String(error)}`);
  }
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

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply(resolve));
}

/** The project's defaults and the stack's settings, without what is encrypted in them. */
function configOf(directory: string, stack: string): Config {
  roleOf(stack);
  const read = (file: string): { config?: Config } => {
    const name = path.join(directory, file);
    if (!fs.existsSync(name)) throw new SettingsError(`${name} is missing, expected the settings of stack ${stack}`);
    return (parse(fs.readFileSync(name, "utf8")) ?? {}) as { config?: Config };
  };
  const defaults = Object.entries(read("Pulumi.yaml").config ?? {}).flatMap(([key, value]) => {
    const preset = (value as { default?: unknown } | null)?.default;
    return preset === undefined ? [] : [[key.includes(":") ? key : `${project}:${key}`, preset] as const];
  });
  const given = Object.entries(read(`Pulumi.${stack}.yaml`).config ?? {}).filter(([, value]) => !isSecure(value));
  const keys = keyNames.map((key) => [`${project}:${key}`, throwAwayKey()] as const);
  return Object.fromEntries([...defaults, ...given, ...keys]);
}

function isSecure(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function throwAwayKey(): string {
  for (;;) {
    const key = utils.generateKeyPairSync("ed25519").private;
    // About one in two hundred is written in a form that ssh2 itself cannot read.
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

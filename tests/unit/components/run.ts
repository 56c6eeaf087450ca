import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { utils } from "ssh2";
import type { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import {
  cloudMocks,
  finishMocks,
  startMocks,
  type CloudMocks,
  type DeployedStack,
  type Registration,
} from "../../../lab/mocks";
import { hub, newCloud, region, spoke } from "../../fixtures/aws";
import { keyPair } from "../../fixtures/keyPair";

export { hub, newCloud, region, spoke, tokens } from "../../fixtures/aws";

export const keys = { sshPrivateKey: keyPair().private, sshHostKey: keyPair().private };

/** Public half of a key as `TYPE BASE64`, by ssh2 itself. */
export function publicHalf(key: string): string {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/** A resource's options as the engine gets them. */
export interface Options {
  ignoreChanges: string[];
  replaceOnChanges: string[];
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  createTimeout: string | undefined;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getRetainondelete(): boolean;
  getCustomtimeouts(): { getCreate(): string } | undefined;
}

/** Records what Pulumi's mocks are not told, between `startMocks` and the program. */
export function recordOptions(): (type: string, name: string) => Options {
  const options = new Map<string, Options>();
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: RegisterRequest, ...rest: unknown[]) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    options.set(`${request.getType()} ${request.getName()}`, {
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete(),
      createTimeout: request.getCustomtimeouts()?.getCreate(),
    });
    return register(request, ...rest);
  };
  return (type, name) => {
    const found = options.get(`${type} ${name}`);
    if (found === undefined) throw new Error(`no ${type} '${name}' was registered`);
    return found;
  };
}

export interface World {
  /** Options with the provider of either account. */
  hub: { provider: aws.Provider };
  spoke: { provider: aws.Provider };
  /** As components get an account. */
  hubProviders: pulumi.ComponentResourceOptions;
  spokeProviders: pulumi.ComponentResourceOptions;
}

export interface Run<T> {
  mocks: CloudMocks;
  cloud: Cloud;
  result: T;
  optionsOf: (type: string, name: string) => Options;
}

export interface RunOptions {
  /** What the stack itself is before. @default never deployed */
  deployed?: DeployedStack;
  cloud?: Cloud;
  preview?: boolean;
  command?: (registration: Registration) => Properties;
}

/** Runs a program with mocks to its end. @throws the first error */
export async function run<T>(program: (world: World) => T, options: RunOptions = {}): Promise<Run<T>> {
  const { cloud = newCloud(), command = () => ({}), preview = false, deployed } = options;
  const mocks = cloudMocks(cloud, { command, preview, ...(deployed && { deployed }) });
  await startMocks(mocks, { project: "gwlb-inspection", stack: "security" });
  const optionsOf = recordOptions();
  const providers = {
    hub: new aws.Provider("hub", { region, allowedAccountIds: [hub] }),
    spoke: new aws.Provider("spoke", { region, allowedAccountIds: [spoke] }),
  };
  const result = program({
    hub: { provider: providers.hub },
    spoke: { provider: providers.spoke },
    hubProviders: { providers: [providers.hub] },
    spokeProviders: { providers: [providers.spoke] },
  });
  await finishMocks(mocks);
  return { mocks, cloud, result, optionsOf };
}

/** The error that a run ends with. */
export async function failureOf(program: (world: World) => unknown, options: RunOptions = {}): Promise<Error> {
  try {
    await run(program, options);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("expected an error, the program ended well");
}

/** The error of an output, in the program's own words; that of the run is AWS's. */
export async function rejectionOf(
  program: (world: World) => pulumi.Output<unknown>,
  options: RunOptions = {},
): Promise<Error> {
  const errors: Error[] = [];
  const outcome = await failureOf((world) => {
    valueOf(program(world)).catch((error: Error) => errors.push(error));
  }, options);
  const [first] = errors;
  if (first === undefined) throw new Error(`the output was not rejected, but the run was: ${outcome.message}`);
  return first;
}

/** An output's value; undefined when it is not known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** Names of what a registration waits for. */
export function dependenciesOf(mocks: CloudMocks, type: string, name: string): string[] {
  return mocks.find(type, name).dependencies.map((urn) => {
    const [token = "", resource = ""] = urn.split("::").slice(-2);
    return `${token.split("$").at(-1)?.split(":").at(-1) ?? ""} ${resource}`;
  });
}

/** Inputs of all registrations of a type, by name. */
export function inputsByName(mocks: CloudMocks, type: string): Record<string, Properties> {
  return Object.fromEntries(
    mocks.registrations.filter((each) => each.type === type).map(({ name, inputs }) => [name, inputs]),
  );
}

/** Ids of all registrations of a type, by name. */
export function idsByName(mocks: CloudMocks, type: string): Record<string, string> {
  return Object.fromEntries(mocks.registrations.filter((each) => each.type === type).map(({ name, id }) => [name, id]));
}

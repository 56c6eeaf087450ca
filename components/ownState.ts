import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** What of a state's resources is read here, by URN. */
const resourcesSchema = z.record(
  z.string(),
  z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()) }),
);
export type OwnResources = z.infer<typeof resourcesSchema>;

/** One reading for each run: the mocks of unit tests run many in one process. */
const readings = new WeakMap<object, Promise<OwnResources>>();

/**
 * The stack's own resources as they were when this run began, by two functions of the engine (pulumi/pkg/resource/deploy/builtins.go).
 * Of a stack that was never deployed to its end, or has no outputs, nothing is known.
 */
export function ownResources(): Promise<OwnResources> {
  const run = pulumi.runtime.getMonitor() as object | undefined;
  if (run === undefined) return Promise.resolve({});
  const reading = readings.get(run) ?? ownResourcesNow();
  readings.set(run, reading);
  return reading;
}

/**
 * The same, as they are now: less what a refresh of this run has found to be gone. The second function breaks the engine where there is no
 * state at all, so the first is asked whether there is one.
 */
export async function ownResourcesNow(): Promise<OwnResources> {
  const name = ownName();
  try {
    if (Object.keys(await ownOutputs()).length === 0) return {};
    return resourcesSchema.parse(await ask("readStackResourceOutputs", { stackName: name }));
  } catch (error) {
    // A backend of another kind may know the stack by another name.
    await pulumi.log.debug(
      `The state of ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return {};
  }
}

const ownName = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

async function ask(token: string, args: Record<string, string>): Promise<unknown> {
  return ((await pulumi.runtime.invoke(`pulumi:pulumi:${token}`, args)) as { outputs?: unknown }).outputs;
}

async function ownOutputs(): Promise<Record<string, unknown>> {
  const outputs = await ask("readStackOutputs", { name: ownName() });
  return typeof outputs === "object" && outputs !== null ? (outputs as Record<string, unknown>) : {};
}

/** An output of this stack, no secret, as its last run left it; undefined where there is none. */
export async function lastOutput(name: string): Promise<unknown> {
  try {
    return (await ownOutputs())[name];
  } catch {
    // Never deployed, or the backend knows it by another name.
    return undefined;
  }
}

/** Outputs of a resource of this stack as its last run left it; undefined where there is none. */
export async function lastOutputs(type: string, name: string): Promise<Record<string, unknown> | undefined> {
  const own = Object.entries(await ownResources()).find(
    ([urn, resource]) => resource.type === type && urn.endsWith(`::${name}`),
  );
  return own?.[1].outputs;
}

/** The `triggers` that it was last run for; undefined where there are none. */
export async function lastTriggers(type: string, name: string): Promise<unknown[] | undefined> {
  return triggersIn((await lastOutputs(type, name)) ?? {});
}

/** Those of a command's outputs. */
export function triggersIn({ triggers }: Record<string, unknown>): unknown[] | undefined {
  return Array.isArray(triggers) ? triggers : undefined;
}

import { Cloud } from "../../../lab/cloud/cloud";
import { isProperties, type Properties } from "../../../lab/cloud/core/properties";
import type { Registration } from "../../../lab/mocks";
import type { StackRun } from "../../unit/stacks/run";
import { changes, unchanged } from "./changeRequests";
import { requestsOfDelete } from "./deleteRequests";
import type { Deployed } from "./deployed";
import type { ApiRequest } from "./model";
import { requestsOfRead } from "./readRequests";
import { requestsOf, requestsOfCall } from "./requests";

/** What the provider asks AWS for to answer each call of a stack's program. To be asked while what it was about is there. */
export async function requestsOfCalls({
  cloud,
  mocks,
}: StackRun): Promise<{ token: string; requests: ApiRequest[] }[]> {
  const calls = mocks.calls.flatMap(({ caller, ...call }) => (caller === undefined ? [] : [{ caller, ...call }]));
  return Promise.all(
    calls.map(async ({ caller, token, args }) => {
      const result = await cloud.invoke(caller, token, args);
      return { token, requests: requestsOfCall({ token, args }, result) };
    }),
  );
}

/** What the engine asks the provider for. */
export type Operation = "create" | "read" | "update" | "delete";

/** An operation on a resource, and what the provider asks AWS for. */
export interface Asked {
  type: string;
  operation: Operation;
  /** Type, name and what is done, for errors. */
  what: string;
  requests: ApiRequest[];
}

/** Names that were left out and Pulumi has made up. */
export async function madeUpNames({ cloud }: StackRun, { caller, type, id }: Registration): Promise<Properties> {
  const read = caller && (await cloud.read(caller, type, id));
  const names = ["name", "keyName"].filter((key) => key in (read?.inputs ?? {}));
  return Object.fromEntries(names.map((key) => [key, read?.inputs[key]]));
}

function specsOf(type: string) {
  const definition = Cloud.types().find(({ token }) => token === type);
  if (definition === undefined) throw new Error(`the cloud has no ${type}`);
  return definition.inputs;
}

/**
 * The life of every resource of a stack that was run, in order: all are made and read, all that can be changed in place is changed, all
 * are deleted from the cloud.
 *
 * @throws Error for an input that can be changed in place of which nobody said how, and for a change that is none
 */
export async function livesOf(run: StackRun): Promise<Asked[]> {
  const registrations = run.mocks.registrations.filter(({ caller }) => caller !== undefined);
  const vpcId = registrations.find(({ type }) => type === "aws:ec2/vpc:Vpc")?.id ?? "";
  const asked: Asked[] = [];
  const all: { registration: Registration; deployed: Deployed }[] = [];
  for (const registration of registrations) {
    const { caller, type, id } = registration;
    const names = await madeUpNames(run, registration);
    const read = caller && (await run.cloud.read(caller, type, id));
    if (read === undefined) throw new Error(`${type} ${registration.name} was made and cannot be read`);
    const defaults = Object.entries(specsOf(type)).map(([input, spec]) => [input, spec.default] as const);
    const given = Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
    // With the provider's default tags.
    const { tagsAll } = read.outputs;
    const tagged = isProperties(tagsAll) && Object.keys(tagsAll).length > 0 ? { tags: tagsAll } : {};
    const inputs = { ...given, ...names, ...registration.inputs, ...tagged };
    all.push({ registration, deployed: { type, id, inputs, outputs: read.outputs, vpcId } });
    const what = (does: string): string => `${does} ${type} ${registration.name}`;
    asked.push({
      type,
      operation: "create",
      what: what("create"),
      requests: requestsOf({ ...registration, inputs: { ...registration.inputs, ...tagged } }, names),
    });
  }
  for (const { registration, deployed } of all) {
    const of = { type: deployed.type, what: `${deployed.type} ${registration.name}` };
    asked.push({ ...of, operation: "read", requests: requestsOfRead(deployed) });
    for (const [input, requests] of changesOf(run.cloud, deployed)) {
      asked.push({ ...of, operation: "update", what: `${of.what}.${input}`, requests });
    }
  }
  for (const { registration, deployed } of all.reverse()) {
    const of = { type: deployed.type, what: `${deployed.type} ${registration.name}` };
    asked.push({ ...of, operation: "delete", requests: requestsOfDelete(deployed) });
    if (registration.caller) await run.cloud.delete(registration.caller, deployed.type, deployed.id, deployed.outputs);
  }
  return asked;
}

function changesOf(cloud: Cloud, deployed: Deployed): [string, ApiRequest[]][] {
  const { type, id, inputs, outputs } = deployed;
  const specs = specsOf(type);
  const known = (changes[type] ?? []).filter(({ input }) => inputs[input] !== undefined);
  const inPlace = Object.keys(inputs).filter((input) => specs[input] !== undefined && specs[input].replace !== true);
  const said = [...known.map(({ input }) => input), ...Object.keys(unchanged[type] ?? {})];
  const unsaid = inPlace.filter((input) => !said.includes(input));
  if (unsaid.length > 0) throw new Error(`${type}: no API request is known that changes ${unsaid.join(", ")}`);
  return known.map(({ input, from, requests }) => {
    const before = { ...inputs, [input]: from(deployed) };
    const { changed, replaces } = cloud.diff(type, id, before, outputs, inputs);
    if (!changed.includes(input))
      throw new Error(`${type}: ${input} is not changed by ${JSON.stringify(before[input])}`);
    if (replaces.includes(input)) {
      throw new Error(`${type}: a change of ${input} replaces: ${replaces.join(", ")}`);
    }
    return [input, requests(deployed)];
  });
}

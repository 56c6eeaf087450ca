import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { roleSchemas } from "./centralisedSchema";
import { isText } from "./configSchema";

/** Of the SDK's runtime, which does not declare it (@pulumi/pulumi 3.259.0, runtime/config.ts, `@internal`). */
interface SecretConfig {
  isConfigSecret: (name: string) => boolean;
}

/**
 * Namespace of the settings that are shipped. A project of another name (`pulumi new`) has its own namespace, where `pulumi config set`
 * writes, and the shipped settings keep theirs: a key counts under either.
 */
const shippedNamespace = "gwlb-inspection";

const shape = Object.assign({}, ...Object.values(roleSchemas).map((schema) => schema.shape)) as z.core.$ZodShape;

/** What is set for a key, as the engine hands it over: text, structured values as JSON. */
export function settingOf(key: string): string | undefined {
  return pulumi.runtime.allConfig()[nameOf(key)];
}

/** Whether a key was set with `--secret`. */
export function isSecret(key: string): boolean {
  return (pulumi.runtime as unknown as SecretConfig).isConfigSecret(nameOf(key));
}

/** A value that is a secret where its key was set as one: it is then nowhere in clear in the stack's state. */
export function keptAs<T>(key: string, value: T): pulumi.Input<T> {
  return isSecret(key) ? (pulumi.secret(value) as pulumi.Output<T>) : value;
}

/** Keys of this program's namespaces, and what is wrong where one stands in both of them. */
export function settingKeys(): { keys: string[]; problems: string[] } {
  const names = Object.keys(pulumi.runtime.allConfig());
  const keysIn = (namespace: string): string[] =>
    names.filter((name) => name.startsWith(`${namespace}:`)).map((name) => name.slice(namespace.length + 1));
  const [own, shipped] = [keysIn(pulumi.getProject()), keysIn(shippedNamespace)];
  const twice = own.filter((key) => ownName(key) !== shippedName(key) && shipped.includes(key) && !isPreset(key));
  return {
    keys: [...new Set([...own, ...shipped])],
    problems: twice.map((key) => `${key}: set as ${ownName(key)} and as ${shippedName(key)}, expected one of them`),
  };
}

/** The key as this stack has it: what `Pulumi.yaml` presets in the project's namespace gives way to a shipped setting. */
function nameOf(key: string): string {
  const shipped = pulumi.runtime.allConfig()[shippedName(key)] !== undefined;
  return shipped && isPreset(key) ? shippedName(key) : ownName(key);
}

const ownName = (key: string): string => `${pulumi.getProject()}:${key}`;
const shippedName = (key: string): string => `${shippedNamespace}:${key}`;

/** Whether the project's namespace has no more for a key than its default. */
function isPreset(key: string): boolean {
  const value = pulumi.runtime.allConfig()[ownName(key)];
  const schema = shape[key];
  if (value === undefined || schema === undefined) return value === undefined;
  if (["", "{}", "[]"].includes(value)) return true;
  const [preset, own] = [z.safeParse(schema, undefined), z.safeParse(schema, readAs(schema, value))];
  return preset.success && own.success && isDeepStrictEqual(own.data, preset.data);
}

/** Text that is no JSON is left as it is: the schema then says what was expected. */
export function readAs(schema: z.core.$ZodType, value: string): unknown {
  if (isText(schema)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Inputs or outputs of a resource, named as @pulumi/aws names them. */
export type Properties = Record<string, unknown>;

/** What the engine sends for a value that is not known yet during a preview (Pulumi's provider protocol). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when a value, or anything inside it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

export function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(key: string, expected: string, value: unknown): never {
  throw new TypeError(`property '${key}' should be ${expected}, it is ${JSON.stringify(value)}`);
}

/** A string that has to be there. */
export function text(properties: Properties, key: string): string {
  const value = properties[key];
  return typeof value === "string" ? value : wrong(key, "a string", value);
}

/** A string that may be absent; an empty one counts as absent, as in the Terraform provider. */
export function optionalText(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  return value === undefined || value === null || value === "" ? undefined : text(properties, key);
}

export function optionalNumber(properties: Properties, key: string): number | undefined {
  const value = properties[key];
  if (value === undefined || value === null) return undefined;
  return typeof value === "number" ? value : wrong(key, "a number", value);
}

export function number(properties: Properties, key: string): number {
  return optionalNumber(properties, key) ?? wrong(key, "a number", undefined);
}

/** A boolean; absent is false. */
export function flag(properties: Properties, key: string): boolean {
  const value = properties[key] ?? false;
  return typeof value === "boolean" ? value : wrong(key, "a boolean", value);
}

/** A list of strings; absent is the empty list. */
export function texts(properties: Properties, key: string): string[] {
  const value = properties[key] ?? [];
  if (!Array.isArray(value)) return wrong(key, "a list of strings", value);
  return value.map((item) => (typeof item === "string" ? item : wrong(key, "a list of strings", value)));
}

/** A nested block; absent is the empty one. */
export function block(properties: Properties, key: string): Properties {
  const value = properties[key] ?? {};
  return isProperties(value) ? value : wrong(key, "an object", value);
}

/** A list of nested blocks; absent is the empty list. */
export function blocks(properties: Properties, key: string): Properties[] {
  const value = properties[key] ?? [];
  if (!Array.isArray(value)) return wrong(key, "a list of objects", value);
  return value.map((item) => (isProperties(item) ? item : wrong(key, "a list of objects", value)));
}

/** A string-to-string map, as tags are; absent is the empty one. With the provider's default tags where there are any. */
export function tagsOf(properties: Properties): Record<string, string> {
  const all = block(properties, properties["tagsAll"] === undefined ? "tags" : "tagsAll");
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, String(value)]));
}

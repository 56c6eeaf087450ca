import { unknown, type OrUnknown } from "../model";

/** Reading values out of states: each may be absent, a secret, or not known yet. */

export type Properties = Readonly<Record<string, unknown>>;

/** Key that marks special values in states (pulumi/sdk/go/common/resource, SigKey); a secret's value is encrypted beside it. */
const signatureKey = "4dabf18193072939515e22adb298388d";
/** What stands for a value that is known only after a deployment (pulumi/sdk/go/common/resource/plugin). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands in a state for a secret (pulumi/sdk/go/common/resource, SecretSig). */
export const hiddenValue: Properties = { [signatureKey]: "1b47061264138c4ac30d75fd1eb44270" };

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHidden(value: unknown): boolean {
  return value === unknownValue || (isObject(value) && signatureKey in value);
}

/** Undefined when it is absent or of another kind; empty text is how the aws provider says absent. */
function read<T>(
  properties: Properties,
  key: string,
  accept: (value: unknown) => T | undefined,
): OrUnknown<T> | undefined {
  const value = properties[key];
  return isHidden(value) ? unknown : accept(value);
}

const asText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const asFlag = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
};
const asNumber = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : undefined;
};

export const textOf = (from: Properties, key: string): OrUnknown<string> | undefined => read(from, key, asText);

/** Text that is there and known; else undefined. */
export function knownText(from: Properties, key: string): string | undefined {
  return asText(from[key]) === unknownValue ? undefined : asText(from[key]);
}

/** Text, or unknown when it is absent. */
export const textOrUnknown = (from: Properties, key: string): OrUnknown<string> => textOf(from, key) ?? unknown;
export const flagOrUnknown = (from: Properties, key: string): OrUnknown<boolean> => read(from, key, asFlag) ?? unknown;
export const numberOrUnknown = (from: Properties, key: string): OrUnknown<number> =>
  read(from, key, asNumber) ?? unknown;

export function knownNumber(from: Properties, key: string): number | undefined {
  return asNumber(from[key]);
}

/** The known texts of a list; an absent list is empty. */
export function texts(from: Properties, key: string): string[] {
  const value = from[key];
  return Array.isArray(value)
    ? value.filter((item): item is string => asText(item) !== undefined && !isHidden(item))
    : [];
}

/** The texts of a list, unknown those that are hidden; a list that is hidden itself is one unknown text. Absent: empty. */
export function textsOrUnknown(from: Properties, key: string): OrUnknown<string>[] {
  const value = from[key];
  if (isHidden(value)) return [unknown];
  return Array.isArray(value) ? value.flatMap((item) => (isHidden(item) ? unknown : (asText(item) ?? []))) : [];
}

/** The known objects of a list; an absent list is empty. */
export function objects(from: Properties, key: string): Properties[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter((item): item is Properties => isObject(item) && !isHidden(item)) : [];
}

export function object(from: Properties, key: string): Properties {
  const value = from[key];
  return isObject(value) && !isHidden(value) ? value : {};
}

/** A JSON object in a text; undefined when it is none. */
export function jsonObject(text: string): Properties | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

import { parseCidr } from "../../../path/net/cidr";
import type { InputSpec } from "./inputs";

type Options = Omit<InputSpec, "type">;

export const string = (options: Options = {}): InputSpec => ({ type: "string", ...options });
export const numeric = (options: Options = {}): InputSpec => ({ type: "number", ...options });
export const boolean = (options: Options = {}): InputSpec => ({ type: "boolean", ...options });
export const strings = (options: Options = {}): InputSpec => ({ type: "strings", ...options });
/** A set of strings. */
export const stringSet = (options: Options = {}): InputSpec => ({ type: "strings", set: true, ...options });
export const object = (fields: Record<string, InputSpec>, options: Options = {}): InputSpec => ({
  type: "object",
  fields,
  ...options,
});
export const objects = (fields: Record<string, InputSpec>, options: Options = {}): InputSpec => ({
  type: "objects",
  fields,
  ...options,
});
export const tags: InputSpec = { type: "tags" };
/** The Region, where it is not the provider's. */
export const region: InputSpec = { type: "string", replace: true, computed: true };

/** One of a few values, as `expected … to be one of`, the provider's words. */
export function oneOf(...allowed: string[]): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : `expected to be one of ${JSON.stringify(allowed)}, got ${String(value)}`;
}

/** A number within bounds, both included. */
export function between(low: number, high: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && value >= low && value <= high
      ? undefined
      : `expected to be in the range (${low} - ${high}), got ${String(value)}`;
}

/** An IPv4 CIDR with no bits set behind the prefix. */
export function cidr(value: unknown): string | undefined {
  try {
    parseCidr(String(value));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

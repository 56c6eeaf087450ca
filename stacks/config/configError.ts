import type { z } from "zod";
import { ProblemsError } from "../../components/refusal";

/** Configuration that is wrong: one line for each key, with its value and what was expected. */
export class ConfigError extends ProblemsError {
  constructor(problems: string[]) {
    super("The stack's configuration is not valid", problems);
  }
}

/** What a check throws, as a problem: `undefined` when it throws nothing. */
export function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * One line for one of zod's issues: key, value, expectation.
 *
 * @param secret - whether the value must not be shown
 */
export function describeIssue(issue: z.core.$ZodIssue, values: unknown, secret = false): string {
  if (issue.code === "unrecognized_keys") {
    return `${[...issue.path, issue.keys.join(", ")].join(".")}: unknown key: ${issue.message}`;
  }
  const key = issue.path.join(".");
  const value = issue.path.reduce(memberOf, values);
  if (value === undefined) return `${key}: missing: ${issue.message}`;
  if (secret) return `${key}: ${secretValue}: ${issue.message}`;
  // Messages of net/ name the value, a text, themselves.
  const named =
    typeof value === "string" || typeof value === "number" ? [JSON.stringify(String(value)), `"${value}"`] : [];
  const inMessage = named.find((each) => issue.message.includes(each));
  return inMessage === undefined
    ? `${key}: ${cut(JSON.stringify(value))}: ${issue.message}`
    : `${key}: ${issue.message.replaceAll(inMessage, () => cut(inMessage))}`;
}

/** Characters of a value that are shown: what was pasted by mistake may be a whole file. */
const longestValue = 200;

const cut = (shown: string): string => (shown.length <= longestValue ? shown : `${shown.slice(0, longestValue)}…`);

/** In place of the value of a key that was set with `--secret`. */
export const secretValue = "(a secret)";

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

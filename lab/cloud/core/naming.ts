import { randomBytes } from "node:crypto";
import { defaultsKey } from "./inputs";
import type { ResourceType } from "./model";
import type { Properties } from "./properties";

/**
 * Makes up the names that were left out, as Pulumi's bridge does: the resource's name, a dash and seven hex digits; what was
 * made up once is kept, and noted in `__defaults`.
 *
 * @param urn - its last part is the resource's name
 */
export function nameDefaults(
  type: ResourceType,
  urn: string | undefined,
  olds: Properties,
  news: Properties,
): Properties {
  const inputs = { ...news };
  const madeUp: string[] = [];
  for (const [key, spec] of Object.entries(type.inputs)) {
    if (spec.autoname === undefined || present(inputs[key]) || present(inputs[`${key}Prefix`])) continue;
    const before = olds[defaultsKey];
    const kept = Array.isArray(before) && before.includes(key) ? olds[key] : undefined;
    inputs[key] = kept ?? `${(urn?.split("::").at(-1) ?? "unnamed").slice(0, spec.autoname - 8)}-${randomSuffix()}`;
    madeUp.push(key);
  }
  return madeUp.length > 0 ? { ...inputs, [defaultsKey]: madeUp } : inputs;
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function randomSuffix(): string {
  return randomBytes(4).toString("hex").slice(0, 7);
}

import { hasUnknown, isProperties, unknownValue, type Properties } from "./properties";

/** What one input of a resource may hold, and what a change of it means. Named as @pulumi/aws names it. */
export interface InputSpec {
  type: "string" | "number" | "boolean" | "strings" | "tags" | "object" | "objects";
  required?: boolean;
  /** A change means a new resource (ForceNew in the Terraform provider). */
  replace?: boolean;
  /** What AWS or the provider takes when the input is left out. */
  default?: unknown;
  /** AWS chooses when it is left out; leaving it out later is no change. */
  computed?: boolean;
  /** Order of the list's items says nothing. */
  set?: boolean;
  /** Fields of `object` and `objects`. */
  fields?: Record<string, InputSpec>;
  /** Longest name that Pulumi may make up from the resource's name when the input is left out. */
  autoname?: number;
  /** The reason for which a value is rejected before anything is called, as the provider's schema does. */
  reject?: (value: unknown) => string | undefined;
}

export type Inputs = Record<string, InputSpec>;

export interface Failure {
  property: string;
  reason: string;
}

const kinds: Record<InputSpec["type"], { name: string; holds: (value: unknown) => boolean }> = {
  string: { name: "a string", holds: (value) => typeof value === "string" },
  number: { name: "a number", holds: (value) => typeof value === "number" },
  boolean: { name: "a boolean", holds: (value) => typeof value === "boolean" },
  strings: { name: "a list of strings", holds: (value) => Array.isArray(value) && value.every(isTextOrUnknown) },
  tags: {
    name: "a map of strings",
    holds: (value) => isProperties(value) && Object.values(value).every(isTextOrUnknown),
  },
  object: { name: "an object", holds: isProperties },
  objects: { name: "a list of objects", holds: (value) => Array.isArray(value) && value.every(isObjectOrUnknown) },
};

function isTextOrUnknown(value: unknown): boolean {
  return typeof value === "string";
}

function isObjectOrUnknown(value: unknown): boolean {
  return isProperties(value) || value === unknownValue;
}

/** Property of the bridge: names of the inputs whose value was made up. Kept so that a replacement knows of them. */
export const defaultsKey = "__defaults";

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Names every input that is unknown to the model, missing, of a wrong type or out of range. */
export function checkInputs(type: string, specs: Inputs, inputs: Properties, path = ""): Failure[] {
  const unknownNames = Object.keys(inputs)
    .filter((key) => key !== defaultsKey && !Object.hasOwn(specs, key))
    .map((key) => ({
      property: path + key,
      reason: `${type} has no input '${path}${key}' in this model; it knows ${Object.keys(specs).sort().join(", ")}`,
    }));
  return [
    ...unknownNames,
    ...Object.entries(specs).flatMap(([key, spec]) => checkInput(type, spec, inputs[key], path + key)),
  ];
}

function checkInput(type: string, spec: InputSpec, value: unknown, property: string): Failure[] {
  if (!isPresent(value)) {
    return spec.required ? [{ property, reason: `Missing required argument: ${type} needs '${property}'` }] : [];
  }
  if (value === unknownValue) return [];
  const kind = kinds[spec.type];
  if (!kind.holds(value)) {
    return [{ property, reason: `'${property}' should be ${kind.name}, it is ${JSON.stringify(value)}` }];
  }
  if (spec.fields !== undefined) {
    const fields = spec.fields;
    const items = (Array.isArray(value) ? value : [value]) as unknown[];
    const nested = items.flatMap((item, index) =>
      isProperties(item)
        ? checkInputs(type, fields, item, Array.isArray(value) ? `${property}[${index}].` : `${property}.`)
        : [],
    );
    if (nested.length > 0) return nested;
  }
  if (hasUnknown(value)) return [];
  const reason = spec.reject?.(value);
  return reason === undefined ? [] : [{ property, reason: `invalid value for '${property}': ${reason}` }];
}

/** Inputs with the defaults filled in, nulls dropped and sets in one order. Unknown values stay. */
export function withDefaults(specs: Inputs, inputs: Properties): Properties {
  const result: Properties = {};
  for (const [key, spec] of Object.entries(specs)) {
    const value = isPresent(inputs[key]) ? inputs[key] : spec.default;
    if (isPresent(value)) result[key] = normalise(spec, value);
  }
  return result;
}

function normalise(spec: InputSpec, value: unknown): unknown {
  if (value === unknownValue) return value;
  if (spec.fields !== undefined) {
    const fields = spec.fields;
    const one = (item: unknown): unknown => (isProperties(item) ? withDefaults(fields, item) : item);
    return Array.isArray(value) ? value.map(one) : one(value);
  }
  if (spec.set && Array.isArray(value)) return [...(value as unknown[])].sort();
  return value;
}

export interface Diff {
  changes: boolean;
  /** Inputs whose change means a new resource. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  changed: string[];
}

/** Compares inputs as the provider does: defaults count as given, what AWS chose and is left out is no change. */
export function diffInputs(specs: Inputs, olds: Properties, news: Properties, deleteBeforeReplace = false): Diff {
  const before = withDefaults(specs, olds);
  const after = withDefaults(specs, news);
  const changes = Object.entries(specs).map(([key, spec]) => ({
    key,
    change: compare(spec, before[key], after[key]),
  }));
  const changed = changes.filter(({ change }) => change !== "none").map(({ key }) => key);
  const replaces = changes.filter(({ change }) => change === "replace").map(({ key }) => key);
  return {
    changes: changed.length > 0,
    replaces,
    changed,
    deleteBeforeReplace: replaces.length > 0 && (deleteBeforeReplace || keepsItsName(specs, olds, news)),
  };
}

type Change = "none" | "update" | "replace";

function compare(spec: InputSpec, before: unknown, after: unknown): Change {
  if (spec.computed && after === undefined) return "none";
  const found: Change[] = [];
  if (after === unknownValue || spec.fields === undefined || !sameShape(before, after)) {
    found.push(after !== unknownValue && canonical(before) === canonical(after) ? "none" : "update");
  } else {
    const fields = spec.fields;
    for (const [old, now] of pairs(before, after)) {
      for (const [key, field] of Object.entries(fields)) found.push(compare(field, old[key], now[key]));
    }
  }
  const change = (["replace", "update"] as const).find((candidate) => found.includes(candidate)) ?? "none";
  return change === "update" && spec.replace ? "replace" : change;
}

/** Two objects, or two lists of as many objects. */
function sameShape(before: unknown, after: unknown): boolean {
  if (isProperties(before) && isProperties(after)) return true;
  return (
    Array.isArray(before) &&
    Array.isArray(after) &&
    before.length === after.length &&
    [...(before as unknown[]), ...(after as unknown[])].every(isProperties)
  );
}

function pairs(before: unknown, after: unknown): [Properties, Properties][] {
  const olds = (Array.isArray(before) ? before : [before]) as Properties[];
  const news = (Array.isArray(after) ? after : [after]) as Properties[];
  return olds.map((old, index) => [old, news[index] ?? {}]);
}

/** As the bridge does: what was given a name of its own cannot stand beside its replacement of the same name. */
function keepsItsName(specs: Inputs, olds: Properties, news: Properties): boolean {
  const madeUp = news[defaultsKey];
  return Object.entries(specs).some(
    ([key, spec]) =>
      spec.autoname !== undefined &&
      isPresent(news[key]) &&
      news[key] === olds[key] &&
      !(Array.isArray(madeUp) && madeUp.includes(key)),
  );
}

/** Empty lists and maps are the same as none, and unknown is like nothing else. */
function canonical(value: unknown): string {
  if (hasUnknown(value)) return "unknown";
  if (value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0)) {
    return "null";
  }
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isProperties(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/**
 * The inputs that would bring about what there is: what was given, and what differs from what leaving it out means.
 *
 * @param given - what was last asked for; empty for a resource that is imported
 */
export function inputsFrom(specs: Inputs, outputs: Properties, given: Properties): Properties {
  const inputs: Properties = {};
  for (const [key, spec] of Object.entries(specs)) {
    const value = outputs[key];
    if (!isPresent(value)) continue;
    const asked = isPresent(given[key]) || spec.required === true;
    if (!asked && (spec.computed || canonical(value) === canonical(spec.default) || isEmpty(value))) continue;
    inputs[key] = nestedInputs(spec, value, given[key]);
  }
  return inputs;
}

function isEmpty(value: unknown): boolean {
  return value === "" || canonical(value) === "null";
}

function nestedInputs(spec: InputSpec, value: unknown, given: unknown): unknown {
  const { fields } = spec;
  if (fields === undefined) return value;
  const one = (item: unknown, asked: unknown): unknown =>
    isProperties(item) ? inputsFrom(fields, item, isProperties(asked) ? asked : {}) : item;
  return Array.isArray(value)
    ? value.map((item, index) => one(item, Array.isArray(given) ? (given as unknown[])[index] : undefined))
    : one(value, given);
}

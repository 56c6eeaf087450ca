import { hiddenValue } from "../read/properties";

type Values = Readonly<Record<string, unknown>>;

/**
 * Attributes without what the state marks as sensitive, by paths as a state of version 4 has them: steps `get_attr` and `index` (terraform 1.9,
 * internal/states/statefile/version4.go, `unmarshalPaths`). A path that leads nowhere hides all of the last thing on it.
 */
export function withoutPaths(values: Values, paths: readonly unknown[]): Values {
  return paths.reduce<Values>((rest, path) => hidden(rest, Array.isArray(path) ? path : []) as Values, values);
}

function hidden(value: unknown, [step, ...others]: readonly unknown[]): unknown {
  const key = step === undefined ? undefined : keyOf(step);
  if (key === undefined || typeof value !== "object" || value === null || !(key in value)) return hiddenValue;
  if (Array.isArray(value))
    return value.map((each, place) => (String(place) === key ? hidden(each, others) : (each as unknown)));
  return { ...value, [key]: hidden((value as Values)[key], others) };
}

function keyOf(step: unknown): string | undefined {
  const { type, value } = step as { type?: unknown; value?: unknown };
  const key = type === "index" ? (value as { value?: unknown } | undefined)?.value : value;
  return typeof key === "string" || typeof key === "number" ? String(key) : undefined;
}

/** The same, by the `sensitive_values` of `terraform show -json`: of the same shape, with `true` for what is sensitive. */
export function withoutMarked(values: Values, marks: unknown): Values {
  return marked(values, marks) as Values;
}

function marked(value: unknown, marks: unknown): unknown {
  if (marks === true) return hiddenValue;
  if (typeof value !== "object" || value === null || typeof marks !== "object" || marks === null) return value;
  const at = (key: string | number): unknown => (marks as Values)[key];
  if (Array.isArray(value)) return value.map((each, place) => marked(each, at(place)));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, marked(each, at(key))]));
}

import { AwsError, ec2Error } from "./errors";
import type { InputSpec } from "./inputs";
import { blocks, tagsOf, text, texts, type Properties } from "./properties";
import { objects, string, strings } from "./specs";

/** The `filters` of EC2's data sources. */
export const filters: InputSpec = objects({
  name: string({ required: true }),
  values: strings({ required: true }),
});

/** What a record holds under the name of a filter. */
export type Filterable<T> = Record<string, (record: T) => string | string[] | undefined>;

/** EC2 user guide, "Filtering": `*` is any run of characters, `?` one; everything else stands for itself. */
function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

/**
 * The records that all filters, and all tags, match; a filter is matched by any of its values.
 *
 * @throws AwsError for a filter that the model does not have
 */
export function filtered<T extends { tags: Record<string, string> }>(
  operation: string,
  records: T[],
  args: Properties,
  known: Filterable<T>,
): T[] {
  const tags = Object.entries(tagsOf(args));
  return matching(operation, records, filtersIn(args), known).filter((record) =>
    tags.every(([key, value]) => record.tags[key] === value),
  );
}

/** A function's filters, for {@link matching}. */
export function filtersIn(args: Properties): { name: string; values: string[] }[] {
  return blocks(args, "filters").map((each) => ({ name: text(each, "name"), values: texts(each, "values") }));
}

/** The records that all filters match. @throws AwsError for a filter that the model does not have */
export function matching<T extends { tags: Record<string, string> }>(
  operation: string,
  records: T[],
  given: { name: string; values: string[] }[],
  known: Filterable<T>,
): T[] {
  let left = records;
  for (const { name, values: wanted } of given) {
    const values = valuesOf(operation, name, known);
    left = left.filter((record) => values(record).some((value) => wanted.some((pattern) => matches(pattern, value))));
  }
  return left;
}

function valuesOf<T extends { tags: Record<string, string> }>(
  operation: string,
  name: string,
  known: Filterable<T>,
): (record: T) => string[] {
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (record) => (record.tags[key] === undefined ? [] : [record.tags[key]]);
  }
  if (name === "tag-key") return (record) => Object.keys(record.tags);
  const value = known[name];
  if (value === undefined) {
    const message = `The filter '${name}' is invalid (this model has ${Object.keys(known).join(", ")})`;
    // Source: EC2 API, Error codes: InvalidParameterValue; wording UNVERIFIED; the part in brackets is the model's.
    throw ec2Error(operation, "InvalidParameterValue", message);
  }
  return (record) => [value(record) ?? []].flat();
}

/** The provider's errors of data sources that find one thing. */
export function single<T>(what: string, found: T[]): T {
  const [first, ...more] = found;
  // Source: terraform-provider-aws, internal/tfresource: data sources of one thing.
  if (first === undefined) throw new AwsError("NotFound", `no matching ${what} found`);
  if (more.length > 0) {
    const hint = `use additional constraints to reduce matches to a single ${what}`;
    // Source: terraform-provider-aws, internal/tfresource: data sources of one thing.
    throw new AwsError("TooManyResults", `multiple ${what}s matched; ${hint}`);
  }
  return first;
}

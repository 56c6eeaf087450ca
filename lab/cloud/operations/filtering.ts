import type { Filter } from "@aws-sdk/client-ec2";
import { matching, type Filterable } from "../core/filters";

/**
 * What DescribeX operations of EC2 select: the records of the ids that are named, else all; of these those that all filters
 * match.
 *
 * @param missing - the error for an id of which there is no record
 */
export function selected<T extends { tags: Record<string, string> }>(
  operation: string,
  records: T[],
  {
    ids,
    idOf,
    missing,
  }: { ids: readonly string[] | undefined; idOf: (record: T) => string; missing: (id: string) => Error },
  filters: readonly Filter[] | undefined,
  known: Filterable<T>,
): T[] {
  const absent = ids?.find((id) => !records.some((record) => idOf(record) === id));
  if (absent !== undefined) throw missing(absent);
  const named =
    ids === undefined || ids.length === 0 ? records : records.filter((record) => ids.includes(idOf(record)));
  return matching(operation, named, filtersOf(filters), known);
}

/** EC2's filters as the model's. */
export function filtersOf(filters: readonly Filter[] = []): { name: string; values: string[] }[] {
  return filters.map(({ Name, Values }) => ({ name: Name ?? "", values: Values ?? [] }));
}

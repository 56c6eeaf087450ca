import type { Properties } from "../../../lab/cloud/core/properties";
import type { ApiRequest } from "./model";

/** A resource that is there, as the provider finds it in the state. */
export interface Deployed {
  type: string;
  id: string;
  /** With the names that were made up and the provider's defaults. */
  inputs: Properties;
  outputs: Properties;
  /** Of the stack's hosts. */
  vpcId: string;
}

export type RequestsOfDeployed = (deployed: Deployed) => ApiRequest[];

/** As the DescribeX operations of EC2 take them: `{ "vpc-id": "vpc-1" }`. */
export function filters(values: Record<string, unknown>): { Filters: { Name: string; Values: unknown[] }[] } {
  return { Filters: Object.entries(values).map(([Name, value]) => ({ Name, Values: [value] })) };
}

/** @throws Error for a type of which nobody said yet what the provider asks AWS for */
export function rowOf<T>(table: Record<string, T>, type: string, file: string): T {
  const row = table[type];
  if (row === undefined) throw new Error(`no API request is known for ${type}: add it to ${file}`);
  return row;
}

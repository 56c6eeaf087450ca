import { isProperties, type Properties } from "../../../lab/cloud/core/properties";
import type { ApiRequest } from "./model";

/** The requests with which the provider makes a resource of these inputs. */
export type Translation = (inputs: Properties, id: string) => ApiRequest[];

type Request = (operation: string, parameters: Properties) => ApiRequest;

export const ec2: Request = (operation, parameters) => ({ service: "ec2", operation, parameters });
export const elb: Request = (operation, parameters) => ({ service: "elbv2", operation, parameters });
export const ram: Request = (operation, parameters) => ({ service: "ram", operation, parameters });
export const iam: Request = (operation, parameters) => ({ service: "iam", operation, parameters });

/** @throws Error when there is an input that none of the resource's requests carries */
export function leftOver(what: string, rest: Properties): void {
  const names = Object.keys(rest).filter((name) => rest[name] !== undefined);
  if (names.length > 0) throw new Error(`${what}: no API request is known that carries ${names.join(", ")}`);
}

/** Tags as a list, which all of AWS's APIs take. */
export function tagList(tags: unknown): unknown {
  return isProperties(tags) ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : tags;
}

/** EC2's way of tagging what a request creates. */
export function tagged(ResourceType: string, tags: unknown): { TagSpecifications?: Properties[] } {
  return tags === undefined ? {} : { TagSpecifications: [{ ResourceType, Tags: tagList(tags) }] };
}

/** Attributes of ELBv2 are text; the provider writes booleans and numbers as such. */
export function attribute(key: string, value: unknown): { Key: string; Value: unknown }[] {
  if (value === undefined) return [];
  return [{ Key: key, Value: typeof value === "boolean" || typeof value === "number" ? String(value) : value }];
}

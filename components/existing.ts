import * as aws from "./aws";
import type * as pulumi from "@pulumi/pulumi";
import { checkCredentials } from "./credentialsError";
import { ProblemsError } from "./refusal";

/** Things that are given by id and are not there, or are not what they are taken for: one line for each. */
export class ExistingError extends ProblemsError {
  constructor(problems: string[]) {
    super("What is given by id is not as expected", problems);
  }
}

/** How a look-up of something that exists is made: with the provider of its account, or a parent that has it. */
export type LookUpOptions = pulumi.InvokeOptions;

/**
 * One look-up.
 *
 * @param what - key and value, as `vpcId: "vpc-1"`
 * @throws ExistingError with AWS's words when nothing is found, CredentialsError when nothing can be
 */
export async function found<T>(what: string, expected: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    checkCredentials(reasonOf(error));
    throw new ExistingError([`${what}: ${reasonOf(error)}: expected ${expected}`]);
  }
}

/** What the provider says, without Pulumi's own words before it. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^.*?(returned an error|failed): (invocation of \S+ returned an error: )?/s, "");
}

/** Waits for all and throws one error with everything that is wrong. */
export async function everything<T>(lookUps: Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(lookUps);
  const problems = outcomes.flatMap((outcome) => {
    if (outcome.status === "fulfilled") return [];
    if (outcome.reason instanceof ExistingError) return outcome.reason.problems;
    throw outcome.reason;
  });
  if (problems.length > 0) throw new ExistingError(problems);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** As `everything`, one look-up for each value by key. */
export async function everyValue<V, T>(
  values: Record<string, V>,
  lookUp: (value: V, key: string) => Promise<T>,
): Promise<Record<string, T>> {
  const pairs = Object.entries(values).map(async ([key, value]) => [key, await lookUp(value, key)] as const);
  return Object.fromEntries(await everything(pairs));
}

/** Compares what is with what was expected; `undefined` is expected of nothing. */
export function differs(what: string, name: string, seen: string, expected: string | undefined): string[] {
  return expected === undefined || seen === expected ? [] : [`${what}: ${name} ${seen}, expected ${expected}`];
}

/** A GWLB endpoint that is already there. */
export interface ExistingEndpoint {
  /** `vpce-…`. */
  id: string;
  /** AZ ID, as `apne1-az4`. */
  azId: string;
  /** `subnet-…`. */
  subnetId: string;
  /** As EC2 DescribeVpcEndpoints has it, `available` when it takes packets. */
  state: string;
}

/**
 * A GWLB endpoint by id.
 *
 * @param expected - the AZ ID that it is given for, its VPC and its service
 * @throws ExistingError when it is anything else
 */
export async function lookUpEndpoint(
  what: string,
  id: string,
  expected: { azId: string; vpcId: string; serviceName: string },
  opts: LookUpOptions,
): Promise<ExistingEndpoint> {
  const key = `${what}: "${id}"`;
  const endpoint = await found(key, "a GWLB endpoint of this account", () => aws.ec2.getVpcEndpoint({ id }, opts));
  const problems = [
    ...differs(key, "is of type", endpoint.vpcEndpointType, "GatewayLoadBalancer"),
    ...differs(key, "is in VPC", endpoint.vpcId, expected.vpcId),
    ...differs(key, "is for service", endpoint.serviceName, expected.serviceName),
  ];
  const [subnetId] = endpoint.subnetIds;
  if (problems.length > 0 || subnetId === undefined) {
    throw new ExistingError(problems.length > 0 ? problems : [`${key}: has no subnet, expected one`]);
  }
  const subnet = await found(key, "a subnet of this account", () => aws.ec2.getSubnet({ id: subnetId }, opts));
  const wrong = differs(key, "is in AZ", subnet.availabilityZoneId, expected.azId);
  if (wrong.length > 0) throw new ExistingError(wrong);
  return { id, azId: expected.azId, subnetId, state: endpoint.state };
}

/** An instance that is already there. */
export interface ExistingInstance {
  /** `i-…`. */
  instanceId: string;
  /** Primary private IPv4 address. */
  privateIp: string;
  /** `subnet-…`. */
  subnetId: string;
  /** Ids of its security groups, which are left as they are. */
  securityGroupIds: string[];
}

/**
 * An instance by id.
 *
 * @param expected - the AZ ID that it is given for, its VPC and its subnet's CIDR
 * @throws ExistingError when it is anywhere else, or terminated
 */
export async function lookUpInstance(
  what: string,
  instanceId: string,
  expected: { azId: string; vpcId: string; cidrBlock?: string },
  opts: LookUpOptions,
): Promise<ExistingInstance> {
  const key = `${what}: "${instanceId}"`;
  const instance = await found(key, "an instance of this account", () => aws.ec2.getInstance({ instanceId }, opts));
  if (["shutting-down", "terminated"].includes(instance.instanceState)) {
    throw new ExistingError([`${key}: is ${instance.instanceState}, expected a running instance`]);
  }
  const { subnetId } = instance;
  const subnet = await found(key, "a subnet of this account", () => aws.ec2.getSubnet({ id: subnetId }, opts));
  const problems = [
    ...differs(key, "is in VPC", subnet.vpcId, expected.vpcId),
    ...differs(key, "is in AZ", subnet.availabilityZoneId, expected.azId),
    ...differs(key, `is in subnet ${subnetId} with CIDR`, subnet.cidrBlock, expected.cidrBlock),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  return { instanceId, privateIp: instance.privateIp, subnetId, securityGroupIds: instance.vpcSecurityGroupIds };
}

/** A network interface that is already there. */
export interface ExistingInterface {
  /** `eni-…` */
  id: string;
  /** `06:…` */
  macAddress: string;
  /** Its primary address. */
  privateIp: string;
}

/**
 * All network interfaces of an instance.
 *
 * @throws ExistingError when they cannot be read
 */
export async function lookUpInterfaces(
  what: string,
  instanceId: string,
  opts: LookUpOptions,
): Promise<ExistingInterface[]> {
  const key = `${what}: "${instanceId}"`;
  const filters = [{ name: "attachment.instance-id", values: [instanceId] }];
  const expected = "an instance with network interfaces of this account";
  const { ids } = await found(key, expected, () => aws.ec2.getNetworkInterfaces({ filters }, opts));
  return everything(
    [...ids].sort().map(async (id) => {
      const { macAddress, privateIp } = await found(key, expected, () => aws.ec2.getNetworkInterface({ id }, opts));
      return { id, macAddress, privateIp };
    }),
  );
}

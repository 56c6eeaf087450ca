import { z } from "zod";
import type { RemoteHost } from "../path/proof/request";
import { readContract } from "./stackContract";

const transitSchema = z.object({
  accountId: z.string(),
  region: z.string(),
  transitGatewayId: z.string(),
  /** Of the transit gateway: what spokes are associated with, and what they propagate into. */
  spokesRouteTableId: z.string(),
  inspectionRouteTableId: z.string(),
  spokeCidrs: z.array(z.string()),
  /** Of the inspection VPC. */
  vpcCidr: z.string(),
  /** Whether spokes reach the internet by NAT gateways behind the endpoints. */
  egress: z.boolean().optional(),
  /** Other accounts that the transit gateway is shared with by this program; undefined where somebody else shares it. */
  sharedWith: z.array(z.string()).optional(),
  /** Of the RAM share by which it is. */
  shareArn: z.string().optional(),
  /** Only compared, never read. */
  path: z.unknown(),
});

/** What the transit stack hands spokes. */
export type TransitContract = z.infer<typeof transitSchema>;

/** As the transit stack makes it. */
export type NewTransitContract = Record<keyof TransitContract, unknown>;

/** @param name - as the config key `transitStack`. @throws ConfigError when it is not there yet, or is no transit stack */
export async function readTransitStack(name: string): Promise<TransitContract> {
  const kind = "transit stack";
  const optional = ["egress", "sharedWith", "shareArn"];
  return (await readContract({ key: "transitStack", name, kind, schema: transitSchema, optional })).checked;
}

const spokeSchema = z.object({
  accountId: z.string(),
  region: z.string(),
  vpcCidr: z.string(),
  hosts: z.array(z.object({ name: z.string(), azId: z.string(), address: z.string(), host: z.looseObject({}) })),
  /** Addresses in the internet that each host is to reach. */
  egressTo: z.array(z.string()).optional(),
  /** Only compared, never read. */
  path: z.unknown(),
});

/** A host of a spoke, and how it is reached. */
export interface SpokeHost {
  name: string;
  azId: string;
  address: string;
  host: RemoteHost;
}

/** What a spoke's stack hands the one that measures. Its hosts are a secret. */
export interface SpokeContract extends Omit<z.infer<typeof spokeSchema>, "hosts"> {
  hosts: SpokeHost[];
}

/** As a spoke's stack makes it. */
export type NewSpokeContract = Record<keyof SpokeContract, unknown>;

/** @param name - as the config key `spokeStacks` has it. @throws ConfigError when it is not there yet, or is no spoke's stack */
export async function readSpokeStack(name: string): Promise<SpokeContract> {
  const kind = "spoke's stack";
  const { checked } = await readContract({
    key: "spokeStacks",
    name,
    kind,
    schema: spokeSchema,
    optional: ["egressTo"],
  });
  // The request as a whole is checked where it is measured.
  return { ...checked, hosts: checked.hosts.map((each) => ({ ...each, host: each.host as unknown as RemoteHost })) };
}

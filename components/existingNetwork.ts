import * as aws from "./aws";
import { differs, everything, ExistingError, found, type LookUpOptions } from "./existing";

/** A route of a route table, `local` and gateway endpoints' aside. */
export interface ExistingRoute {
  /** IPv4 CIDR. */
  destinationCidrBlock: string;
  /** Id of what it leads to. */
  target: string;
}

/** A subnet that is there, with the route table that counts for it. */
export interface ExistingSubnet {
  /** `subnet-…`. */
  id: string;
  /** AZ ID, as `apne1-az4`. */
  azId: string;
  /** IPv4 CIDR. */
  cidrBlock: string;
  /** The route table that it is associated with, or the VPC's main one. */
  routeTableId: string;
  /** Routes of its table. */
  routes: ExistingRoute[];
}

/** A VPC that is already there, with those of its subnets that are named. */
export interface ExistingNetwork {
  /** `vpc-…`. */
  vpcId: string;
  /** Primary IPv4 CIDR of the VPC. */
  cidrBlock: string;
  /** Tier → AZ ID → subnet. */
  subnets: Record<string, Record<string, ExistingSubnet>>;
  /** The internet gateway that is attached to it, where it was looked up. */
  internetGatewayId?: string;
}

/**
 * The internet gateway that is attached to a VPC: AWS attaches one at most.
 *
 * @throws ExistingError when there is none
 */
export async function lookUpInternetGateway(vpcId: string, opts: LookUpOptions): Promise<string> {
  const gateway = await found(`vpcId: "${vpcId}"`, "a VPC with an internet gateway", () =>
    aws.ec2.getInternetGateway({ filters: [{ name: "attachment.vpc-id", values: [vpcId] }] }, opts),
  );
  return gateway.internetGatewayId;
}

/** A VPC and its subnets by id, and what they have to be like. */
export interface ExistingNetworkArgs {
  /** `vpc-…`. */
  vpcId: string;
  /** 12-digit id of the account that has to own it: a VPC may be shared. @default not checked */
  accountId?: string;
  /** One of its IPv4 CIDRs. @default its first */
  cidrBlock?: string;
  /** Tier → AZ ID → subnet. */
  subnets: Record<
    string,
    Record<
      string,
      {
        /** `subnet-…`: one of this VPC, in this AZ. */
        id: string;
        /** IPv4 CIDR that it has to have. @default not checked */
        cidrBlock?: string;
      }
    >
  >;
}

/**
 * A VPC and subnets by id, read and checked before anything is created.
 *
 * @throws ExistingError with everything that is not there, is in another VPC or AZ, or has another CIDR
 */
export async function lookUpNetwork(args: ExistingNetworkArgs, opts: LookUpOptions): Promise<ExistingNetwork> {
  const { vpcId } = args;
  const key = `vpcId: "${vpcId}"`;
  const vpc = await found(key, "a VPC of this account and Region", () => aws.ec2.getVpc({ id: vpcId }, opts));
  const blocks = vpc.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
  const cidrBlock = args.cidrBlock ?? vpc.cidrBlock;
  const problems = [
    ...differs(key, "belongs to account", vpc.ownerId, args.accountId),
    ...(blocks.includes(cidrBlock) ? [] : [`${key}: has CIDR ${blocks.join(", ")}, expected ${cidrBlock}`]),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  const subnets = await everything(
    Object.entries(args.subnets).flatMap(([tier, zones]) =>
      Object.entries(zones).map(async ([azId, { id, cidrBlock: expectedCidr }]) => {
        const expected = { vpcId, azId, ...(expectedCidr !== undefined && { cidrBlock: expectedCidr }) };
        const subnet = await lookUpSubnet(`subnets.${tier}.${azId}`, id, expected, vpc.mainRouteTableId, opts);
        return { tier, subnet };
      }),
    ),
  );
  return {
    vpcId,
    cidrBlock,
    subnets: Object.fromEntries(
      Object.keys(args.subnets).map((tier) => [
        tier,
        Object.fromEntries(
          subnets.filter((each) => each.tier === tier).map(({ subnet }) => [subnet.azId, subnet] as const),
        ),
      ]),
    ),
  };
}

async function lookUpSubnet(
  what: string,
  id: string,
  expected: { vpcId: string; azId: string; cidrBlock?: string },
  mainRouteTableId: string,
  opts: LookUpOptions,
): Promise<ExistingSubnet> {
  const key = `${what}: "${id}"`;
  const subnet = await found(key, "a subnet of this account and Region", () => aws.ec2.getSubnet({ id }, opts));
  const problems = [
    ...differs(key, "is in VPC", subnet.vpcId, expected.vpcId),
    ...differs(key, "is in AZ", subnet.availabilityZoneId, expected.azId),
    ...differs(key, "has CIDR", subnet.cidrBlock, expected.cidrBlock),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  const table = await found(key, "a route table", () => routeTableOf(id, mainRouteTableId, opts));
  return {
    id,
    azId: expected.azId,
    cidrBlock: subnet.cidrBlock,
    routeTableId: table.routeTableId,
    routes: table.routes
      .filter((route) => route.cidrBlock !== "")
      .map((route) => ({ destinationCidrBlock: route.cidrBlock, target: targetOf(route) })),
  };
}

/** EC2 user guide, "Subnet route tables": a subnet that is associated with none has the VPC's main one. */
async function routeTableOf(
  subnetId: string,
  mainRouteTableId: string,
  opts: LookUpOptions,
): Promise<aws.ec2.GetRouteTableResult> {
  // The function that reads one table makes an error of none.
  const filters = [{ name: "association.subnet-id", values: [subnetId] }];
  const { ids } = await aws.ec2.getRouteTables({ filters }, opts);
  return aws.ec2.getRouteTable({ routeTableId: ids[0] ?? mainRouteTableId }, opts);
}

function targetOf(route: aws.types.output.ec2.GetRouteTableRoute): string {
  const ids = [
    ...[route.vpcEndpointId, route.gatewayId, route.natGatewayId, route.networkInterfaceId, route.instanceId],
    ...[route.transitGatewayId, route.vpcPeeringConnectionId, route.egressOnlyGatewayId, route.localGatewayId],
    ...[route.carrierGatewayId, route.coreNetworkArn],
  ];
  return ids.find((id) => id !== "" && id !== undefined) ?? "nothing";
}

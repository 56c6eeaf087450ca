import type * as pulumi from "@pulumi/pulumi";
import type { ExistingNetwork } from "../components/existingNetwork";
import * as made from "../components/network";
import { allGiven, noneGiven } from "./arguments";
import { component } from "./component";

export interface NetworkArgs {
  /** Region, for the name of its S3 service. */
  region: pulumi.Input<string>;
  /** Subnets: tier → AZ ID → IPv4 CIDR. Every subnet gets a route table of its own with no route but `local`. */
  tiers: Record<string, Record<string, string>>;
  /** Tiers whose route tables get the S3 gateway endpoint: hosts there can install packages without an internet. */
  s3Tiers: string[];
  /** Tier whose subnets get SSM's interface endpoints. @default none */
  ssmTier?: string;
  /** IPv4 CIDR of the VPC, /16 to /28. */
  cidrBlock?: string;
  /** The one subnet with a route to an internet gateway, for a bastion. */
  publicSubnet?: made.SubnetPlan;
  /** Whether the VPC has an internet gateway; with a public subnet it has one in any case. @default false */
  internetGateway?: boolean;
  /** A VPC that is already there: in place of cidrBlock, publicSubnet and internetGateway. */
  existing?: ExistingNetwork;
}

/** A VPC with subnets per tier and AZ, one route table each, and an S3 gateway endpoint. */
export class Network extends component(made.Network) {
  declare readonly vpcId: pulumi.Output<string>;
  declare readonly cidrBlock: string;
  /** Tier → AZ ID → subnet. */
  declare readonly subnets: Record<string, Record<string, made.NetworkSubnet>>;
  declare readonly publicSubnet?: made.NetworkSubnet;
  declare readonly internetGatewayId?: pulumi.Output<string>;
  /** Prefix list of S3, for egress rules. */
  declare readonly s3PrefixListId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, argsOf(args), opts);
  }
}

function argsOf({ existing, cidrBlock, publicSubnet, internetGateway, ...plan }: NetworkArgs): made.NetworkArgs {
  if (existing !== undefined) {
    noneGiven(
      { cidrBlock, publicSubnet, internetGateway },
      ["cidrBlock", "publicSubnet", "internetGateway"],
      "existing",
    );
    return { ...plan, existing };
  }
  return {
    ...plan,
    ...allGiven({ cidrBlock }, ["cidrBlock"], "existing"),
    ...(publicSubnet !== undefined && { publicSubnet }),
    ...(internetGateway !== undefined && { internetGateway }),
  };
}

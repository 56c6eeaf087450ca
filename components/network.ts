import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { overlaps, parseCidr } from "../path/net/cidr";
import { awsServiceName } from "../path/net/partition";
import { found, type LookUpOptions } from "./existing";
import { agentOnly, packagesOnly, type AgentService } from "./endpointPolicies";
import type { ExistingNetwork } from "./existingNetwork";
import { oneAtATimeBy, oneAtATimeIf } from "./oneAtATime";

/** Subnets by tier and AZ, and the endpoints that hosts in them need. */
export interface NetworkPlan {
  /** Region, for the name of its S3 service. */
  region: pulumi.Input<string>;
  /** Subnets: tier → AZ ID → IPv4 CIDR. Every subnet gets a route table of its own with no route but `local`. */
  tiers: Record<string, Record<string, string>>;
  /** Tiers whose route tables get the S3 gateway endpoint: hosts there can install packages without an internet. */
  s3Tiers: string[];
  /**
   * Tier whose subnets get SSM's interface endpoints, for hosts that are reached by Session Manager: `ssm` and
   * `ssmmessages`, open to the whole VPC. Access by ssh needs none.
   * @default none
   */
  ssmTier?: string;
  /** 12 digits: only principals of this account may use SSM's endpoints. @default any */
  accountId?: string;
}

/** One subnet and where it is. */
export interface SubnetPlan {
  /** AZ ID, as `apne1-az4`. */
  azId: string;
  /** IPv4 CIDR inside the VPC's. */
  cidrBlock: string;
}

/** A VPC is made. */
export interface NewNetworkArgs extends NetworkPlan {
  /** IPv4 CIDR of the VPC, /16 to /28. */
  cidrBlock: string;
  /** The one subnet with a route to an internet gateway, for a bastion. */
  publicSubnet?: SubnetPlan;
  /** Whether the VPC has an internet gateway; with a public subnet it has one in any case. @default false */
  internetGateway?: boolean;
  /** Not beside a VPC that is made. */
  existing?: undefined;
}

/**
 * Subnets are made in a VPC that is already there. It and the subnets that it has stay as they are: they get no route and
 * no endpoint.
 */
export interface ExistingNetworkPlan extends NetworkPlan {
  /** As `lookUpNetwork` finds it. Of what `tiers` names, only what is not here is made. */
  existing: ExistingNetwork;
  /** Not beside a VPC that is there: it has one. */
  cidrBlock?: undefined;
  /** Not beside a VPC that is there. */
  publicSubnet?: undefined;
  /** Not beside a VPC that is there. */
  internetGateway?: undefined;
}

/** A VPC that is made, or subnets in one that is there. */
export type NetworkArgs = NewNetworkArgs | ExistingNetworkPlan;

/** A subnet, made or found, with its route table. */
export interface NetworkSubnet {
  /** `subnet-…`. */
  id: pulumi.Output<string>;
  /** IPv4 CIDR. */
  cidrBlock: string;
  /** `rtb-…`. */
  routeTableId: pulumi.Output<string>;
}

/** The VPC, whoever made it: as `lookUpNetwork` gives it, too. */
interface Vpc extends Pick<ExistingNetwork, "cidrBlock" | "subnets"> {
  vpcId: pulumi.Input<string>;
  internetGatewayId?: pulumi.Input<string>;
}

/**
 * A VPC with subnets per tier and AZ, one route table each, and an S3 gateway endpoint. Nothing in it reaches the
 * internet, save the public subnet where there is one. Or what of this a VPC lacks that is already there.
 *
 * **Cost**: none by itself; gateway endpoints are free. SSM's interface endpoints cost by the hour and AZ.
 */
export class Network extends pulumi.ComponentResource {
  /** `vpc-…`. */
  readonly vpcId: pulumi.Output<string>;
  /** IPv4 CIDR of the VPC. */
  readonly cidrBlock: string;
  /** Tier → AZ ID → subnet. */
  readonly subnets: Record<string, Record<string, NetworkSubnet>>;
  /** Of a bastion; absent where none is asked for. */
  readonly publicSubnet: NetworkSubnet | undefined;
  /** `igw-…`; absent where the VPC has none. */
  readonly internetGatewayId: pulumi.Output<string> | undefined;
  /** Prefix list of S3, for egress rules. */
  readonly s3PrefixListId: pulumi.Output<string>;
  /** Ids of the associations and routes that are made: known when subnets have their tables, and these all their routes. */
  readonly routingIds: pulumi.Output<string[]>;
  private readonly routing: pulumi.Output<string>[] = [];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Network", name, {}, opts);
    const parent = { parent: this };
    const vpc: Vpc = args.existing ?? this.makeVpc(name, args);
    this.cidrBlock = vpc.cidrBlock;
    this.vpcId = pulumi.output(vpc.vpcId);
    this.internetGatewayId = vpc.internetGatewayId === undefined ? undefined : pulumi.output(vpc.internetGatewayId);
    const made: Record<string, Record<string, NetworkSubnet>> = {};
    this.subnets = subnetsOf(vpc);
    for (const [tier, zones] of Object.entries(args.tiers)) {
      const missing = Object.entries(zones).filter(([azId]) => this.subnets[tier]?.[azId] === undefined);
      made[tier] = Object.fromEntries(
        missing.map(([azId, cidr]) => [azId, this.subnet(`${name}-${tier}-${azId}`, azId, cidr)]),
      );
      this.subnets[tier] = { ...this.subnets[tier], ...made[tier] };
    }
    this.publicSubnet = args.publicSubnet && this.makePublicSubnet(name, args.publicSubnet);

    const s3Tables = args.s3Tiers.flatMap((tier) =>
      Object.values(made[tier] ?? {}).map(({ routeTableId }) => routeTableId),
    );
    const s3Service = pulumi.output(args.region).apply((region) => awsServiceName(region, "s3"));
    this.s3PrefixListId =
      s3Tables.length === 0 && (args.existing !== undefined || args.s3Tiers.length === 0)
        ? pulumi.output(args.region).apply((region) => prefixListId(region, parent))
        : this.makeS3Endpoint(name, args.region, s3Service, s3Tables);
    if (args.ssmTier !== undefined) this.makeSsmEndpoints(name, args.region, args.ssmTier, args.accountId);

    this.routingIds = pulumi.all(this.routing);
    this.registerOutputs({ vpcId: this.vpcId, s3PrefixListId: this.s3PrefixListId });
  }

  private makeVpc(name: string, { cidrBlock, internetGateway, publicSubnet }: NewNetworkArgs): Vpc {
    const parent = { parent: this };
    const vpc = new aws.ec2.Vpc(
      name,
      {
        cidrBlock,
        // Private names of interface endpoints need both.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: name },
      },
      parent,
    );
    if (internetGateway !== true && publicSubnet === undefined) return { vpcId: vpc.id, cidrBlock, subnets: {} };
    const gateway = new aws.ec2.InternetGateway(
      name,
      { vpcId: vpc.id, tags: { Name: name } },
      { ...parent, ...aws.oneAtATime },
    );
    return { vpcId: vpc.id, cidrBlock, subnets: {}, internetGatewayId: gateway.id };
  }

  private makeS3Endpoint(
    name: string,
    region: pulumi.Input<string>,
    serviceName: pulumi.Output<string>,
    routeTableIds: pulumi.Output<string>[],
  ): pulumi.Output<string> {
    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: this.vpcId,
        serviceName,
        vpcEndpointType: "Gateway",
        routeTableIds,
        policy: pulumi.output(region).apply(packagesOnly),
        tags: { Name: `${name}-s3` },
      },
      { parent: this },
    );
    return s3.prefixListId;
  }

  private subnet(name: string, azId: string, cidrBlock: string): NetworkSubnet {
    const parent = { parent: this };
    const subnet = new aws.ec2.Subnet(
      name,
      { vpcId: this.vpcId, cidrBlock, availabilityZoneId: azId, mapPublicIpOnLaunch: false, tags: { Name: name } },
      { ...parent, ...oneAtATimeIf(overlap) },
    );
    const table = new aws.ec2.RouteTable(name, { vpcId: this.vpcId, tags: { Name: name } }, parent);
    const association = new aws.ec2.RouteTableAssociation(
      name,
      { subnetId: subnet.id, routeTableId: table.id },
      { ...parent, ...oneAtATimeBy("subnetId") },
    );
    this.routing.push(association.id);
    // Nothing of the association is in the id: whoever uses it would be replaced with the association.
    return { id: subnet.id, cidrBlock, routeTableId: table.id };
  }

  private makePublicSubnet(name: string, { azId, cidrBlock }: SubnetPlan): NetworkSubnet {
    const subnet = this.subnet(`${name}-public-${azId}`, azId, cidrBlock);
    const route = new aws.ec2.Route(
      `${name}-public-internet`,
      { routeTableId: subnet.routeTableId, destinationCidrBlock: "0.0.0.0/0", gatewayId: this.internetGatewayId },
      { parent: this, ...aws.oneAtATime },
    );
    this.routing.push(route.id);
    return subnet;
  }

  /** Docs: AWS Systems Manager, "Create VPC endpoints": 443 in from the hosts, private DNS. */
  private makeSsmEndpoints(name: string, region: pulumi.Input<string>, tier: string, accountId?: string): void {
    const parent = { parent: this };
    const group = new aws.ec2.SecurityGroup(
      `${name}-ssm`,
      { vpcId: this.vpcId, description: "Interface endpoints of SSM", tags: { Name: `${name}-ssm` } },
      parent,
    );
    const https = new aws.vpc.SecurityGroupIngressRule(
      `${name}-ssm-tcp-443`,
      { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: this.cidrBlock },
      { ...parent, ...aws.oneAtATime },
    );
    for (const service of ["ssm", "ssmmessages"] satisfies AgentService[]) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: this.vpcId,
          serviceName: pulumi.output(region).apply((own) => awsServiceName(own, service)),
          vpcEndpointType: "Interface",
          subnetIds: Object.values(this.subnets[tier] ?? {}).map((subnet) => subnet.id),
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          policy: agentOnly(service, accountId),
          tags: { Name: `${name}-${service}` },
        },
        { ...parent, dependsOn: [https] },
      );
    }
  }
}

/** Subnets of a VPC have no address in common. */
function overlap(there: Record<string, unknown>, made: Record<string, unknown>): boolean {
  return overlaps(parseCidr(String(there["cidrBlock"])), parseCidr(String(made["cidrBlock"])));
}

function subnetsOf(vpc: Vpc): Network["subnets"] {
  return Object.fromEntries(
    Object.entries(vpc.subnets).map(([tier, zones]) => [
      tier,
      Object.fromEntries(
        Object.entries(zones).map(([azId, { id, cidrBlock, routeTableId }]) => [
          azId,
          { id: pulumi.output(id), cidrBlock, routeTableId: pulumi.output(routeTableId) },
        ]),
      ),
    ]),
  );
}

async function prefixListId(region: string, opts: LookUpOptions): Promise<string> {
  const name = awsServiceName(region, "s3");
  const what = `region: "${region}": prefix list ${name}`;
  const expected = "a Region whose S3 has a prefix list, and credentials that may read it";
  return (await found(what, expected, () => aws.ec2.getPrefixList({ name }, opts))).id;
}

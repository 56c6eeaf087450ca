import type { NetworkAclEntry as AclEntryAnswer, Route as RouteAnswer } from "@aws-sdk/client-ec2";
import { unknown, type NetworkAcl, type NetworkAclEntry, type OrUnknown, type Route, type RouteTable } from "../model";
import type { Network } from "../read/readNetwork";
import { byId, bySubnet } from "../read/stateReader";
import type { Answers } from "./answers";
import { component } from "./component";

/** VPCs, subnets, route tables, internet gateways, NAT gateways and network ACLs. */
export function readNetworkAnswers(answers: Answers): Network {
  const routeTables = byId((answers.routeTables ?? []).map((table) => routeTableOf(answers, table)));
  const networkAcls = byId((answers.networkAcls ?? []).map((acl) => networkAclOf(answers, acl)));
  const unchanged = new Set(
    (answers.networkAcls ?? []).filter(isUnchangedDefault).map(({ NetworkAclId }) => NetworkAclId),
  );
  const tableOf = bySubnet(routeTables);
  const aclOf = bySubnet(networkAcls);
  const mainTables = Object.values(routeTables).filter(({ main }) => main);
  const mainOf = new Map(mainTables.map(({ vpcId, id }) => [vpcId, id]));
  const vpcs = byId(
    (answers.vpcs ?? []).map((vpc) => ({
      ...component(answers, vpc.VpcId, vpc.OwnerId, vpc.Tags),
      cidrBlocks: (vpc.CidrBlockAssociationSet ?? [{ CidrBlock: vpc.CidrBlock }]).flatMap(
        ({ CidrBlock, ...association }) =>
          "CidrBlockState" in association && association.CidrBlockState?.State === "disassociated"
            ? []
            : (CidrBlock ?? []),
      ),
      ...ipv6Blocks(vpc.Ipv6CidrBlockAssociationSet),
      mainRouteTableId: mainOf.get(vpc.VpcId ?? "") ?? unknown,
    })),
  );
  const subnets = byId(
    (answers.subnets ?? []).map((subnet) => {
      const id = subnet.SubnetId ?? "";
      const vpcId = subnet.VpcId ?? "";
      const acl = aclOf.get(id);
      return {
        ...component(answers, id, subnet.OwnerId, subnet.Tags),
        vpcId,
        cidrBlock: subnet.CidrBlock ?? "",
        ...ipv6Blocks(subnet.Ipv6CidrBlockAssociationSet),
        azId: subnet.AvailabilityZoneId ?? unknown,
        routeTableId: tableOf.get(id) ?? vpcs[vpcId]?.mainRouteTableId ?? unknown,
        // Every subnet has one (Amazon VPC User Guide, "Control subnet traffic with network access control lists").
        ...(!unchanged.has(acl) && { networkAclId: acl ?? unknown }),
      };
    }),
  );
  const internetGateways = byId(
    (answers.internetGateways ?? []).map((gateway) => {
      const vpcId = gateway.Attachments?.[0]?.VpcId;
      const own = component(answers, gateway.InternetGatewayId, gateway.OwnerId, gateway.Tags);
      return { ...own, ...(vpcId !== undefined && { vpcId }) };
    }),
  );
  return { vpcs, subnets, routeTables, internetGateways, natGateways: readNatGateways(answers), networkAcls };
}

/** Those that are deleted are shown for a while (EC2 API, DescribeNatGateways). */
function readNatGateways(answers: Answers): Network["natGateways"] {
  return byId(
    (answers.natGateways ?? []).map((gateway) => {
      const addresses = gateway.NatGatewayAddresses ?? [];
      const own = addresses.find(({ IsPrimary }) => IsPrimary === true) ?? addresses[0];
      return {
        // It names no owner: the account that was asked.
        ...component(answers, gateway.NatGatewayId, undefined, gateway.Tags),
        vpcId: gateway.VpcId ?? "",
        subnetId: gateway.SubnetId ?? "",
        address: own?.PrivateIp ?? unknown,
        publicAddress: own?.PublicIp ?? (gateway.ConnectivityType === "private" ? "" : unknown),
        state: gateway.State ?? unknown,
      };
    }),
  );
}

type Ipv6Association = NonNullable<
  | NonNullable<Answers["vpcs"]>[number]["Ipv6CidrBlockAssociationSet"]
  | NonNullable<Answers["subnets"]>[number]["Ipv6CidrBlockAssociationSet"]
>[number];

/** Without those that are gone, which AWS shows for a while. */
function ipv6Blocks(associations: readonly Ipv6Association[] = []): { ipv6CidrBlocks?: OrUnknown<string>[] } {
  const gone = ["disassociated", "failed"];
  const there = associations.filter(({ Ipv6CidrBlockState }) => !gone.includes(Ipv6CidrBlockState?.State ?? ""));
  return there.length === 0 ? {} : { ipv6CidrBlocks: there.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock || unknown) };
}

function routeTableOf(answers: Answers, table: NonNullable<Answers["routeTables"]>[number]): RouteTable {
  const associations = table.Associations ?? [];
  const own = component(answers, table.RouteTableId, table.OwnerId, table.Tags);
  const all = (table.Routes ?? []).flatMap((route) => routeOf(own.name, route));
  const ipv6Routes = all.filter(({ destination }) => destination.includes(":"));
  return {
    ...own,
    vpcId: table.VpcId ?? "",
    routes: all.filter((route) => !ipv6Routes.includes(route)),
    ...(ipv6Routes.length > 0 && { ipv6Routes }),
    main: associations.some(({ Main }) => Main === true),
    subnetIds: associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    edgeGatewayIds: associations.flatMap(({ GatewayId }) => GatewayId ?? []),
  };
}

function routeOf(table: string, route: RouteAnswer): Route[] {
  const destination = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
  if (destination === undefined) return [];
  const target = targetOf(route);
  const name = target.kind === "local" ? "local" : `${table} ${destination}`;
  return [{ id: "", name, destination, target, state: route.State ?? unknown }];
}

function targetOf(route: RouteAnswer): Route["target"] {
  // Endpoints, of a Gateway Load Balancer as of S3, are told as gateways (EC2 API, Route: GatewayId).
  const { GatewayId: gateway } = route;
  if (gateway === "local") return { kind: "local", id: gateway };
  if (gateway?.startsWith("igw-") === true) return { kind: "internet-gateway", id: gateway };
  if (gateway?.startsWith("vpce-") === true) return { kind: "vpc-endpoint", id: gateway };
  if (route.NetworkInterfaceId !== undefined) return { kind: "network-interface", id: route.NetworkInterfaceId };
  if (route.TransitGatewayId !== undefined) return { kind: "transit-gateway", id: route.TransitGatewayId };
  if (route.NatGatewayId !== undefined) return { kind: "nat-gateway", id: route.NatGatewayId };
  const { EgressOnlyInternetGatewayId, VpcPeeringConnectionId, LocalGatewayId, CarrierGatewayId } = route;
  const others = [VpcPeeringConnectionId, EgressOnlyInternetGatewayId, LocalGatewayId, CarrierGatewayId];
  return { kind: "other", id: gateway ?? others.find((id) => id !== undefined) ?? route.CoreNetworkArn ?? "" };
}

function networkAclOf(answers: Answers, acl: NonNullable<Answers["networkAcls"]>[number]): NetworkAcl {
  const entries = (acl.Entries ?? []).flatMap(entryOf);
  return {
    ...component(answers, acl.NetworkAclId, acl.OwnerId, acl.Tags),
    vpcId: acl.VpcId ?? "",
    subnetIds: (acl.Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    entries: entries.sort((one, other) => one.ruleNumber - other.ruleNumber),
  };
}

/** A VPC's default one with what AWS put in: it allows all, and no trace needs to show it. */
function isUnchangedDefault({ IsDefault, Entries = [] }: NonNullable<Answers["networkAcls"]>[number]): boolean {
  const first = Entries.filter(({ RuleNumber, CidrBlock }) => RuleNumber === 100 && CidrBlock === "0.0.0.0/0");
  const allowing = first.filter(({ RuleAction, Protocol }) => RuleAction === "allow" && Protocol === "-1");
  const lower = Entries.some(({ RuleNumber = 0 }) => RuleNumber < 100);
  return IsDefault === true && !lower && new Set(allowing.map(({ Egress }) => Egress)).size === 2;
}

/** None for IPv6. */
function entryOf(entry: AclEntryAnswer): NetworkAclEntry[] {
  if (entry.CidrBlock === undefined) return [];
  return [
    {
      ruleNumber: entry.RuleNumber ?? 0,
      direction: entry.Egress === true ? "egress" : "ingress",
      protocol: entry.Protocol ?? "-1",
      action: entry.RuleAction === "allow" ? "allow" : "deny",
      cidrBlock: entry.CidrBlock,
      fromPort: entry.PortRange?.From ?? 0,
      toPort: entry.PortRange?.To ?? 65535,
      icmpType: entry.IcmpTypeCode?.Type ?? -1,
      icmpCode: entry.IcmpTypeCode?.Code ?? -1,
    },
  ];
}

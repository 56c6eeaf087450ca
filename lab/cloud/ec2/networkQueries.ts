import { ipv6AddressesOf } from "./ipv6";
import { arn } from "../core/arn";
import { describeSubnet } from "./ec2Subnet";
import { AwsError } from "../core/errors";
import { filtered, filters, single } from "../core/filters";
import type { Context, Invoke } from "../core/model";
import { interfaceFilters } from "../operations/networkInterfaces";
import { routeTableFilters } from "../operations/routeTables";
import { subnetFilters } from "../operations/subnets";
import { privateDnsName } from "./networkInterface";
import { optionalText, texts, type Properties } from "../core/properties";
import type { NetworkInterface, RouteTable } from "../core/records";
import { usableHostCount, parseCidr } from "../../../path/net/cidr";
import { describeRoutes } from "./routeAttributes";
import { boolean, region, string, stringSet, tags } from "../core/specs";
import { ownedBy } from "../core/state";
import { zonesOf } from "../core/zones";

export const getAvailabilityZones: Invoke = {
  token: "aws:index/getAvailabilityZones:getAvailabilityZones",
  args: {
    allAvailabilityZones: boolean(),
    excludeNames: stringSet(),
    excludeZoneIds: stringSet(),
    filters,
    region,
    state: string(),
  },
  call: (context, args) => {
    const own = context.caller.region;
    const all = zonesOf(context.caller.accountId, own).map((zone) => ({ ...zone, tags: {} }));
    const found = filtered("DescribeAvailabilityZones", all, args, {
      "region-name": () => own,
      state: () => "available",
      "zone-id": (zone) => zone.id,
      "zone-name": (zone) => zone.name,
      "zone-type": () => "availability-zone",
      "opt-in-status": () => "opt-in-not-required",
    }).filter(
      (zone) =>
        !texts(args, "excludeNames").includes(zone.name) &&
        !texts(args, "excludeZoneIds").includes(zone.id) &&
        (optionalText(args, "state") ?? "available") === "available",
    );
    return {
      ...args,
      groupNames: [own],
      id: own,
      names: found.map((zone) => zone.name),
      region: own,
      zoneIds: found.map((zone) => zone.id),
    };
  },
};

function describeInterface(context: Context, eni: NetworkInterface): Properties {
  const subnet = context.state.tables.subnets[eni.subnetId];
  const ofInstance = eni.owner.kind === "instance";
  return {
    arn: arn(context, "ec2", `network-interface/${eni.id}`),
    associations:
      eni.publicIpAddress === undefined
        ? []
        : [
            {
              allocationId: "",
              associationId: "",
              carrierIp: "",
              customerOwnedIp: "",
              ipOwnerId: "amazon",
              publicDnsName: "",
              publicIp: eni.publicIpAddress,
            },
          ],
    attachments: [
      {
        attachmentId: eni.id.replace("eni-", ofInstance ? "eni-attach-" : "ela-attach-"),
        deviceIndex: ofInstance ? 0 : 1,
        instanceId: ofInstance ? eni.owner.id : "",
        instanceOwnerId: ofInstance ? eni.accountId : "amazon-aws",
        networkCardIndex: 0,
      },
    ],
    availabilityZone: subnet?.availabilityZone ?? "",
    description: eni.description,
    enaSrdSpecifications: [],
    id: eni.id,
    interfaceType: eni.interfaceType,
    ipv6Addresses: ipv6AddressesOf(eni),
    macAddress: eni.macAddress,
    outpostArn: "",
    ownerId: eni.accountId,
    privateDnsName: privateDnsName(eni.region, eni.privateIpAddress),
    privateIp: eni.privateIpAddress,
    privateIps: [eni.privateIpAddress],
    region: eni.region,
    requesterId: ofInstance ? "" : "amazon-elb",
    securityGroups: eni.securityGroupIds,
    subnetId: eni.subnetId,
    tags: eni.tags,
    vpcId: eni.vpcId,
  };
}

export const getNetworkInterface: Invoke = {
  token: "aws:ec2/getNetworkInterface:getNetworkInterface",
  args: { filters, id: string(), region, tags },
  call: (context, args) => {
    const id = optionalText(args, "id");
    const own = ownedBy(context.state.tables.networkInterfaces, context.caller).filter(
      (eni) => id === undefined || eni.id === id,
    );
    const found = filtered("DescribeNetworkInterfaces", own, args, interfaceFilters(context));
    return { ...args, ...describeInterface(context, single("EC2 Network Interface", found)) };
  },
};

export const getNetworkInterfaces: Invoke = {
  token: "aws:ec2/getNetworkInterfaces:getNetworkInterfaces",
  args: { filters, region, tags },
  call: (context, args) => {
    const own = ownedBy(context.state.tables.networkInterfaces, context.caller);
    const found = filtered("DescribeNetworkInterfaces", own, args, interfaceFilters(context));
    const { region: ownRegion } = context.caller;
    return { tags: {}, ...args, id: ownRegion, ids: found.map(({ id }) => id), region: ownRegion };
  },
};

export const getSubnet: Invoke = {
  token: "aws:ec2/getSubnet:getSubnet",
  args: {
    availabilityZone: string(),
    availabilityZoneId: string(),
    cidrBlock: string(),
    filters,
    id: string(),
    region,
    state: string(),
    tags,
    vpcId: string(),
  },
  call: (context, args) => {
    const keys = ["availabilityZone", "availabilityZoneId", "cidrBlock", "id", "vpcId"] as const;
    const own = ownedBy(context.state.tables.subnets, context.caller).filter((subnet) =>
      keys.every((key) => (optionalText(args, key) ?? subnet[key]) === subnet[key]),
    );
    const found = filtered("DescribeSubnets", own, args, subnetFilters);
    const subnet = single("EC2 Subnet", found);
    const enis = Object.values(context.state.tables.networkInterfaces).filter((eni) => eni.subnetId === subnet.id);
    return {
      ...args,
      ...describeSubnet(context, subnet),
      availableIpAddressCount: usableHostCount(parseCidr(subnet.cidrBlock)) - enis.length,
      defaultForAz: false,
      id: subnet.id,
      region: subnet.region,
      state: "available",
    };
  },
};

const associated = (key: "subnetId" | "gatewayId") => (table: RouteTable) =>
  table.associations.flatMap((association) => association[key] ?? []);

export const getRouteTables: Invoke = {
  token: "aws:ec2/getRouteTables:getRouteTables",
  args: { filters, region, tags, vpcId: string() },
  call: (context, args) => {
    const vpcId = optionalText(args, "vpcId");
    const own = ownedBy(context.state.tables.routeTables, context.caller).filter(
      (table) => (vpcId ?? table.vpcId) === table.vpcId,
    );
    const found = filtered("DescribeRouteTables", own, args, routeTableFilters);
    const { region: ownRegion } = context.caller;
    return { tags: {}, ...args, id: ownRegion, ids: found.map(({ id }) => id), region: ownRegion };
  },
};

export const getRouteTable: Invoke = {
  token: "aws:ec2/getRouteTable:getRouteTable",
  args: {
    filters,
    gatewayId: string(),
    region,
    routeTableId: string(),
    subnetId: string(),
    tags,
    vpcId: string(),
  },
  call: (context, args) => {
    const own = ownedBy(context.state.tables.routeTables, context.caller).filter((table) =>
      (
        [
          [optionalText(args, "routeTableId"), [table.id]],
          [optionalText(args, "vpcId"), [table.vpcId]],
          [optionalText(args, "subnetId"), associated("subnetId")(table)],
          [optionalText(args, "gatewayId"), associated("gatewayId")(table)],
        ] as const
      ).every(([wanted, values]) => wanted === undefined || values.includes(wanted)),
    );
    const found = filtered("DescribeRouteTables", own, args, routeTableFilters);
    if (found.length === 0) {
      const message = "query returned no results. Please change your search criteria and try again";
      // Source: terraform-provider-aws, internal/service/ec2/vpc_route_table_data_source.go.
      throw new AwsError("NotFound", message);
    }
    return { ...args, ...describeRouteTable(context, single("Route Table", found), args) };
  },
};

function describeRouteTable(context: Context, table: RouteTable, args: Properties): Properties {
  return {
    arn: arn(context, "ec2", `route-table/${table.id}`),
    associations: table.associations.map((association) => ({
      gatewayId: association.gatewayId ?? "",
      main: association.subnetId === undefined && association.gatewayId === undefined,
      routeTableAssociationId: association.id,
      routeTableId: table.id,
      subnetId: association.subnetId ?? "",
    })),
    gatewayId: optionalText(args, "gatewayId") ?? "",
    id: table.id,
    ownerId: table.accountId,
    region: table.region,
    routeTableId: table.id,
    routes: describeRoutes(table).map((route) => ({ ...route, instanceId: "" })),
    subnetId: optionalText(args, "subnetId") ?? "",
    tags: table.tags,
    vpcId: table.vpcId,
  };
}

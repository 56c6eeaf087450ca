import { arnOf, awsServiceName, partitionOf } from "../../../path/net/partition";
import { arn } from "../core/arn";
import { baseEndpointDnsName, isAllowed, serviceZoneNames } from "./endpointServices";
import { AwsError, ec2Error } from "../core/errors";
import { filtered, filters, single } from "../core/filters";
import type { Context, Invoke } from "../core/model";
import { endpointFilters } from "../operations/vpcEndpoints";
import { optionalText, type Properties } from "../core/properties";
import { region, string, stringSet, tags } from "../core/specs";
import { ownedBy } from "../core/state";
import { visibleService } from "./visibleService";
import { describeEndpoint } from "./vpcEndpoint";
import { zonesOf } from "../core/zones";

/** A service by name, else the one that filters and tags leave over among those that the caller may see. */
function serviceName(context: Context, args: Properties): string {
  const short = optionalText(args, "service");
  const name =
    optionalText(args, "serviceName") ??
    (short === undefined ? undefined : awsServiceName(context.caller.region, short));
  if (name !== undefined) return name;
  const visible = Object.values(context.state.tables.endpointServices).filter(
    (service) => service.region === context.caller.region && isAllowed(service, context.caller.accountId),
  );
  const found = filtered("DescribeVpcEndpointServices", visible, args, {
    owner: (service) => service.accountId,
    "service-name": (service) => service.serviceName,
    "service-type": () => "GatewayLoadBalancer",
  });
  return single("EC2 VPC Endpoint Service", found).serviceName;
}

export const getVpcEndpointService: Invoke = {
  token: "aws:ec2/getVpcEndpointService:getVpcEndpointService",
  args: {
    filters,
    service: string(),
    serviceName: string(),
    serviceRegions: stringSet(),
    serviceType: string(),
    tags,
  },
  call: (context, args) => {
    const { caller } = context;
    const name = serviceName(context, args);
    const { own, types } = visibleService(context, "DescribeVpcEndpointServices", name);
    const wanted = optionalText(args, "serviceType");
    if (wanted !== undefined && !types.some((type) => type === wanted)) {
      // Source: terraform-provider-aws, internal/service/ec2, data source aws_vpc_endpoint_service: nothing found.
      throw new AwsError("NotFound", "no matching EC2 VPC Endpoint Service found");
    }
    const serviceId = own?.id ?? name;
    return {
      ...args,
      acceptanceRequired: own?.acceptanceRequired ?? false,
      arn: arn(context, "ec2", `vpc-endpoint-service/${serviceId}`),
      availabilityZones: own
        ? serviceZoneNames(context, own)
        : zonesOf(caller.accountId, caller.region).map((zone) => zone.name),
      baseEndpointDnsNames: own
        ? [baseEndpointDnsName(own)]
        : [`${name.split(".").at(-1)}.${caller.region}.${partitionOf(caller.region).dnsSuffix}`],
      id: serviceId,
      managesVpcEndpoints: false,
      owner: own?.accountId ?? "amazon",
      privateDnsName: "",
      privateDnsNames: [],
      region: caller.region,
      serviceId,
      serviceName: name,
      serviceRegion: caller.region,
      serviceType: types[0] ?? "",
      supportedIpAddressTypes: ["ipv4"],
      tags: own?.tags ?? {},
      vpcEndpointPolicySupported: own === undefined,
    };
  },
};

export const getVpcEndpoint: Invoke = {
  token: "aws:ec2/getVpcEndpoint:getVpcEndpoint",
  args: {
    filters,
    id: string(),
    region,
    serviceName: string(),
    state: string(),
    tags,
    vpcEndpointType: string(),
    vpcId: string(),
  },
  call: (context, args) => {
    const own = ownedBy(context.state.tables.vpcEndpoints, context.caller).filter((endpoint) =>
      (
        [
          ["id", endpoint.id],
          ["serviceName", endpoint.serviceName],
          ["state", endpoint.state],
          ["vpcEndpointType", endpoint.type],
          ["vpcId", endpoint.vpcId],
        ] as const
      ).every(([key, value]) => (optionalText(args, key) ?? value) === value),
    );
    const found = filtered("DescribeVpcEndpoints", own, args, endpointFilters);
    const endpoint = single("EC2 VPC Endpoint", found);
    return {
      ...args,
      ...describeEndpoint(context, endpoint),
      id: endpoint.id,
      region: endpoint.region,
      dnsOptions: [],
    };
  },
};

export const getPrefixList: Invoke = {
  token: "aws:ec2/getPrefixList:getPrefixList",
  args: { filters, name: string(), prefixListId: string(), region },
  call: (context, args) => {
    const list = prefixList(context, "DescribePrefixLists", args, optionalText(args, "prefixListId"));
    return { ...args, cidrBlocks: list.cidrBlocks, id: list.id, name: list.name, region: list.region };
  },
};

export const getManagedPrefixList: Invoke = {
  token: "aws:ec2/getManagedPrefixList:getManagedPrefixList",
  args: { filters, id: string(), name: string(), region, tags },
  call: (context, args) => {
    const list = prefixList(context, "DescribeManagedPrefixLists", args, optionalText(args, "id"));
    return {
      ...args,
      addressFamily: "IPv4",
      arn: arnOf(list.region, "ec2", "aws", `prefix-list/${list.id}`),
      entries: list.cidrBlocks.map((cidr) => ({ cidr, description: "" })),
      id: list.id,
      maxEntries: list.cidrBlocks.length,
      name: list.name,
      ownerId: "AWS",
      region: list.region,
      tags: {},
      version: 1,
    };
  },
};

function prefixList(
  context: Context,
  operation: string,
  args: Properties,
  id: string | undefined,
): Context["state"]["tables"]["prefixLists"][string] {
  const own = Object.values(context.state.tables.prefixLists)
    .filter((list) => list.region === context.caller.region)
    .map((list) => ({ ...list, tags: {} }));
  if (id !== undefined && !own.some((list) => list.id === id)) {
    // Source: EC2 API, Error codes: InvalidPrefixListID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);
  }
  const name = optionalText(args, "name");
  const named = own.filter((list) => (id ?? list.id) === list.id && (name ?? list.name) === list.name);
  const found = filtered(operation, named, args, {
    "owner-id": () => "AWS",
    "prefix-list-id": (list) => list.id,
    "prefix-list-name": (list) => list.name,
  });
  return single("EC2 Prefix List", found);
}

import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  ModifyVpcEndpointRequest,
  ModifyVpcEndpointResult,
  State,
  UnsuccessfulItem,
  VpcEndpoint as VpcEndpointOutput,
} from "@aws-sdk/client-ec2";
import {
  becomeAvailable,
  deletingSeconds,
  findEndpoint,
  linger,
  noEndpoint,
  pendingSeconds,
  place,
  setRouteTables,
} from "../ec2/endpointLife";
import { groupsOf, moveInterfaces } from "../ec2/endpointPlacement";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findGroup } from "../ec2/findGroup";
import { findVpc } from "../ec2/findVpc";
import type { Context } from "../core/model";
import { deleteInterfaces } from "../ec2/networkInterface";
import type { VpcEndpoint } from "../core/records";
import { find, ownedBy } from "../core/state";
import { begin } from "../core/transition";
import { dnsEntries, visibleService } from "../ec2/visibleService";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

/** The policy that AWS gives when none is named. */
export const fullAccess = JSON.stringify({
  Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }],
  Version: "2008-10-17",
});

export const CreateVpcEndpoint = operation(
  [
    ...["PolicyDocument", "PrivateDnsEnabled", "RouteTableIds", "SecurityGroupIds", "ServiceName", "SubnetIds"],
    ...["TagSpecifications", "VpcEndpointType", "VpcId"],
  ] as (keyof CreateVpcEndpointRequest)[],
  (context: Context, input: CreateVpcEndpointRequest): CreateVpcEndpointResult => {
    const called = "CreateVpcEndpoint";
    const { state, caller } = context;
    const vpc = findVpc(context, called, input.VpcId ?? "");
    const type = (input.VpcEndpointType ?? "Gateway") as VpcEndpoint["type"];
    const service = visibleService(context, called, input.ServiceName ?? "");
    if (!service.types.includes(type)) {
      const message = `Endpoint type (${type}) does not match available service types ([${service.types.join(", ")}]).`;
      // Source: EC2 API, Error codes: InvalidParameter; that it is this one, and the wording, are UNVERIFIED.
      throw ec2Error(called, "InvalidParameter", message);
    }
    const tags = tagsFor(called, "vpc-endpoint", input.TagSpecifications);
    const endpoint: VpcEndpoint = {
      id: context.ids.resource("vpce"),
      accountId: caller.accountId,
      region: caller.region,
      type,
      serviceName: service.name,
      vpcId: vpc.id,
      state: "pending",
      routeTableIds: [],
      subnetIds: [],
      networkInterfaceIds: [],
      tags,
      created: Date.now(),
      privateDnsEnabled: input.PrivateDnsEnabled ?? false,
      ...(input.PolicyDocument !== undefined && { policy: input.PolicyDocument }),
    };
    const { RouteTableIds: routeTableIds, SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds } = input;
    const placement = { routeTableIds, subnetIds, securityGroupIds, privateDnsEnabled: endpoint.privateDnsEnabled };
    try {
      place(context, called, endpoint, service, placement);
    } catch (error) {
      deleteInterfaces(context, endpoint.networkInterfaceIds);
      throw error;
    }
    state.tables.vpcEndpoints[endpoint.id] = endpoint;
    if (service.own?.acceptanceRequired) endpoint.state = "pendingAcceptance";
    else begin(context, endpoint.id, (unattended) => becomeAvailable(unattended, endpoint));
    context.changed();
    return { VpcEndpoint: endpointOutput(context, endpoint) };
  },
);

/** On the wire states begin with a small letter, unlike in AWS's model (terraform-provider-aws, internal/service/ec2/consts.go). */
export function endpointOutput(context: Context, endpoint: VpcEndpoint): VpcEndpointOutput {
  const { securityGroups } = context.state.tables;
  const gateway = endpoint.type === "Gateway";
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    State: endpoint.state as State,
    ...(endpoint.type !== "GatewayLoadBalancer" && { PolicyDocument: endpoint.policy ?? fullAccess }),
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: [...endpoint.subnetIds],
    Groups: groupsOf(context, endpoint).map((id) => ({ GroupId: id, GroupName: securityGroups[id]?.name ?? "" })),
    ...(!gateway && { IpAddressType: "ipv4", DnsOptions: { DnsRecordIpType: "ipv4" } }),
    PrivateDnsEnabled: endpoint.privateDnsEnabled ?? false,
    RequesterManaged: false,
    NetworkInterfaceIds: [...endpoint.networkInterfaceIds],
    DnsEntries: dnsEntries(endpoint, endpoint.privateDnsEnabled === true).map(({ dnsName, hostedZoneId }) => ({
      DnsName: dnsName,
      HostedZoneId: hostedZoneId,
    })),
    ...(endpoint.created !== undefined && { CreationTimestamp: new Date(endpoint.created) }),
    Tags: tagList(endpoint.tags),
    OwnerId: endpoint.accountId,
    ServiceRegion: endpoint.region,
  };
}

export const endpointFilters: Filterable<VpcEndpoint> = {
  "service-name": (endpoint) => endpoint.serviceName,
  "vpc-endpoint-id": (endpoint) => endpoint.id,
  "vpc-endpoint-state": (endpoint) => endpoint.state,
  "vpc-endpoint-type": (endpoint) => endpoint.type,
  "vpc-id": (endpoint) => endpoint.vpcId,
};

export const DescribeVpcEndpoints = operation(
  ["Filters", "VpcEndpointIds"],
  (context: Context, { Filters, VpcEndpointIds: ids }: DescribeVpcEndpointsRequest): DescribeVpcEndpointsResult => {
    const called = "DescribeVpcEndpoints";
    const own = ownedBy(context.state.tables.vpcEndpoints, context.caller);
    const by = { ids, idOf: ({ id }: VpcEndpoint) => id, missing: (id: string) => noEndpoint(called, id) };
    const found = selected(called, own, by, Filters, endpointFilters);
    return { VpcEndpoints: found.map((endpoint) => endpointOutput(context, endpoint)) };
  },
);

const changed = (before: string[], added: string[] = [], removed: string[] = []): string[] => [
  ...new Set([...before.filter((id) => !removed.includes(id)), ...added]),
];

export const ModifyVpcEndpoint = operation(
  [
    ...["AddRouteTableIds", "AddSecurityGroupIds", "AddSubnetIds", "PolicyDocument", "PrivateDnsEnabled"],
    ...["RemoveRouteTableIds", "RemoveSecurityGroupIds", "RemoveSubnetIds", "ResetPolicy", "VpcEndpointId"],
  ] as (keyof ModifyVpcEndpointRequest)[],
  (context: Context, input: ModifyVpcEndpointRequest): ModifyVpcEndpointResult => {
    const called = "ModifyVpcEndpoint";
    const endpoint = findEndpoint(context, called, input.VpcEndpointId ?? "");
    if (input.AddSubnetIds !== undefined || input.RemoveSubnetIds !== undefined) {
      const subnets = changed(endpoint.subnetIds, input.AddSubnetIds, input.RemoveSubnetIds);
      moveInterfaces(context, called, endpoint, subnets, pendingSeconds[endpoint.type]);
    }
    if (input.AddRouteTableIds !== undefined || input.RemoveRouteTableIds !== undefined) {
      const tables = changed(endpoint.routeTableIds, input.AddRouteTableIds, input.RemoveRouteTableIds);
      setRouteTables(context, called, endpoint, tables);
    }
    if (input.AddSecurityGroupIds !== undefined || input.RemoveSecurityGroupIds !== undefined) {
      const groups = changed(groupsOf(context, endpoint), input.AddSecurityGroupIds, input.RemoveSecurityGroupIds);
      for (const id of groups) findGroup(context, called, id);
      for (const id of endpoint.networkInterfaceIds) {
        const record = context.state.tables.networkInterfaces[id];
        if (record !== undefined) record.securityGroupIds = groups;
      }
    }
    if (input.PrivateDnsEnabled !== undefined) endpoint.privateDnsEnabled = input.PrivateDnsEnabled;
    if (input.PolicyDocument !== undefined) endpoint.policy = input.PolicyDocument;
    if (input.ResetPolicy === true) delete endpoint.policy;
    context.changed();
    return { Return: true };
  },
);

/** What cannot be deleted is told of, and the others are. */
export const DeleteVpcEndpoints = operation(
  ["VpcEndpointIds"],
  (context: Context, { VpcEndpointIds: ids = [] }: DeleteVpcEndpointsRequest): DeleteVpcEndpointsResult => ({
    Unsuccessful: ids.flatMap((id) => remove(context, id)),
  }),
);

function remove(context: Context, id: string): UnsuccessfulItem[] {
  const { tables } = context.state;
  const endpoint = find(tables.vpcEndpoints, id, context.caller);
  const refused = (Code: string, Message: string): UnsuccessfulItem[] => [{ ResourceId: id, Error: { Code, Message } }];
  // EC2 API, Error codes: InvalidVpcEndpointId.NotFound.
  if (endpoint === undefined)
    return refused("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
  const routed = Object.values(tables.routeTables).some((table) =>
    table.routes.some((route) => route.target.kind === "vpcEndpoint" && route.target.id === id),
  );
  // EC2 API, DeleteVpcEndpoints: GWLB endpoints only without their routes; code and wording as in the provider's own tests.
  if (endpoint.type === "GatewayLoadBalancer" && routed) {
    return refused("InvalidParameter", "Endpoint must be removed from route table before deletion");
  }
  if (endpoint.type === "Gateway") setRouteTables(context, "DeleteVpcEndpoints", endpoint, []);
  if (endpoint.state === "deleting") return [];
  endpoint.state = "deleting";
  begin(context, id, async ({ clock }) => {
    await clock.wait(deletingSeconds[endpoint.type]);
    deleteInterfaces(context, endpoint.networkInterfaceIds);
    delete tables.vpcEndpoints[id];
    linger(context, endpoint);
    context.changed();
  });
  context.changed();
  return [];
}

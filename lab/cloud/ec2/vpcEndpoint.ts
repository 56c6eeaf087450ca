import type { State } from "@aws-sdk/client-ec2";
import { arn } from "../core/arn";
import { findEndpoint } from "./endpointLife";
import { groupsOf } from "./endpointPlacement";
import { ec2Error } from "../core/errors";
import type { Context, ResourceType } from "../core/model";
import { AcceptVpcEndpointConnections } from "../operations/endpointConnections";
import { specificationsOf } from "../operations/tagging";
import { CreateVpcEndpoint, DeleteVpcEndpoints, ModifyVpcEndpoint, fullAccess } from "../operations/vpcEndpoints";
import { flag, optionalText, tagsOf, text, texts, type Properties } from "../core/properties";
import type { VpcEndpoint } from "../core/records";
import { boolean, object, oneOf, region, string, stringSet, tags } from "../core/specs";
import { find, ownedBy } from "../core/state";
import { settledOf } from "../core/transition";
import { dnsEntries } from "./visibleService";

/** The provider returns at `pendingAcceptance`, too. */
async function create(context: Context, inputs: Properties): Promise<string> {
  const policy = optionalText(inputs, "policy");
  const { VpcEndpoint: made } = CreateVpcEndpoint.run(context, {
    VpcId: text(inputs, "vpcId"),
    ServiceName: text(inputs, "serviceName"),
    VpcEndpointType: text(inputs, "vpcEndpointType") as VpcEndpoint["type"],
    RouteTableIds: texts(inputs, "routeTableIds"),
    SubnetIds: texts(inputs, "subnetIds"),
    SecurityGroupIds: texts(inputs, "securityGroupIds"),
    PrivateDnsEnabled: flag(inputs, "privateDnsEnabled"),
    ...(policy !== undefined && { PolicyDocument: policy }),
    ...specificationsOf("vpc-endpoint", tagsOf(inputs)),
  });
  const id = made?.VpcEndpointId ?? "";
  context.created(id);
  if (flag(inputs, "autoAccept") && made?.State === ("pendingAcceptance" as State)) acceptOwn(context, id);
  await settledOf(context, id);
  return id;
}

/** A service of the caller's own account accepts at once. */
function acceptOwn(context: Context, endpointId: string): void {
  const { vpcEndpoints, endpointServices } = context.state.tables;
  const endpoint = vpcEndpoints[endpointId];
  const service = ownedBy(endpointServices, context.caller).find((each) => each.serviceName === endpoint?.serviceName);
  if (service === undefined) return;
  AcceptVpcEndpointConnections.run(context, { ServiceId: service.id, VpcEndpointIds: [endpointId] });
}

function read(context: Context, id: string): Properties | undefined {
  const endpoint = find(context.state.tables.vpcEndpoints, id, context.caller);
  if (endpoint === undefined) return undefined;
  const addresses = endpoint.networkInterfaceIds.flatMap((id) => {
    const eni = context.state.tables.networkInterfaces[id];
    return eni === undefined ? [] : [{ ipv4: eni.privateIpAddress, ipv6: "", subnetId: eni.subnetId }];
  });
  return { ...describeEndpoint(context, endpoint), subnetConfigurations: addresses };
}

/** The attributes that resource and data source share. */
export function describeEndpoint(context: Context, endpoint: VpcEndpoint): Properties {
  const { tables } = context.state;
  return {
    arn: arn(context, "ec2", `vpc-endpoint/${endpoint.id}`),
    cidrBlocks: tables.prefixLists[endpoint.prefixListId ?? ""]?.cidrBlocks ?? [],
    dnsEntries: dnsEntries(endpoint, endpoint.privateDnsEnabled === true),
    ipAddressType: endpoint.type === "Gateway" ? "" : "ipv4",
    networkInterfaceIds: [...endpoint.networkInterfaceIds].sort(),
    ownerId: endpoint.accountId,
    policy: endpoint.type === "GatewayLoadBalancer" ? "" : (endpoint.policy ?? fullAccess),
    prefixListId: endpoint.prefixListId ?? "",
    privateDnsEnabled: endpoint.privateDnsEnabled === true,
    requesterManaged: false,
    routeTableIds: [...endpoint.routeTableIds].sort(),
    securityGroupIds: groupsOf(context, endpoint),
    serviceName: endpoint.serviceName,
    serviceRegion: endpoint.region,
    state: endpoint.state,
    subnetIds: [...endpoint.subnetIds].sort(),
    tags: endpoint.tags,
    vpcEndpointType: endpoint.type,
    vpcId: endpoint.vpcId,
  };
}

async function update(context: Context, id: string, inputs: Properties): Promise<void> {
  const operation = "ModifyVpcEndpoint";
  const endpoint = findEndpoint(context, operation, id);
  const [subnetIds, tables, groups] = [
    texts(inputs, "subnetIds"),
    texts(inputs, "routeTableIds"),
    texts(inputs, "securityGroupIds"),
  ];
  const before = groupsOf(context, endpoint);
  ModifyVpcEndpoint.run(context, {
    VpcEndpointId: id,
    ...(endpoint.type === "Gateway" && changeOf("RouteTableIds", endpoint.routeTableIds, tables)),
    ...(subnetIds.length > 0 && changeOf("SubnetIds", endpoint.subnetIds, subnetIds)),
    ...(endpoint.type === "Interface" && groups.length > 0 && changeOf("SecurityGroupIds", before, groups)),
  });
  await settledOf(context, id);
  endpoint.tags = tagsOf(inputs);
  context.changed();
}

/** What is added and what is removed, as ModifyVpcEndpoint has it; nothing where there is no change. */
function changeOf(what: string, before: string[], after: string[]): Record<string, string[]> {
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  return {
    ...(added.length > 0 && { [`Add${what}`]: added }),
    ...(removed.length > 0 && { [`Remove${what}`]: removed }),
  };
}

async function remove(context: Context, id: string): Promise<void> {
  const { Unsuccessful: [failed] = [] } = DeleteVpcEndpoints.run(context, { VpcEndpointIds: [id] });
  if (failed?.Error !== undefined) {
    // Source: terraform-provider-aws, internal/service/ec2/errors.go, unsuccessfulItemsError.
    throw ec2Error("DeleteVpcEndpoints", failed.Error.Code ?? "", failed.Error.Message ?? "");
  }
  await settledOf(context, id);
}

export const vpcEndpoint: ResourceType = {
  token: "aws:ec2/vpcEndpoint:VpcEndpoint",
  label: "EC2 VPC Endpoint",
  inputs: {
    vpcId: string({ required: true, replace: true }),
    serviceName: string({ required: true, replace: true }),
    vpcEndpointType: string({
      default: "Gateway",
      replace: true,
      reject: oneOf("Gateway", "Interface", "GatewayLoadBalancer"),
    }),
    autoAccept: boolean(),
    ipAddressType: string({ computed: true, reject: oneOf("ipv4") }),
    policy: string({ computed: true }),
    privateDnsEnabled: boolean({ computed: true }),
    dnsOptions: object({ dnsRecordIpType: string({ computed: true, reject: oneOf("ipv4") }) }, { computed: true }),
    routeTableIds: stringSet({ computed: true }),
    securityGroupIds: stringSet({ computed: true }),
    subnetIds: stringSet({ computed: true }),
    region,
    tags,
  },
  // The provider's CustomizeDiff: in place with interface endpoints only.
  alsoReplaces: (changed, news) =>
    news["vpcEndpointType"] === "Interface" ? [] : changed.filter((key) => key === "privateDnsEnabled"),
  create,
  read,
  update,
  delete: remove,
};

import type {
  AllowedPrincipal,
  CreateVpcEndpointServiceConfigurationRequest,
  CreateVpcEndpointServiceConfigurationResult,
  DeleteVpcEndpointServiceConfigurationsRequest,
  DeleteVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointServiceConfigurationsRequest,
  DescribeVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointServicePermissionsRequest,
  DescribeVpcEndpointServicePermissionsResult,
  ModifyVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationResult,
  ModifyVpcEndpointServicePermissionsRequest,
  ModifyVpcEndpointServicePermissionsResult,
  ServiceConfiguration,
} from "@aws-sdk/client-ec2";
import { endpointServiceName } from "../../../path/net/partition";
import {
  balancers,
  baseEndpointDnsName,
  checkPrincipal,
  refuseConnected,
  serviceZoneNames,
} from "../ec2/endpointServices";
import { AwsError } from "../core/errors";
import { matching, type Filterable } from "../core/filters";
import { findService, noService } from "../ec2/findService";
import type { Context } from "../core/model";
import type { EndpointService } from "../core/records";
import { ownedBy } from "../core/state";
import { filtersOf, selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

export const CreateVpcEndpointServiceConfiguration = operation(
  ["AcceptanceRequired", "GatewayLoadBalancerArns", "SupportedIpAddressTypes", "TagSpecifications"],
  (
    context: Context,
    input: CreateVpcEndpointServiceConfigurationRequest,
  ): CreateVpcEndpointServiceConfigurationResult => {
    const called = "CreateVpcEndpointServiceConfiguration";
    const gatewayLoadBalancerArns = balancers(context, called, input.GatewayLoadBalancerArns ?? []);
    const tags = tagsFor(called, "vpc-endpoint-service", input.TagSpecifications);
    const { accountId, region } = context.caller;
    const id = context.ids.resource("vpce-svc");
    const service: EndpointService = {
      id,
      accountId,
      region,
      serviceName: endpointServiceName(region, id),
      gatewayLoadBalancerArns,
      // EC2 API, CreateVpcEndpointServiceConfiguration, AcceptanceRequired: UNVERIFIED what it is when left out.
      acceptanceRequired: input.AcceptanceRequired ?? true,
      allowedPrincipals: [],
      tags,
    };
    context.state.tables.endpointServices[id] = service;
    context.changed();
    return { ServiceConfiguration: configuration(context, service) };
  },
);

function configuration(context: Context, service: EndpointService): ServiceConfiguration {
  return {
    ServiceType: [{ ServiceType: "GatewayLoadBalancer" }],
    ServiceId: service.id,
    ServiceName: service.serviceName,
    ServiceState: "Available",
    AvailabilityZones: serviceZoneNames(context, service),
    AcceptanceRequired: service.acceptanceRequired,
    ManagesVpcEndpoints: false,
    GatewayLoadBalancerArns: [...service.gatewayLoadBalancerArns],
    SupportedIpAddressTypes: ["ipv4"],
    BaseEndpointDnsNames: [baseEndpointDnsName(service)],
    Tags: tagList(service.tags),
  };
}

const serviceFilters: Filterable<EndpointService> = {
  "service-name": (service) => service.serviceName,
  "service-id": (service) => service.id,
  "service-state": () => "Available",
  "supported-ip-address-types": () => "ipv4",
};

export const DescribeVpcEndpointServiceConfigurations = operation(
  ["Filters", "ServiceIds"],
  (
    context: Context,
    { Filters, ServiceIds: ids }: DescribeVpcEndpointServiceConfigurationsRequest,
  ): DescribeVpcEndpointServiceConfigurationsResult => {
    const called = "DescribeVpcEndpointServiceConfigurations";
    const own = ownedBy(context.state.tables.endpointServices, context.caller);
    const by = { ids, idOf: ({ id }: EndpointService) => id, missing: (id: string) => noService(called, id) };
    const found = selected(called, own, by, Filters, serviceFilters);
    return { ServiceConfigurations: found.map((service) => configuration(context, service)) };
  },
);

export const ModifyVpcEndpointServiceConfiguration = operation(
  ["AcceptanceRequired", "AddGatewayLoadBalancerArns", "RemoveGatewayLoadBalancerArns", "ServiceId"],
  (
    context: Context,
    input: ModifyVpcEndpointServiceConfigurationRequest,
  ): ModifyVpcEndpointServiceConfigurationResult => {
    const called = "ModifyVpcEndpointServiceConfiguration";
    const service = findService(context, called, input.ServiceId ?? "");
    const { AddGatewayLoadBalancerArns: added = [], RemoveGatewayLoadBalancerArns: removed = [] } = input;
    if (added.length + removed.length > 0) {
      const kept = service.gatewayLoadBalancerArns.filter((arn) => !removed.includes(arn));
      const arns = balancers(context, called, [...new Set([...kept, ...added])]);
      refuseConnected(context, called, service);
      service.gatewayLoadBalancerArns = arns;
    }
    service.acceptanceRequired = input.AcceptanceRequired ?? service.acceptanceRequired;
    context.changed();
    return { Return: true };
  },
);

export const ModifyVpcEndpointServicePermissions = operation(
  ["AddAllowedPrincipals", "RemoveAllowedPrincipals", "ServiceId"],
  (context: Context, input: ModifyVpcEndpointServicePermissionsRequest): ModifyVpcEndpointServicePermissionsResult => {
    const called = "ModifyVpcEndpointServicePermissions";
    const service = findService(context, called, input.ServiceId ?? "");
    const { AddAllowedPrincipals: given = [], RemoveAllowedPrincipals: removed = [] } = input;
    const added = given
      .map((principal) => checkPrincipal(called, service.region, principal))
      .filter((principal) => !service.allowedPrincipals.includes(principal));
    // Endpoints that exist stay.
    const kept = service.allowedPrincipals.filter((principal) => !removed.includes(principal));
    service.allowedPrincipals = [...kept, ...added];
    context.changed();
    const AddedPrincipals = added.map((principal) => ({
      ServicePermissionId: permissionId(service, principal),
      ServiceId: service.id,
      PrincipalType: principalType(principal),
      Principal: principal,
    }));
    return { AddedPrincipals, ReturnValue: true };
  },
);

function permissionId({ id }: EndpointService, principal: string): string {
  return `${id.replace("vpce-svc-", "vpce-svc-perm-")}${Buffer.from(principal).toString("hex").slice(0, 4)}`;
}

function principalType(principal: string): AllowedPrincipal["PrincipalType"] {
  if (principal === "*") return "All";
  if (principal.endsWith(":root")) return "Account";
  return principal.includes(":role/") ? "Role" : "User";
}

export const DescribeVpcEndpointServicePermissions = operation(
  ["Filters", "ServiceId"],
  (
    context: Context,
    { ServiceId = "", Filters }: DescribeVpcEndpointServicePermissionsRequest,
  ): DescribeVpcEndpointServicePermissionsResult => {
    const called = "DescribeVpcEndpointServicePermissions";
    const service = findService(context, called, ServiceId);
    const all = service.allowedPrincipals.map((principal) => ({ principal, tags: {} }));
    const found = matching(called, all, filtersOf(Filters), {
      principal: ({ principal }) => principal,
      "principal-type": ({ principal }) => principalType(principal),
    });
    return {
      AllowedPrincipals: found.map(({ principal }) => ({
        PrincipalType: principalType(principal),
        Principal: principal,
        ServicePermissionId: permissionId(service, principal),
        Tags: [],
        ServiceId: service.id,
      })),
    };
  },
);

/** What cannot be deleted is told of, and the others are. */
export const DeleteVpcEndpointServiceConfigurations = operation(
  ["ServiceIds"],
  (
    context: Context,
    { ServiceIds: ids = [] }: DeleteVpcEndpointServiceConfigurationsRequest,
  ): DeleteVpcEndpointServiceConfigurationsResult => {
    const called = "DeleteVpcEndpointServiceConfigurations";
    const Unsuccessful = ids.flatMap((id) => {
      try {
        refuseConnected(context, called, findService(context, called, id));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return [{ ResourceId: id, Error: { Code: error.code, Message: error.answer } }];
      }
      for (const permission of Object.values(context.state.permissions)) {
        if (permission.serviceId === id) delete context.state.permissions[permission.id];
      }
      delete context.state.tables.endpointServices[id];
      return [];
    });
    context.changed();
    return { Unsuccessful };
  },
);

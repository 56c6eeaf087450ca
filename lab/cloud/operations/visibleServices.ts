import type {
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  ServiceDetail,
} from "@aws-sdk/client-ec2";
import { partitionOf } from "../../../path/net/partition";
import { baseEndpointDnsName, isAllowed, serviceZoneNames } from "../ec2/endpointServices";
import { matching, type Filterable } from "../core/filters";
import type { Context } from "../core/model";
import { awsServicesOf, visibleService, type VisibleService } from "../ec2/visibleService";
import { zonesOf } from "../core/zones";
import { filtersOf } from "./filtering";
import { operation } from "./operation";
import { tagList } from "./tagging";

type Tagged = VisibleService & { tags: Record<string, string> };

const filters: Filterable<Tagged> = {
  owner: ({ own }) => own?.accountId ?? "amazon",
  "service-name": ({ name }) => name,
  "service-region": () => undefined,
  "service-type": ({ types }) => types,
  "supported-ip-address-types": () => "ipv4",
};

/** Of AWS, and those of others that let the caller's account connect. */
export const DescribeVpcEndpointServices = operation(
  ["Filters", "ServiceNames", "ServiceRegions"],
  (context: Context, input: DescribeVpcEndpointServicesRequest): DescribeVpcEndpointServicesResult => {
    const called = "DescribeVpcEndpointServices";
    const { caller, state } = context;
    const names = input.ServiceNames ?? [
      ...awsServicesOf(caller.region),
      ...Object.values(state.tables.endpointServices)
        .filter((service) => service.region === caller.region && isAllowed(service, caller.accountId))
        .map(({ serviceName }) => serviceName),
    ];
    const all = names
      .map((name) => visibleService(context, called, name))
      .map((service): Tagged => ({ ...service, tags: service.own?.tags ?? {} }));
    const found = matching(called, all, filtersOf(input.Filters), filters);
    return { ServiceNames: found.map(({ name }) => name), ServiceDetails: found.map((each) => detail(context, each)) };
  },
);

function detail(context: Context, { name, types, own, tags }: Tagged): ServiceDetail {
  const { accountId, region } = context.caller;
  return {
    ServiceName: name,
    ServiceId: own?.id ?? name,
    ServiceType: types.map((type) => ({ ServiceType: type })),
    ServiceRegion: region,
    AvailabilityZones: own ? serviceZoneNames(context, own) : zonesOf(accountId, region).map((zone) => zone.name),
    Owner: own?.accountId ?? "amazon",
    BaseEndpointDnsNames: own
      ? [baseEndpointDnsName(own)]
      : [`${name.split(".").at(-1)}.${region}.${partitionOf(region).dnsSuffix}`],
    VpcEndpointPolicySupported: own === undefined,
    AcceptanceRequired: own?.acceptanceRequired ?? false,
    ManagesVpcEndpoints: false,
    Tags: tagList(tags),
    SupportedIpAddressTypes: ["ipv4"],
  };
}

import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
} from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";
import { matching, type Filterable } from "../core/filters";
import type { Context } from "../core/model";
import { ownedBy } from "../core/state";
import { filtersOf } from "./filtering";
import { operation } from "./operation";

interface Taggable {
  type: ResourceType;
  id: string;
  record: { tags: Record<string, string> };
}

/** Everything of the caller's that has tags. */
function taggable({ state: { tables }, caller }: Context): Taggable[] {
  const kinds = {
    vpc: tables.vpcs,
    subnet: tables.subnets,
    "internet-gateway": tables.internetGateways,
    "route-table": tables.routeTables,
    "security-group": tables.securityGroups,
    "security-group-rule": tables.securityGroupRules,
    "network-acl": tables.networkAcls,
    "network-interface": tables.networkInterfaces,
    instance: tables.instances,
    "vpc-endpoint": tables.vpcEndpoints,
    "vpc-endpoint-service": tables.endpointServices,
    "traffic-mirror-filter": tables.trafficMirrorFilters,
    "traffic-mirror-target": tables.trafficMirrorTargets,
    "traffic-mirror-session": tables.trafficMirrorSessions,
    "transit-gateway": tables.transitGateways,
    "transit-gateway-attachment": tables.transitGatewayAttachments,
    "transit-gateway-route-table": tables.transitGatewayRouteTables,
    "elastic-ip": tables.addresses,
    natgateway: tables.natGateways,
  } as const;
  return Object.entries(kinds).flatMap(([type, table]) =>
    ownedBy<{ id: string; accountId: string; region: string; tags: Record<string, string> }>(table, caller).map(
      (record) => ({ type: type as ResourceType, id: record.id, record }),
    ),
  );
}

function found(context: Context, called: string, ids: readonly string[] = []): Taggable[] {
  const all = taggable(context);
  return ids.map((id) => {
    const record = all.find((each) => each.id === id);
    if (record !== undefined) return record;
    // Source: EC2 API, Error codes: InvalidID; wording UNVERIFIED.
    throw ec2Error(called, "InvalidID", `The ID '${id}' is not valid`);
  });
}

export const CreateTags = operation(
  ["Resources", "Tags"],
  (context: Context, { Resources, Tags = [] }: CreateTagsRequest): object => {
    const given = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    for (const { record } of found(context, "CreateTags", Resources)) Object.assign(record.tags, given);
    context.changed();
    return {};
  },
);

/** A tag with a value goes only where it has that value; without any tags named, all go. */
export const DeleteTags = operation(
  ["Resources", "Tags"],
  (context: Context, { Resources, Tags }: DeleteTagsRequest): object => {
    for (const { record } of found(context, "DeleteTags", Resources)) {
      const goes = (key: string, value: string): boolean =>
        Tags === undefined || Tags.some(({ Key, Value }) => Key === key && (Value === undefined || Value === value));
      record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key, value]) => !goes(key, value)));
    }
    context.changed();
    return {};
  },
);

type Tagging = { type: ResourceType; id: string; key: string; value: string; tags: Record<string, string> };

const filters: Filterable<Tagging> = {
  key: ({ key }) => key,
  "resource-id": ({ id }) => id,
  "resource-type": ({ type }) => type,
  value: ({ value }) => value,
};

export const DescribeTags = operation(
  ["Filters"],
  (context: Context, { Filters }: DescribeTagsRequest): DescribeTagsResult => {
    const all = taggable(context).flatMap(({ type, id, record }) =>
      Object.entries(record.tags).map(([key, value]): Tagging => ({ type, id, key, value, tags: {} })),
    );
    const matched = matching("DescribeTags", all, filtersOf(Filters), filters);
    return {
      Tags: matched.map(({ type, id, key, value }) => ({ Key: key, ResourceId: id, ResourceType: type, Value: value })),
    };
  },
);

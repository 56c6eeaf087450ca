import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeRegionsResult,
  DescribeRegionsRequest,
} from "@aws-sdk/client-ec2";
import { partitionOf } from "../../../path/net/partition";
import { matching, type Filterable } from "../core/filters";
import type { Context } from "../core/model";
import { regionNames, zonesOf, type Zone } from "../core/zones";
import { filtersOf } from "./filtering";
import { operation } from "./operation";

const filters: Filterable<Zone & { tags: Record<string, string> }> = {
  "region-name": ({ name }) => name.slice(0, -1),
  state: () => "available",
  "zone-id": (zone) => zone.id,
  "zone-name": (zone) => zone.name,
  "zone-type": () => "availability-zone",
  "opt-in-status": () => "opt-in-not-required",
};

export const DescribeAvailabilityZones = operation(
  ["AllAvailabilityZones", "Filters", "ZoneIds", "ZoneNames"],
  (context: Context, input: DescribeAvailabilityZonesRequest): DescribeAvailabilityZonesResult => {
    const { accountId, region } = context.caller;
    const { ZoneIds: ids = [], ZoneNames: names = [] } = input;
    const all = zonesOf(accountId, region)
      .filter(({ id, name }) => (ids.length === 0 || ids.includes(id)) && (names.length === 0 || names.includes(name)))
      .map((zone) => ({ ...zone, tags: {} }));
    const found = matching("DescribeAvailabilityZones", all, filtersOf(input.Filters), filters);
    return {
      AvailabilityZones: found.map(({ id, name }) => ({
        OptInStatus: "opt-in-not-required",
        Messages: [],
        RegionName: region,
        ZoneName: name,
        ZoneId: id,
        GroupName: region,
        NetworkBorderGroup: region,
        ZoneType: "availability-zone",
        State: "available",
      })),
    };
  },
);

export const DescribeRegions = operation(
  ["AllRegions", "RegionNames"],
  (_context: Context, { RegionNames: names = regionNames }: DescribeRegionsRequest): DescribeRegionsResult => ({
    Regions: regionNames
      .filter((name) => names.includes(name))
      .map((name) => ({
        OptInStatus: "opt-in-not-required",
        RegionName: name,
        Endpoint: `ec2.${name}.${partitionOf(name).dnsSuffix}`,
      })),
  }),
);

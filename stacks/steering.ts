import * as pulumi from "@pulumi/pulumi";
import { ExistingError } from "../components/existing";
import type { InspectionRoute } from "../components/gwlbConsumer";
import type { ExistingConsumer, HostTier } from "./existingConsumer";
import { printable } from "../path/render/printable";

/** A route that the path needs. */
export interface NeededRoute {
  tier: string;
  /** AZ ID of the subnet whose table has it. */
  subnetAzId: string;
  destinationCidrBlock: string;
  /** AZ ID of the endpoint that it leads to. */
  azId: string;
}

/** A route of the path, before it is known in which table it is. */
export interface Steering extends NeededRoute {
  name: string;
  tier: HostTier;
}

/** The route in its table. */
export function inTable(
  { name, destinationCidrBlock, azId }: Steering,
  { routeTableId }: Pick<InspectionRoute, "routeTableId">,
): InspectionRoute {
  return { name, routeTableId, destinationCidrBlock, azId };
}

/**
 * Routes that are to be made must not be there with another target. Of those that are there already it is only said what
 * is wrong: what comes of it, the verification finds.
 *
 * @throws ExistingError
 */
export function checkRoutes(name: string, existing: ExistingConsumer, steering: Steering[]): void {
  const problems = routeProblems(existing, steering);
  if (problems.length === 0) return;
  if (!existing.routes) throw new ExistingError(problems);
  for (const problem of problems) void pulumi.log.warn(printable(`${name}: ${problem}`));
}

/**
 * Both directions of a pair go through the endpoint in the source's AZ: flows stay on one target only if both come
 * from the same endpoint.
 */
export function inspectionRoutes(
  azIds: string[],
  tiers: Record<HostTier, Record<string, string>>,
  outside: string[],
): Steering[] {
  return azIds.flatMap((source) => {
    const pairs = azIds.flatMap((destination): Steering[] => [
      {
        name: `source-${source}-to-${destination}`,
        tier: "source",
        subnetAzId: source,
        destinationCidrBlock: tiers.destination[destination] ?? "",
        azId: source,
      },
      {
        name: `destination-${destination}-to-${source}`,
        tier: "destination",
        subnetAzId: destination,
        destinationCidrBlock: tiers.source[source] ?? "",
        azId: source,
      },
    ]);
    const others = outside.map((cidr): Steering => ({
      name: `source-${source}-to-${cidr.replace("/32", "")}`,
      tier: "source",
      subnetAzId: source,
      destinationCidrBlock: cidr,
      azId: source,
    }));
    return [...pairs, ...others];
  });
}

/**
 * Routes that the path needs and that tables which are already there have otherwise, one line each. A route to another
 * GWLB endpoint is no conflict where the endpoint is made here: after the first deployment it is this very route.
 */
export function routeProblems(existing: ExistingConsumer, needed: NeededRoute[]): string[] {
  return needed.flatMap(({ tier, subnetAzId, destinationCidrBlock, azId }) => {
    const subnet = existing.network?.subnets[tier]?.[subnetAzId];
    const route = subnet?.routes.find((each) => each.destinationCidrBlock === destinationCidrBlock);
    const wanted = existing.endpoints[azId]?.id;
    if (subnet === undefined) return [];
    const what = `route table ${subnet.routeTableId} of ${tier} subnet ${subnet.id} in AZ ${subnetAzId}`;
    const expected = `expected ${wanted ?? `the endpoint of AZ ${azId}`}`;
    if (route === undefined) {
      return existing.routes ? [`${what}: has no route ${destinationCidrBlock}, ${expected}`] : [];
    }
    const fits = wanted === undefined ? route.target.startsWith("vpce-") : route.target === wanted;
    return fits ? [] : [`${what}: has route ${destinationCidrBlock} to ${route.target}, ${expected}`];
  });
}

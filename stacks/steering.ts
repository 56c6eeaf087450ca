import * as pulumi from "@pulumi/pulumi";
import { ExistingError } from "../components/existing";
import type { InspectionRoute } from "../components/gwlbConsumer";
import { routeProblems, type ExistingConsumer, type HostTier, type NeededRoute } from "./existingConsumer";
import { printable } from "../path/render/printable";

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
    const forward = { tier: "source", subnetAzId: source } as const;
    const pairs = azIds.flatMap((destination) => [
      {
        name: `source-${source}-to-${destination}`,
        ...forward,
        destinationCidrBlock: tiers.destination[destination] ?? "",
        azId: source,
      },
      {
        name: `destination-${destination}-to-${source}`,
        ...({ tier: "destination", subnetAzId: destination } as const),
        destinationCidrBlock: tiers.source[source] ?? "",
        azId: source,
      },
    ]);
    const others = outside.map((cidr) => ({
      name: `source-${source}-to-${cidr.replace("/32", "")}`,
      ...forward,
      destinationCidrBlock: cidr,
      azId: source,
    }));
    return [...pairs, ...others];
  });
}

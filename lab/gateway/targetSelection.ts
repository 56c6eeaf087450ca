import type { GatewayConfig } from "./config";
import { hashOf, mix } from "./flowHash";

export type Target = GatewayConfig["targets"][number];

/** Whether the ENI in this AZ holds the target for healthy. */
export type IsHealthy = (azId: string, targetId: string) => boolean;

/**
 * Which target gets a flow. New flows go to the healthy registered targets of the ENI's AZ, or of every AZ with
 * cross-zone; if none of them is healthy, to all of them (GWLB fails open).
 */
export class TargetSelection {
  private readonly byId: Map<string, Target>;

  constructor(
    private readonly targets: readonly Target[],
    private readonly attributes: Pick<GatewayConfig["attributes"], "crossZone" | "failover">,
    private readonly isHealthy: IsHealthy,
  ) {
    this.byId = new Map(targets.map((target) => [target.id, target]));
  }

  /** Whether a packet from this address can come from a target of the group. */
  hasAddress(address: string): boolean {
    return this.targets.some((target) => target.address === address);
  }

  /**
   * The target of a flow's next packet.
   *
   * @param azId - of the ENI that the packet leaves through
   * @param hash - of the flow
   * @param current - the flow's target until now
   * @returns undefined when there is none to take it
   */
  targetFor(azId: string, hash: number, current?: Target): Target | undefined {
    if (current === undefined) return this.choose(azId, hash);
    const known = this.byId.get(current.id);
    const rebalance = this.attributes.failover === "rebalance";
    // Without rebalancing existing flows go on to a target that is gone, until they are idle for long enough.
    if (known === undefined) return rebalance ? this.choose(azId, hash) : current;
    // A draining target keeps its flows until the deregistration delay is over: then it is gone from the config.
    if (!rebalance || known.state === "draining" || this.isHealthy(azId, known.id)) return known;
    return best(this.healthy(azId), hash) ?? known;
  }

  private choose(azId: string, hash: number): Target | undefined {
    return best(this.healthy(azId), hash) ?? best(this.candidates(azId), hash);
  }

  private candidates(azId: string): Target[] {
    return this.targets.filter(
      (target) => target.state === "registered" && (this.attributes.crossZone || target.azId === azId),
    );
  }

  private healthy(azId: string): Target[] {
    return this.candidates(azId).filter((target) => this.isHealthy(azId, target.id));
  }
}

/** Rendezvous hashing: a target that comes or goes moves only the flows that it gets or had. */
function best(targets: readonly Target[], hash: number): Target | undefined {
  let winner: { target: Target; score: number } | undefined;
  for (const target of targets) {
    const score = mix(hash ^ hashOf(target.id));
    if (winner === undefined || score > winner.score) winner = { target, score };
  }
  return winner?.target;
}

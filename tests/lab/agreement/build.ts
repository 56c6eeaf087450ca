import type { Cloud } from "../../../lab/cloud/cloud";
import { topologyFromStates, withEvidence, type TargetEvidence, type Topology } from "../../../path/topology";
import { Account } from "./account";
import { buildConsumer, type Consumer } from "./consumer";
import type { Flow, Host } from "./flow";
import { buildHub } from "./hub";
import type { TopologySpec } from "./spec";

export interface Built {
  loadBalancerArn: string;
  hosts: Host[];
  flows: Flow[];
  /** What the trace reads, as things are now. */
  topology: () => Promise<Topology>;
}

/** Account ids of a batch's topologies: a hub and up to nine consumers each. */
export const accountId = (topology: number, account: number): string =>
  String(100_000_000_000 + topology * 10 + account);

/** Makes a spec's resources in the cloud. @param place - of the topology among those of the cloud */
export async function build(cloud: Cloud, spec: TopologySpec, place: number): Promise<Built> {
  const hub = await buildHub(new Account(cloud, accountId(place, 0), "hub"), spec.hub);
  const consumers: Consumer[] = [];
  for (const [number, consumer] of spec.consumers.entries()) {
    const account = new Account(cloud, accountId(place, number + 1), `consumer-${number + 1}`);
    consumers.push(await buildConsumer(account, consumer, hub));
  }
  const evidence: Record<string, TargetEvidence> = Object.fromEntries(
    hub.targets.map(({ host, web }) => [
      host.instanceId,
      {
        // What stands in the way of health checks the trace has to find out by itself.
        ...(!web && { health: "unhealthy" as const }),
        hairpin: { interface: "ens5", gatewayAddresses: host.gateways, ipForward: host.forwards },
      },
    ]),
  );
  return {
    loadBalancerArn: hub.loadBalancerArn,
    hosts: [...hub.targets.map(({ host }) => host), ...consumers.flatMap(({ hosts }) => hosts)],
    flows: consumers.flatMap(({ flows }) => flows),
    topology: async () => {
      const accounts = [hub.account, ...consumers.map(({ account }) => account)];
      const states = (await Promise.all(accounts.map((account) => account.states()))).flat();
      return withEvidence(topologyFromStates([...states, hub.component]), evidence);
    },
  };
}

import Table from "cli-table3";
import { topologyFromStates, trace, type Instance, type ResourceState } from "../../path/topology";
import { plannedOutputs } from "../../cli/plannedStates";
import { runStack } from "../unit/stacks/run";

const consumers = [1, 10, 100, 1000];
const azIds = ["apne1-az1", "apne1-az2", "apne1-az4"];

const zones = (tiers: Record<string, (place: number) => string>): Record<string, Record<string, string>> =>
  Object.fromEntries(
    azIds.map((azId, place) => [
      azId,
      Object.fromEntries(Object.entries(tiers).map(([tier, cidr]) => [tier, cidr(place)])),
    ]),
  );

/** Both stacks with three AZs, and how one consumer's states become another's. */
export async function deployedConsumers(): Promise<{
  security: ResourceState[];
  consumer: (number: number) => ResourceState[];
}> {
  const security = await runStack("security", {
    command: plannedOutputs,
    config: { zones: zones({ gwlb: (at) => `10.1.1${at}.0/24`, target: (at) => `10.1.2${at}.0/24` }) },
  });
  const { outputs, secretNames, cloud } = security;
  const system = await runStack("system", {
    command: plannedOutputs,
    cloud,
    stacks: { security: { outputs, secretNames } },
    config: {
      zones: zones({
        source: (at) => `10.2.1${at}.0/24`,
        destination: (at) => `10.2.2${at}.0/24`,
        endpoint: (at) => `10.2.3${at}.0/28`,
      }),
    },
  });
  const text = JSON.stringify(system.states);
  return {
    security: security.states,
    consumer: (number) => {
      const suffix = number.toString(16).padStart(4, "0");
      const own = text
        .replace(/\b(?!svc-)([a-z]+-[0-9a-f]{13})[0-9a-f]{4}\b/g, `$1${suffix}`)
        .replaceAll("222222222222", String(300_000_000_000 + number))
        .replaceAll("urn:pulumi:system::", `urn:pulumi:system-${number}::`);
      return JSON.parse(own) as ResourceState[];
    },
  };
}

function pairsOf(instances: Instance[]): { source: string; destination: string }[] {
  const byStack = new Map<string, { sources: string[]; destinations: string[] }>();
  for (const { id, name, stack = "" } of instances) {
    const hosts = byStack.get(stack) ?? { sources: [], destinations: [] };
    byStack.set(stack, hosts);
    if (name.includes("-source-")) hosts.sources.push(id);
    if (name.includes("-destination-")) hosts.destinations.push(id);
  }
  return [...byStack.values()].flatMap(({ sources, destinations }) =>
    sources.flatMap((source) => destinations.map((destination) => ({ source, destination }))),
  );
}

export const milliseconds = (time: number): string => `${time.toFixed(time < 10 ? 1 : 0)} ms`;

/** How the time of a trace grows with the consumers of one service: every source to every destination of each. */
export async function benchTrace(): Promise<string> {
  const { security, consumer } = await deployedConsumers();
  const table = new Table({
    head: ["consumers × 3 AZs", "resources", "topology", "first trace", "pairs", "all pairs", "topology and one trace"],
    style: { head: [], border: [] },
  });
  for (const count of consumers) {
    const states = [...security, ...Array.from({ length: count }, (_, number) => consumer(number)).flat()];
    const begin = performance.now();
    const topology = topologyFromStates(states);
    const read = performance.now();
    const instances = Object.values(topology.instances);
    const pairs = pairsOf(instances);
    const before = performance.now();
    let first = 0;
    for (const [place, { source, destination }] of pairs.entries()) {
      const { verdict } = trace(topology, { source, destination, protocol: "icmp" });
      if (verdict !== "inspected") throw new Error(`${source} → ${destination}: ${verdict}`);
      if (place === 0) first = performance.now() - before;
    }
    const all = performance.now() - before;
    table.push([
      count,
      states.length,
      milliseconds(read - begin),
      milliseconds(first),
      pairs.length,
      milliseconds(all),
      milliseconds(read - begin + first),
    ]);
  }
  return table.toString();
}

if (require.main === module) void benchTrace().then((text) => process.stdout.write(`${text}\n`));

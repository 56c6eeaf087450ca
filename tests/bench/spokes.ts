import Table from "cli-table3";
import { topologyFromStates, trace } from "../../path/topology";
import { centralised, spokeVpc } from "../unit/path/topology/centralised";
import { milliseconds } from "./trace";
import { deployedStates } from "../unit/path/topology/deployment";

const spokes = [10, 100, 1000];
const azIds = ["apne1-az4", "apne1-az1"];

/** How the time of a trace from spoke to spoke grows with the spokes of one transit gateway, each way inspected in between. */
export async function benchSpokes(): Promise<string> {
  const states = await deployedStates("ssm");
  const table = new Table({
    head: ["spokes × 2 AZs", "resources", "topology", "first trace", "a further trace", "heap"],
    style: { head: [], border: [] },
  });
  for (const count of spokes) {
    const made = centralised(states);
    for (let number = 0; number < count; number++) {
      const base = `${20 + Math.floor(number / 256)}.${number % 256}`;
      const azId = azIds[number % 2] ?? "";
      spokeVpc(made, { name: `spoke-${number}`, cidr: `${base}.0.0/16`, address: `${base}.1.10`, azId });
    }
    for (const azId of azIds) made.route(`system-endpoint-${azId}`, "20.0.0.0/6", { transitGatewayId: "tgw-1" });
    const begin = performance.now();
    const topology = topologyFromStates(made.states);
    const read = performance.now();
    const times: number[] = [];
    for (let number = 0; number < count; number++) {
      const before = performance.now();
      const destination = `spoke-${(number + 1) % count}`;
      const { verdict } = trace(topology, { source: `spoke-${number}`, destination, protocol: "icmp" });
      if (verdict !== "inspected") throw new Error(`spoke-${number} → ${destination}: ${verdict}`);
      times.push(performance.now() - before);
    }
    const [first = NaN, ...further] = times;
    const rest = further.reduce((sum, time) => sum + time, 0) / further.length;
    const heap = `${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`;
    table.push([count, made.states.length, milliseconds(read - begin), milliseconds(first), milliseconds(rest), heap]);
  }
  return table.toString();
}

if (require.main === module) void benchSpokes().then((text) => process.stdout.write(`${text}\n`));

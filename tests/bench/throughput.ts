import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { installTools } from "../../lab/setup";
import { azA, gatewayAddress, targets } from "../lab/gateway/network";
import { Scenario } from "../lab/gateway/scenario";
import { link } from "../lab/gateway/world";
import { tcpSink, tcpSource } from "./programs";

/** What one way of the packets carried in one measurement. */
export interface Throughput {
  megabitsPerSecond: number;
  /** Through the hairpin, in one direction or both. */
  packetsPerSecond?: number;
  /** Time of the gateway process on a CPU for each packet that it sent to a target, in microseconds. */
  gatewayMicroseconds?: number;
  /** What of it the kernel took: system calls, and the network that they run through. */
  kernelMicroseconds?: number;
}

const milliseconds = 2000;
/** GWLB's largest inner packet: hosts whose packets are larger lose them (docs/assumptions.md). */
const largestMtu = 8500;
const ordinaryMtu = 1500;

/**
 * Measures, beside each other in one world of namespaces: TCP over a bare veth; the same without segmentation offload,
 * so that each packet goes alone; GENEVE through the kernel's hairpin with no gateway in the way; TCP through gateway, TUNs
 * and hairpin. Needs root.
 *
 * @param rounds - how often each of them is measured, in turns
 * @returns the measurements of each way
 */
export async function throughputs(rounds: number): Promise<Map<string, Throughput[]>> {
  installTools((line) => process.stderr.write(`${line}\n`));
  const scenario = await Scenario.open();
  const measured = new Map<string, Throughput[]>();
  try {
    await prepare(scenario);
    const ways = {
      "bare veth, TCP": () => bare(scenario, 65535),
      "bare veth, TCP, no segmentation offload": () => bare(scenario, 1),
      [`kernel hairpin alone, GENEVE of ${largestMtu} bytes`]: () => hairpinAlone(scenario, largestMtu),
      [`kernel hairpin alone, GENEVE of ${ordinaryMtu} bytes`]: () => hairpinAlone(scenario, ordinaryMtu),
      [`through the gateway, TCP, MTU ${largestMtu}`]: () => throughGateway(scenario, largestMtu),
      [`through the gateway, TCP, MTU ${ordinaryMtu}`]: () => throughGateway(scenario, ordinaryMtu),
    };
    for (let round = 0; round < rounds; round++) {
      for (const [way, measure] of Object.entries(ways)) {
        measured.set(way, [...(measured.get(way) ?? []), await measure()]);
      }
    }
    return measured;
  } finally {
    scenario.world.close();
  }
}

async function prepare(scenario: Scenario): Promise<void> {
  const { world } = scenario;
  await world.ip([
    ...["netns add bare-1", "netns add bare-2", ...link("bare-1", "eth0", "bare-2", "eth0")],
    ...["-n bare-1 addr add 10.8.0.1/24 dev eth0", "-n bare-2 addr add 10.8.0.2/24 dev eth0"],
    ...["bare-1", "bare-2"].map((name) => `-n ${name} link set eth0 mtu ${largestMtu}`),
  ]);
  for (const name of ["bare-2", "destination-1"]) {
    world.serve(name, tcpSink);
    await scenario.eventually(`a sink in ${name}`, async () =>
      (await world.runIn(name, ["ss", "-Hltn", "sport = 5001"])) === "" ? undefined : true,
    );
  }
}

async function tcp({ world }: Scenario, namespace: string, address: string): Promise<Throughput> {
  const output = await world.runIn(namespace, [process.execPath, "-e", tcpSource, address, String(milliseconds)]);
  const { bytes, seconds } = JSON.parse(output) as { bytes: number; seconds: number };
  return { megabitsPerSecond: (bytes * 8) / 1e6 / seconds };
}

async function bare(scenario: Scenario, segmentsPerPacket: number): Promise<Throughput> {
  await scenario.world.ip([`-n bare-1 link set eth0 gso_max_segs ${segmentsPerPacket}`]);
  return tcp(scenario, "bare-1", "10.8.0.2");
}

async function hairpinAlone({ world }: Scenario, size: number): Promise<Throughput> {
  const loader = pathToFileURL(require.resolve("tsx")).href;
  const output = await world.runIn("gwlb", [
    ...([process.execPath, "--import", loader, path.join(__dirname, "hairpinBlaster.ts")] as const),
    ...[gatewayAddress[azA], targets.a.address, String(size), String(milliseconds)],
  ]);
  const { packets, seconds } = JSON.parse(output) as { packets: number; seconds: number };
  return { megabitsPerSecond: (packets * size * 8) / 1e6 / seconds, packetsPerSecond: packets / seconds };
}

async function throughGateway(scenario: Scenario, mtu: number): Promise<Throughput> {
  await scenario.world.ip(["source-1", "destination-1"].map((name) => `-n ${name} link set eth0 mtu ${mtu}`));
  await scenario.start();
  try {
    const [pid = ""] = (await scenario.world.run(["ip", "netns", "pids", "gwlb"])).split("\n");
    const before = await cpuSeconds(scenario, pid);
    let result: Throughput = { megabitsPerSecond: 0 };
    const { forwarded } = await scenario.growth(async () => (result = await tcp(scenario, "source-1", "10.9.2.10")));
    const after = await cpuSeconds(scenario, pid);
    const kernel = after.kernel - before.kernel;
    return {
      ...result,
      packetsPerSecond: forwarded / (milliseconds / 1000),
      gatewayMicroseconds: ((after.program - before.program + kernel) / forwarded) * 1e6,
      kernelMicroseconds: (kernel / forwarded) * 1e6,
    };
  } finally {
    await scenario.stop();
  }
}

/** Time of a process of the world in its own code and in the kernel, in seconds (proc(5): fields 14 and 15, in hundredths). */
async function cpuSeconds({ world }: Scenario, pid: string): Promise<{ program: number; kernel: number }> {
  const stat = await world.run(["cat", `/proc/${pid}/stat`]);
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return { program: Number(user) / 100, kernel: Number(system) / 100 };
}

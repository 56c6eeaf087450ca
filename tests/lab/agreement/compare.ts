import { judge } from "../../../path/proof";
import { trace, type Topology, type TracedPath, type TraceRequest } from "../../../path/topology";
import { answering, type Flow } from "./flow";
import { places, sightings } from "./expected";
import type { Sent } from "./observer";

export type Packet = Sent;

/** What came of a flow. */
export interface Comparison {
  /** The topology's. */
  name: string;
  flow: Flow;
  verdict: string;
  /** Codes of the trace's findings. */
  findings: string[];
  /** Absent when trace and packets agree. */
  difference?: string;
}

/** Packets of as many flows, which leave no possible target out: for three of them, once in more than 100,000 times. */
export const exhausting = 32;

/** Ids of the targets that the trace says a flow may get, where it passes one endpoint on its way there. */
export function possibleTargets(topology: Topology, flow: Flow): string[] {
  const { paths } = trace(topology, requestOf(flow));
  if (paths.some(({ request }) => request.endpointIds.length !== 1)) return [];
  return [...new Set(paths.flatMap(({ requestTarget }) => requestTarget ?? []))];
}

/** What of that does not show in captures of many such flows. @param seen - by flow */
export function untaken(topology: Topology, flow: Flow, seen: string[][]): string[] {
  return possibleTargets(topology, flow).filter(
    (id) => !seen.some((lines) => lines.some((line) => line.startsWith(`request ${places.host(id)} in `))),
  );
}

function requestOf({ source, destination, protocol }: Flow): TraceRequest {
  return {
    source,
    destination,
    protocol: protocol === "icmp" ? protocol : { protocol, port: answering[protocol] },
  };
}

/** Compares the trace of a flow with what captures showed of its packets. */
export function compare(
  name: string,
  topology: Topology,
  flow: Flow,
  sent: { packet: Packet; seen: string[] }[],
): Comparison {
  const result = trace(topology, requestOf(flow));
  const common = { name, flow, verdict: result.verdict, findings: result.findings.map(({ code }) => code) };
  const differences = sent.flatMap(({ packet, seen }) => {
    const sender = topology.instances[flow.source] === undefined ? places.internet : places.host(flow.source);
    const possible = result.paths.map((path) => difference(topology, path, sender, seen));
    if (possible.includes(undefined)) return [];
    const [closest = ""] = possible.flatMap((each) => each ?? []).sort((one, other) => one.length - other.length);
    return `${flow.protocol} ${packet.source} > ${packet.destination}, packet ${packet.index}: ${closest}`;
  });
  return differences.length === 0 ? common : { ...common, difference: differences.join("\n") };
}

/** @returns undefined when they are the same */
function difference(topology: Topology, path: TracedPath, sender: string, seen: string[]): string | undefined {
  const expected = [
    ...sightings(topology, path.request, "request"),
    ...(path.reply === undefined ? [] : sightings(topology, path.reply, "reply")),
  ];
  const loops = path.findings.some(({ code }) => code === "FORWARDING_LOOP");
  // A trace goes round once, packets until their time to live is over.
  const isSame = loops
    ? sorted([...new Set(seen)]) === sorted([...new Set(expected)]) && seen.length > 2 * expected.length
    : sorted(seen) === sorted(expected);
  const measured = verdictOf(sender, seen, path.verdict !== "asymmetric");
  if (isSame && measured === path.verdict) return undefined;
  const said = path.findings.map(({ code, hop, seen: why }) => `${code} at ${hop}: ${why}`).join("; ");
  return [
    `traced ${path.verdict} (${said}), measured ${measured}`,
    ...expected.map((line) => (seen.includes(line) ? `    ${line}` : `  - ${line}`)),
    ...seen.filter((line) => !expected.includes(line)).map((line) => `  + ${line}`),
  ].join("\n");
}

const sorted = (lines: string[]): string => [...lines].sort().join("\n");

/**
 * What a measurement with a ping and captures on the targets would come to.
 *
 * @param oneEndpoint - the trace's word: `seen` has no GENEVE options
 */
function verdictOf(sender: string, seen: string[], oneEndpoint: boolean): string {
  const count = (leg: string, way: string): number[] =>
    seen.filter((line) => new RegExp(`^${leg} host \\S+ ${way} \\S+ in `).test(line)).map(() => 1);
  return judge({
    ping: { transmitted: 1, answered: seen.some((line) => line.startsWith(`reply ${sender} in `)) ? [1] : [] },
    seen: {
      requestIn: count("request", "in"),
      requestOut: count("request", "out"),
      replyIn: count("reply", "in"),
      replyOut: count("reply", "out"),
    },
    oneEndpoint,
    expectReply: true,
    captured: true,
  }).verdict;
}

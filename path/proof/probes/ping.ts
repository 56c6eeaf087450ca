import { z } from "zod";
import { decodeIcmpEcho, ipProtocols, type IcmpEcho, type Ipv4Packet } from "../../net/packet";
import type { PingStatistics } from "../pathReport";
import { ProbeOutputError, type Probe, type ProbePacket } from "./probe";

/** ICMP echo: hosts/ping.sh runs iputils' ping, which repeats the nonce in each payload, and a reply has its request's payload. */

const count = z.int().min(0);
const ended = z.object({
  exit: z.int(),
  answered: z.array(z.int()),
  duplicates: count,
  large: z.object({ size: count, transmitted: count, received: count }).optional(),
  flows: count.default(0),
});

export const ping: Probe = {
  name: "ping",
  script: "ping.sh",
  protocol: "icmp",
  ended,

  argumentsFor: ({ destination, count: requests, interval, timeout, nonce, largest, flows }) => [
    ...["--destination", destination],
    ...["--count", String(requests)],
    ...["--interval", String(interval)],
    ...["--timeout", String(timeout)],
    ...["--pattern", nonce],
    ...(largest === undefined ? [] : ["--largest", String(largest)]),
    ...(flows === undefined ? [] : ["--flows", String(flows.count), "--flow-port", String(flows.port)]),
  ],

  // Nothing is answered, or nothing large.
  longest: (order) => order.count * order.interval + 2 * order.timeout,

  read({ stdout, result, lastError }, order) {
    const { exit, answered, duplicates, large, flows } = ended.parse(result);
    const statistics = parsePing(stdout);
    if (statistics === undefined) {
      throw new ProbeOutputError(`printed no statistics (exit code ${exit}): ${lastError}`);
    }
    if (statistics.transmitted > order.count || answered.some((each) => each < 1 || each > order.count)) {
      const latest = answered.reduce((one, other) => Math.max(one, other), 0);
      throw new ProbeOutputError(
        `tells of ${statistics.transmitted} requests and an answer to request ${latest}, expected ${order.count}`,
      );
    }
    if (new Set(answered).size !== statistics.received) {
      throw new ProbeOutputError(`counts ${statistics.received} answered requests and shows ${new Set(answered).size}`);
    }
    return {
      statistics: { ...statistics, ...(duplicates > 0 && { duplicates }), ...(large && { large }) },
      answered,
      flowsSent: flows,
    };
  },

  recognizer({ nonce, source, destination }) {
    const pattern = Buffer.from(nonce, "hex");
    return {
      inspected(inner) {
        const echo = echoOf(inner, pattern);
        if (echo === undefined) return undefined;
        const [from, to] = echo.kind === "request" ? [source, destination] : [destination, source];
        return inner.source === from && inner.destination === to ? packetOf(echo) : undefined;
      },
      bare(packet) {
        const echo = echoOf(packet, pattern);
        return echo && packetOf(echo);
      },
    };
  },
};

function echoOf({ protocol, payload }: Ipv4Packet, pattern: Buffer): IcmpEcho | undefined {
  const echo = protocol === ipProtocols.icmp ? decodeIcmpEcho(payload) : undefined;
  return echo?.data.includes(pattern) === true ? echo : undefined;
}

function packetOf({ kind, sequence }: IcmpEcho): ProbePacket {
  return { kind, sequence };
}

const number = String.raw`\d+(?:\.\d+)?`;
const summary = new RegExp(
  String.raw`^(\d+) packets transmitted, (\d+) (?:packets )?received(?:, .*)?, (${number})% packet loss`,
  "m",
);
const times = new RegExp(String.raw`^rtt min/avg/max/mdev = (${number})/(${number})/(${number})/(${number}) ms`, "m");

/**
 * Reads the statistics that iputils' ping prints at its end, also after it was interrupted.
 * @returns undefined when there are none: ping did not come to send anything
 */
export function parsePing(output: string): PingStatistics | undefined {
  const [, transmitted, received, loss] = summary.exec(output) ?? [];
  if (transmitted === undefined || received === undefined || loss === undefined) {
    return undefined;
  }
  const statistics = { transmitted: Number(transmitted), received: Number(received), loss: Number(loss) };
  const [, min, avg, max, mdev] = (times.exec(output) ?? []).map(Number);
  return min === undefined || avg === undefined || max === undefined || mdev === undefined
    ? statistics
    : { ...statistics, rtt: { min, avg, max, mdev } };
}

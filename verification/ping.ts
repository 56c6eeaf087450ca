import { z } from "zod";
import type { PingStatistics } from "../path/proof/index";
import { parsePing } from "../path/proof/pingOutput";
import { lastLine } from "./hostOutput";
import { count, HostScriptError, margin, quotable, run, type Host } from "./hostScripts";

/** hosts/ping.sh as a function: its arguments, and what its output says. */

const pingEnded = z.object({
  exit: z.int(),
  answered: z.array(z.int()),
  duplicates: count,
  large: z.object({ size: count, transmitted: count, received: count }).optional(),
  flows: count.default(0),
});

export interface PingRequest {
  destination: string;
  count: number;
  /** Seconds. */
  interval: number;
  timeout: number;
  /** 32 hexadecimal digits that every request's payload repeats. */
  nonce: string;
  /** Size in bytes of packets that follow an answered ping; none when absent. */
  largest?: number;
  /** Flows of UDP to send meanwhile, and to which port; none when absent. */
  flows?: { count: number; port: number };
}

/** Seconds that a ping takes at most, when nothing is answered, or nothing large. */
function longestPing(request: Pick<PingRequest, "count" | "interval" | "timeout">): number {
  return request.count * request.interval + 2 * request.timeout + margin;
}

export interface Pinged {
  statistics: PingStatistics;
  /** Sequence numbers of the requests that were answered, from 1. */
  answered: number[];
  /** How many flows were sent; 0 where the host could not. */
  flowsSent: number;
}

/** @throws HostScriptError | AccessError */
export async function ping(host: Host, request: PingRequest, signal?: AbortSignal): Promise<Pinged> {
  const args = [
    ...["--destination", request.destination],
    ...["--count", String(request.count)],
    ...["--interval", String(request.interval)],
    ...["--timeout", String(request.timeout)],
    ...["--pattern", request.nonce],
    ...(request.largest === undefined ? [] : ["--largest", String(request.largest)]),
    ...(request.flows === undefined
      ? []
      : ["--flows", String(request.flows.count), "--flow-port", String(request.flows.port)]),
  ];
  const { stdout, stderr, result } = await run(host, "ping.sh", args, pingEnded, {
    timeout: longestPing(request),
    sudo: false,
    signal,
  });
  const statistics = parsePing(stdout);
  if (statistics === undefined) {
    throw new HostScriptError(
      `ping on ${host.name} printed no statistics (exit code ${result.exit}): ${quotable(lastLine(stderr))}`,
    );
  }
  const { answered, duplicates, large, flows } = result;
  if (statistics.transmitted > request.count || answered.some((each) => each < 1 || each > request.count)) {
    const latest = answered.reduce((one, other) => Math.max(one, other), 0);
    throw new HostScriptError(
      `ping on ${host.name} tells of ${statistics.transmitted} requests and an answer to request ${latest}, expected ${request.count}`,
    );
  }
  if (new Set(answered).size !== statistics.received) {
    throw new HostScriptError(
      `ping on ${host.name} counts ${statistics.received} answered requests and shows ${new Set(answered).size}`,
    );
  }
  return {
    statistics: { ...statistics, ...(duplicates > 0 && { duplicates }), ...(large && { large }) },
    answered,
    flowsSent: flows,
  };
}

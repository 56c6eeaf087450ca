import { readFileSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import type { HealthQuestionByHttp } from "../path/net/healthCheck";
import type { HostEvidence } from "../path/proof/index";
import type { RunOptions, RunResult } from "./access";
import type { AttendedAccess } from "./attendance";
import { lastLine } from "./hostOutput";

/** The scripts of hosts/ as functions: their arguments, and what they print, with types. */

/** A script that could not do its work. Says which, where, and what it said. */
export class HostScriptError extends Error {
  override readonly name = "HostScriptError";
}

/** Seconds for what is done in a moment: starting and stopping a capture. */
const shortTimeout = 60;
/** Seconds over and above what a script was told to wait. */
export const margin = 15;
/** Seconds over a health check's interval, within which it is answered and mirrored. */
const healthCheckMargin = 5;
/** Bytes of a whole capture in base64: 100000 packets (hosts/capture.sh) of 256 bytes with pcap's 16, in lines of 76 characters. */
const longestCapture = 40 * 1024 * 1024;
/** Characters of a line of evidence. It becomes a line of the report, and the command plugin hangs at one of 64 KiB (path/render/json.ts). */
const longestLine = 4096;
/** Characters of what a host said that an error quotes. */
const longestQuote = 300;

export interface Host {
  name: string;
  access: AttendedAccess;
}

const count = z.int().min(0);
const captureStarted = z.object({ id: z.string() });
const captureStopped = z.object({
  id: z.string(),
  packets: count,
  /** Packets that the kernel saw and tcpdump did not get. */
  dropped: count.default(0),
  /** The capture ended at its size limit. */
  truncated: z.boolean().default(false),
});
const health = z.object({ healthy: z.boolean(), seen: count });
const line = z.string().max(longestLine);
const lines = z.array(line).nullable();
const hostEvidence: z.ZodType<HostEvidence> = z.object({
  interface: line.nullable(),
  address: line.nullable(),
  mtu: z.int().nullable(),
  routes: z.array(
    z.object({
      gateway: line,
      interface: line.nullable(),
      address: line.nullable(),
      forwarded: z.union([line, z.literal(false)]).nullable(),
    }),
  ),
  xdp: z.array(line),
  ipForward: z.int(),
  ipForwardAtBoot: z.int().nullable(),
  rules: lines,
  unreadTables: z.array(line),
  savedRules: lines,
  foreignTables: lines,
  listening: z.array(z.int()),
  connections: z.object({ known: z.int(), most: z.int() }).nullable(),
  strayFlows: count.nullable(),
  trafficControl: lines,
  healthAnswer: line.nullable(),
});

/**
 * Returns when packets are being captured.
 *
 * @param capture `seconds`: after which it ends by itself, unless its lease is renewed. `marker`: 16 hexadecimal digits that
 * the nonces of all pings to be seen begin with. `also`: what else is kept, as a probe tells it. `canary`: the GWLB address that the host sends a datagram to, to be seen.
 * `mirrored`, in its place: the host is the collector of a target's traffic mirror, and waits until it sees a health check of the
 * target and its answer, `interval` seconds and a little more at most
 * @throws HostScriptError | AccessError
 */
export async function startCapture(
  host: Host,
  {
    id,
    seconds,
    marker,
    also,
    ...sight
  }: { id: string; seconds: number; marker: string; also: string[] } & CaptureSight,
): Promise<void> {
  const args = [
    ...["start", "--id", id, "--seconds", String(seconds), "--marker", marker],
    ...also.flatMap((filter) => ["--also", filter]),
  ];
  const wait = sight.mirrored === undefined ? 0 : Math.ceil(sight.mirrored.interval) + healthCheckMargin;
  const how =
    sight.mirrored === undefined
      ? ["--canary", sight.canary]
      : [
          ...["--mirrored", sight.mirrored.address],
          ...sight.mirrored.gatewayAddresses.flatMap((each) => ["--gateway-address", each]),
          ...["--health-port", String(sight.mirrored.healthPort)],
          ...["--wait", String(wait)],
        ];
  await run(host, "capture.sh", [...args, ...how], captureStarted, { timeout: shortTimeout + wait, sudo: true });
}

/** By what a capture proves that it sees. */
export type CaptureSight =
  | { canary: string; mirrored?: undefined }
  | {
      mirrored: { address: string; gatewayAddresses: string[]; healthPort: number; interval: number };
      canary?: undefined;
    };

export interface StoppedCapture {
  pcap: Buffer;
  /** Packets that are missing in it; undefined when nobody knows how many. */
  missing: number | undefined;
}

/** @throws HostScriptError | AccessError */
export async function stopCapture(host: Host, id: string): Promise<StoppedCapture> {
  const { stdout, result } = await run(host, "capture.sh", ["stop", "--id", id], captureStopped, {
    timeout: shortTimeout,
    sudo: true,
    longest: longestCapture,
  });
  const [begin, end] = ["-----BEGIN PCAP-----\n", "\n-----END PCAP-----\n"];
  const [from, to] = [stdout.indexOf(begin), stdout.lastIndexOf(end)];
  const base64 = from < 0 || to < from ? undefined : stdout.slice(from + begin.length, to);
  if (base64 === undefined) {
    throw new HostScriptError(`hosts/capture.sh on ${host.name} printed no capture between its BEGIN and END lines`);
  }
  return { pcap: Buffer.from(base64, "base64"), missing: result.truncated ? undefined : result.dropped };
}

/**
 * Waits until the host has answered `threshold` health checks of a GWLB address in a row, or `deadline` seconds are over.
 * @throws HostScriptError | AccessError
 */
export async function waitHealthy(
  host: Host,
  check: { gatewayAddress: string; port: number; threshold: number; deadline: number },
  signal?: AbortSignal,
): Promise<{ healthy: boolean; seen: number }> {
  const deadline = Math.ceil(check.deadline);
  const args = [
    ...["--gateway-address", check.gatewayAddress],
    ...["--port", String(check.port)],
    ...["--threshold", String(check.threshold)],
    ...["--deadline", String(deadline)],
  ];
  const { result } = await run(host, "health.sh", args, health, { timeout: deadline + margin, sudo: true, signal });
  return result;
}

/**
 * What decides on the host over packets of a GWLB.
 * @param of `address`: the target's, as it is registered
 * @throws HostScriptError | AccessError
 */
export async function takeEvidence(
  host: Host,
  of: { address: string; gatewayAddresses: string[]; healthQuestion?: HealthQuestionByHttp | undefined },
  signal?: AbortSignal,
): Promise<HostEvidence> {
  const { address, gatewayAddresses, healthQuestion: asked } = of;
  const args = [
    ...["--address", address, ...gatewayAddresses.flatMap((each) => ["--gateway-address", each])],
    ...(asked === undefined
      ? []
      : ["--health-port", `${asked.port}`, "--health-path", asked.path, "--health-timeout", `${asked.timeout}`]),
  ];
  const { result } = await run(host, "evidence.sh", args, hostEvidence, { timeout: shortTimeout, sudo: true, signal });
  return result;
}

const scripts = new Map<string, string>();

function scriptText(file: string): string {
  const text = scripts.get(file) ?? readFileSync(path.join(__dirname, "..", "hosts", file), "utf8");
  scripts.set(file, text);
  return text;
}

/** Runs a script of hosts/, whose last line is JSON of that shape. @throws HostScriptError | AccessError */
export async function run<T>(
  host: Host,
  file: string,
  args: string[],
  shape: z.ZodType<T>,
  options: RunOptions,
): Promise<RunResult & { result: T }> {
  const ended = await host.access.run(scriptText(file), args, options);
  if (ended.exitCode !== 0) {
    const reason = quotable(lastLine(ended.stderr) || lastLine(ended.stdout) || "it said nothing");
    throw new HostScriptError(`hosts/${file} on ${host.name} failed (exit code ${ended.exitCode}): ${reason}`);
  }
  const line = lastLine(ended.stdout);
  const parsed = shape.safeParse(jsonOf(line));
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new HostScriptError(
      `hosts/${file} on ${host.name} ended with "${quotable(line)}", expected JSON (${problems.join("; ")})`,
    );
  }
  return { ...ended, result: parsed.data };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** As an error quotes it. */
export function quotable(text: string): string {
  return text.length <= longestQuote ? text : `${text.slice(0, longestQuote)}… (${text.length} characters)`;
}

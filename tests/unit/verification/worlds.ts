import { encodePcap } from "../../../path/net/pcap";
import {
  finding,
  hostFindings,
  type Finding,
  type HostEvidence,
  type HostFinding,
  type PathReport,
  type RegisteredTarget,
} from "../../../path/proof";
import type { TargetCapture } from "../../../path/proof/captured";
import { conclude, type Measured } from "../../../verification/conclusions";
import { explained } from "../../../verification/explanation";
import type { VerificationRequest } from "../../../path/proof/request";
import { flowFrame, inspectedFrame } from "../path/net/packets";
import { healthyEvidence } from "./fakeHosts";

/** Measurements made up packet by packet, as far as they become a report: captures are real pcap files. */

export const marker = "0011223344556677";
export const azIds = ["apne1-az1", "apne1-az4"] as const;
export const gateways = ["10.1.1.27", "10.1.2.119"] as const;
export const targetAddresses = ["10.1.1.10", "10.1.2.10"] as const;
const destination = "10.0.9.10";
export const sourcePorts = [61_234, 61_235] as const;
export const nonceOf = (pair: number): string => `${marker}00000000000000${pair}0`;
const sourceOf = (pair: number): string => `10.0.${pair + 1}.10`;

export type Passage = "through" | "kept" | "unseen" | "twice" | "elsewhere" | "otherGateway" | "otherCookie";

export interface World {
  /** One for each source; each request with its reply. */
  pairs: { request: Passage; reply: Passage; answered: boolean }[][];
  /** Of each pair: targets that its flows come to, and whether they go back. */
  flows: { target: number; back: boolean }[][];
  crossZone: boolean;
  /** Number of the endpoint that replies come through; requests come through the first. */
  replyEndpoint: bigint;
  /** Of each target. */
  captures: ("whole" | "missing" | "blind" | "cutOff" | "incomplete")[];
  /** What each target tells of itself. */
  hosts: ("good" | "noRules" | "silent")[];
  /** Registered targets beside those that are watched, by their state. */
  others: string[];
  /** Whether AWS told all of them; of a group of somebody else's. */
  registeredKnown: boolean;
  /** Flows of each pair that come to no target. */
  lostFlows: number;
  /** Whether AWS gives the target any new flow, of each target. */
  inUse: boolean[];
  pinged: boolean;
}

export const goodWorld: World = {
  pairs: [0, 1].map(() => [1, 2].map(() => ({ request: "through", reply: "through", answered: true }))),
  flows: [[{ target: 0, back: true }], [{ target: 1, back: true }]],
  crossZone: false,
  replyEndpoint: 1n,
  captures: ["whole", "whole"],
  hosts: ["good", "good"],
  others: [],
  registeredKnown: true,
  lostFlows: 0,
  inUse: [true, true],
  pinged: true,
};

export function requestOf({ crossZone }: Pick<World, "crossZone">): VerificationRequest {
  const host = { instanceId: "i-0123456789abcdef0", region: "ap-northeast-1" };
  return {
    targets: azIds.map((azId, index) => ({
      name: `target-${index}`,
      azId,
      address: targetAddresses[index] ?? "",
      host,
    })),
    gatewayAddresses: Object.fromEntries(azIds.map((azId, index) => [azId, gateways[index] ?? ""])),
    crossZone,
    pairs: azIds.map((azId, index) => ({
      source: { name: `source-${index}`, azId, address: sourceOf(index), host },
      destination: { name: "destination", address: destination },
      expectReply: true,
    })),
    ping: { count: 2, interval: 0.2, timeout: 1 },
    health: { threshold: 2, deadline: 5 },
  };
}

/** What targets see of one packet, by target. */
export function passing(
  pair: number,
  kind: "request" | "reply",
  sequence: number,
  passage: Passage,
  { nonce = nonceOf(pair), endpoint = 1n }: { nonce?: string; endpoint?: bigint } = {},
): { target: number; frame: Buffer }[] {
  const [from, to] = kind === "request" ? [sourceOf(pair), destination] : [destination, sourceOf(pair)];
  const inner = { from, to, kind, sequence, pattern: nonce } as const;
  const gateway = gateways[pair] ?? "";
  const other = 1 - pair;
  const gwlb = { endpointId: endpoint };
  const cameIn = (target: number) => ({
    target,
    frame: inspectedFrame({ from: gateway, to: targetAddresses[target] ?? "", inner, gwlb }),
  });
  const wentOut = (target: number, by: string = gateway, flowCookie?: number) => ({
    target,
    frame: inspectedFrame({
      ...{ from: targetAddresses[target] ?? "", to: by, inner },
      gwlb: { ...gwlb, ...(flowCookie !== undefined && { flowCookie }) },
    }),
  });
  switch (passage) {
    case "through":
      return [cameIn(pair), wentOut(pair)];
    case "kept":
      return [cameIn(pair)];
    case "unseen":
      return [];
    case "twice":
      return [cameIn(pair), wentOut(pair), cameIn(pair), wentOut(pair)];
    case "elsewhere":
      return [cameIn(pair), wentOut(other)];
    case "otherGateway":
      return [cameIn(pair), wentOut(pair, gateways[other])];
    case "otherCookie":
      return [cameIn(pair), wentOut(pair, gateway, 99)];
  }
}

export function canary(target: number): Buffer {
  const inner = { from: "192.0.2.1", to: "192.0.2.2", kind: "request", sequence: 0 } as const;
  return inspectedFrame({
    from: targetAddresses[target] ?? "",
    to: gateways[target] ?? "",
    inner: { ...inner, pattern: `${marker}63616e6172792121` },
  });
}

export function pcapOf(frames: Buffer[]): Buffer {
  const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
  return encodePcap({ linkType: 1, snapLength: 256, packets });
}

function framesOf({ pairs, flows, replyEndpoint }: World, target: number): Buffer[] {
  const pings = pairs.flatMap((packets, pair) =>
    packets.flatMap(({ request, reply }, index) => [
      ...passing(pair, "request", index + 1, request),
      ...passing(pair, "reply", index + 1, reply, { endpoint: replyEndpoint }),
    ]),
  );
  const datagrams = flows.flatMap((each, pair) =>
    each.flatMap(({ target: to, back }, index) => {
      const inner = { from: sourceOf(pair), to: destination, sourcePort: 40_000 + index, pattern: nonceOf(pair) };
      const [gateway = "", address = ""] = [gateways[pair], targetAddresses[to]];
      return [
        { target: to, frame: flowFrame({ from: gateway, to: address, inner }) },
        ...(back ? [{ target: to, frame: flowFrame({ from: address, to: gateway, inner }) }] : []),
      ];
    }),
  );
  return [...pings, ...datagrams].filter((each) => each.target === target).map(({ frame }) => frame);
}

/** The captures of a world, as they come from the targets. */
export function capturesOf(world: World): TargetCapture[] {
  return azIds.map((azId, index): TargetCapture => {
    const capture = { target: `target-${index}`, azId, address: targetAddresses[index] ?? "" };
    const state = world.captures[index];
    if (state === "missing") return capture;
    const pcap = pcapOf(state === "blind" ? [] : [canary(index), ...framesOf(world, index)]);
    return { ...capture, pcap: state === "cutOff" ? pcap.subarray(0, pcap.length - 5) : pcap };
  });
}

/** The report on a world. @param captures in place of its own */
export function reportOn(world: World, captures = capturesOf(world)): PathReport {
  const request = requestOf(world);
  const targetFindings: Finding[] = world.captures.flatMap((state, index) => {
    if (state === "missing") return [finding("CAPTURE_FAILED", `target-${index}`, "no connection")];
    return state === "incomplete" ? [finding("CAPTURE_INCOMPLETE", `target-${index}`, "3 packets are missing")] : [];
  });
  const others = world.others.map((state, index): RegisteredTarget => ({ id: `i-other${index}`, state }));
  const measured: Measured = {
    measuredAt: "2026-01-02T03:04:05.000Z",
    marker,
    nonces: [nonceOf(0), nonceOf(1)],
    sourcePorts,
    outcomes: world.pairs.map((packets, pair) => {
      const answered = packets.flatMap((each, index) => (each.answered ? [index + 1] : []));
      if (!world.pinged) return { findings: [finding("PING_FAILED", `source-${pair}`, "no ping")] };
      const statistics = { transmitted: packets.length, received: answered.length, loss: 0 };
      return { statistics, answered, flowsSent: (world.flows[pair]?.length ?? 0) + world.lostFlows, findings: [] };
    }),
    captures,
    healthPort: 80,
    registered: {
      report: (watched) => ({
        arn: "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:targetgroup/group/0123456789abcdef",
        registered: [...watched.map((name) => ({ id: name, state: "healthy", watchedAs: name })), ...others],
      }),
      others: others.filter(({ state }) => state !== "unused"),
      retired: new Map(
        world.inUse.flatMap((used, index) => (used ? [] : [[`target-${index}`, "unused, Target.NotInUse"]])),
      ),
      complete: world.registeredKnown && others.every(({ state }) => state === "unused"),
    },
    targetFindings,
  };
  const report = conclude(request, measured, (found) => targetFindings.push(found));
  const hosts: Record<string, HostEvidence> = {};
  const found: HostFinding[] = [];
  world.hosts.forEach((state, index) => {
    const name = `target-${index}`;
    const address = targetAddresses[index] ?? "";
    if (state === "silent") {
      found.push({ finding: finding("HAIRPIN_RULES_UNKNOWN", name, "it does not tell"), hairpin: true });
      return;
    }
    const told = healthyEvidence(address, state === "good" ? [...gateways] : []);
    hosts[name] = told;
    found.push(
      ...hostFindings(name, told, { address, gatewayAddresses: [...gateways], healthPort: 80, hairpin: true }),
    );
  });
  return explained(report, { hosts, found }, request);
}

/** Of all that a target can be blamed for only this comes of made-up frames: that they show one direction. @throws Error for all else */
export function blameBlindAlone({ code }: { code: string }): void {
  if (code !== "CAPTURE_BLIND") throw new Error(code);
}

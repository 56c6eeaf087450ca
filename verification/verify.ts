import { randomBytes } from "node:crypto";
import { isPrivateAddress } from "../net/cidr";
import {
  byNature,
  finding,
  hostFindings,
  judge,
  largePacketFindings,
  largestPacket,
  pathFindings,
  worstOf,
  sumCounts,
} from "../report";
import type { Finding, HostEvidence, HostFinding, PairReport, PathReport, PingStatistics } from "../report";
import { Connections } from "./connections";
import { correlate, noEvidence, type Correlation, type PingEvidence, type TargetCapture } from "./correlate";
import { failureFinding } from "./failures";
import { longestPing, ping, startCapture, stopCapture, takeEvidence, waitHealthy, type Host } from "./hostScripts";
import { localAccess } from "./localAccess";
import {
  thisMachine,
  type RemoteHost,
  type VerificationPair,
  type VerificationRequest,
  type VerificationTarget,
} from "./request";

export interface VerifyOptions {
  /** Ends the measurement early; what was captured is collected nonetheless, and the report comes as always. */
  signal?: AbortSignal;
  /** One line for each step. */
  onProgress?: (line: string) => void;
  /** Each target's capture as it was brought back: a pcap file of GENEVE packets, cut off after 256 bytes each. */
  onCapture?: (target: string, pcap: Buffer) => void;
  /** Seconds during which connecting to a host is tried again. @default 30 */
  connectDeadline?: number;
}

const defaultHealthPort = 80;
/** Pings of one source at a time: sshd takes ten sessions of one connection (sshd_config(5), MaxSessions). */
const pingsAtOnce = 4;
/** Seconds that a capture lives longer than the longest pings, for everything round about them. */
const captureMargin = 120;

/**
 * Measures every pair: targets healthy → capture on every target → ping → collect, and where something is wrong: evidence
 * from the targets. A host that cannot be reached, a capture or a ping that fails makes a finding and an inconclusive pair,
 * never an exception.
 */
export async function verify(request: VerificationRequest, options: VerifyOptions = {}): Promise<PathReport> {
  const measurement = new Measurement(request, options);
  try {
    return await measurement.run();
  } finally {
    await measurement.close();
  }
}

/** What became of one pair's ping. */
interface PingOutcome {
  statistics?: PingStatistics;
  findings: Finding[];
}

class Measurement {
  private readonly measuredAt = new Date().toISOString();
  /** Names this run's captures on the targets. */
  private readonly id = `verify-${randomBytes(6).toString("hex")}`;
  private readonly nonces: string[];
  private readonly connections: Connections;
  private readonly signal: AbortSignal | undefined;
  /** Findings about targets; they concern every pair. */
  private readonly targetFindings: Finding[] = [];

  constructor(
    private readonly request: VerificationRequest,
    private readonly options: VerifyOptions,
  ) {
    this.nonces = request.pairs.map(() => randomBytes(16).toString("hex"));
    this.signal = options.signal;
    this.connections = new Connections({ connectDeadline: options.connectDeadline });
  }

  async run(): Promise<PathReport> {
    const { request } = this;
    this.say(`connecting to ${request.targets.length} targets and ${request.pairs.length} pairs' sources`);
    // Targets and sources at the same time; a source's failure is kept for its pairs.
    const [targets, sources] = await Promise.all([
      Promise.all(request.targets.map((target) => this.reachTarget(target))),
      Promise.all(request.pairs.map(({ source }) => this.reach(source.name, source.host))),
    ]);
    await this.healthy(targets);
    const started = await this.capture(targets);
    let outcomes: PingOutcome[];
    let captures: TargetCapture[];
    try {
      outcomes = await this.pingAll(sources);
    } finally {
      captures = await this.collect(targets, started);
    }
    return this.explained(this.report(outcomes, captures), targets);
  }

  async close(): Promise<void> {
    await this.connections.close();
  }

  private async reachTarget(target: VerificationTarget): Promise<Host | undefined> {
    const reached = await this.reach(target.name, target.host);
    if ("access" in reached) return reached;
    this.targetFindings.push(reached);
    return undefined;
  }

  private async reach(name: string, host: RemoteHost | typeof thisMachine): Promise<Host | Finding> {
    if (host === thisMachine) return { name, access: localAccess };
    try {
      return { name, access: await this.connections.open(host, this.signal) };
    } catch (error) {
      return this.note(failureFinding(error, name, "REMOTE_COMMAND_FAILED"));
    }
  }

  /** AWS forwards also when no target is healthy, so the ping follows in any case. */
  private async healthy(targets: (Host | undefined)[]): Promise<void> {
    const { health, gatewayAddresses } = this.request;
    const port = health.port ?? defaultHealthPort;
    await this.onTargets(targets, async (host, { azId, name }) => {
      // Without cross-zone only the GWLB's ENI in the target's own AZ checks it.
      const gatewayAddress = gatewayAddresses[azId];
      if (gatewayAddress === undefined) {
        const azIds = Object.keys(gatewayAddresses).join(", ");
        this.blame(finding("TARGET_UNHEALTHY", name, `the GWLB has no address in ${azId}, only in ${azIds}`));
        return;
      }
      this.say(`waiting until ${name} has answered ${health.threshold} health checks of ${gatewayAddress}`);
      try {
        const result = await waitHealthy(host, { ...health, gatewayAddress, port }, this.signal);
        if (!result.healthy) {
          const seen = `${result.seen} health checks of ${gatewayAddress} answered in a row within ${health.deadline} s`;
          this.blame(finding("TARGET_UNHEALTHY", name, seen, `${health.threshold} on TCP port ${port}`));
        }
      } catch (error) {
        this.blame(failureFinding(error, name, "HEALTH_NOT_MEASURED"));
      }
    });
  }

  /** @returns for each target whether a capture may be running on it */
  private async capture(targets: (Host | undefined)[]): Promise<boolean[]> {
    const started = targets.map(() => false);
    if (this.signal?.aborted === true) return started;
    const seconds = Math.min(99_999, this.request.pairs.length * longestPing(this.request.ping) + captureMargin);
    await this.onTargets(targets, async (host, { name }, index) => {
      // Before the attempt: when that fails, nobody knows how far it came.
      started[index] = true;
      try {
        // Without the signal: a start that is broken off lives on at the host, and may begin after `stop` found nothing.
        await startCapture(host, this.id, seconds);
        this.say(`capturing on ${name}`);
      } catch (error) {
        this.blame(failureFinding(error, name, "CAPTURE_FAILED"));
      }
    });
    return started;
  }

  /** Sources ping at the same time, each up to `pingsAtOnce` destinations: a lost one takes seconds to be sure of. */
  private async pingAll(sources: (Host | Finding)[]): Promise<PingOutcome[]> {
    const { pairs } = this.request;
    const outcomes: PingOutcome[] = pairs.map(() => ({ findings: [] }));
    const bySource = new Map<string, number[]>();
    for (const [index, { source }] of pairs.entries()) {
      const key = JSON.stringify(source);
      bySource.set(key, [...(bySource.get(key) ?? []), index]);
    }
    await Promise.all(
      [...bySource.values()].flatMap((indices) => {
        const waiting = indices.values();
        return Array.from({ length: pingsAtOnce }, async () => {
          for (const index of waiting) {
            const pair = pairs[index];
            const source = sources[index];
            if (pair !== undefined && source !== undefined) outcomes[index] = await this.pingOne(pair, index, source);
          }
        });
      }),
    );
    return outcomes;
  }

  private async pingOne(pair: VerificationPair, index: number, source: Host | Finding): Promise<PingOutcome> {
    if (!("access" in source)) return { findings: [source] };
    const names = `${pair.source.name} → ${pair.destination.name}`;
    if (this.signal?.aborted === true) return { findings: [finding("ABORTED", names, "interrupted before this ping")] };
    const nonce = this.nonces[index] ?? "";
    const address = pair.destination.publicAddress ?? pair.destination.address;
    this.say(`pinging ${names} (${address})`);
    try {
      // Internet gateways take packets of 1500 bytes at most: there, large ones prove nothing about the GWLB.
      const inside = [pair.source.address, address].every(isPrivateAddress);
      const largest = inside ? largestPacket : undefined;
      const statistics = await ping(
        source,
        { ...this.request.ping, destination: address, nonce, largest },
        this.signal,
      );
      this.say(`${names}: ${statistics.received} of ${statistics.transmitted} answered`);
      return { statistics, findings: [] };
    } catch (error) {
      return { findings: [this.note(failureFinding(error, pair.source.name, "PING_FAILED"))] };
    }
  }

  /** Without the signal: captures are taken off the targets also after an interruption. */
  private async collect(targets: (Host | undefined)[], started: boolean[]): Promise<TargetCapture[]> {
    const captures: TargetCapture[] = this.request.targets.map(({ name, azId, address }) => ({
      target: name,
      azId,
      address,
    }));
    await this.onTargets(targets, async (host, { name }, index) => {
      const capture = captures[index];
      if (started[index] !== true || capture === undefined) return;
      try {
        const { pcap, missing } = await stopCapture(host, this.id);
        capture.pcap = pcap;
        this.options.onCapture?.(name, pcap);
        if (missing !== 0) {
          this.blame(finding("CAPTURE_INCOMPLETE", name, `${missing ?? "an unknown number of"} packets are missing`));
        }
      } catch (error) {
        // What kept it from starting was said before.
        if (this.targetFindings.some((known) => known.hop === name && known.code === "CAPTURE_FAILED")) return;
        this.blame(failureFinding(error, name, "CAPTURE_FAILED"));
      }
    });
    return captures;
  }

  private report(outcomes: PingOutcome[], captures: TargetCapture[]): PathReport {
    const correlation = this.correlated(captures);
    const captured =
      captures.every((capture) => capture.pcap !== undefined) &&
      !this.targetFindings.some(({ code }) => code === "CAPTURE_FAILED" || code === "CAPTURE_INCOMPLETE");
    const pairs = this.request.pairs.map((pair, index) => {
      const evidence = correlation.pings[index] ?? noEvidence();
      return this.pairReport(pair, outcomes[index] ?? { findings: [] }, evidence, captured);
    });
    return { verdict: worstOf(pairs.map((pair) => pair.verdict)), measuredAt: this.measuredAt, pairs };
  }

  /** Where something is wrong, adds what the targets say of themselves; each pair's causes come first. */
  private async explained(report: PathReport, targets: (Host | undefined)[]): Promise<PathReport> {
    const wrong = report.pairs.some(
      (pair) => pair.verdict !== "inspected" || pair.findings.length > 0 || largePacketFindings(pair).length > 0,
    );
    if (!wrong) return report;
    const hosts: Record<string, HostEvidence> = {};
    const evidence = await this.evidence(targets, hosts);
    const pairs = report.pairs.map((pair) => ({
      ...pair,
      findings: byNature([
        ...pair.findings,
        ...evidenceOn(pair, evidence, this.request.gatewayAddresses),
        // Behind what a target tells of its interface, which may be the cause.
        ...largePacketFindings(pair),
      ]),
    }));
    return { ...report, pairs, hosts };
  }

  private async evidence(targets: (Host | undefined)[], told: Record<string, HostEvidence>): Promise<HostFinding[]> {
    const { health, gatewayAddresses } = this.request;
    const expected = {
      gatewayAddresses: Object.values(gatewayAddresses),
      healthPort: health.port ?? defaultHealthPort,
    };
    const found: HostFinding[][] = this.request.targets.map(() => []);
    await this.onTargets(targets, async (host, { name }, index) => {
      if (this.signal?.aborted === true) return;
      this.say(`asking ${name} for its rules and settings`);
      try {
        const evidence = await takeEvidence(host, this.signal);
        told[name] = evidence;
        found[index] = hostFindings(name, evidence, expected);
      } catch (error) {
        found[index] = [{ finding: this.note(failureFinding(error, name, "REMOTE_COMMAND_FAILED")) }];
      }
    });
    return found.flat();
  }

  private correlated(captures: TargetCapture[]): Correlation {
    const keys = this.request.pairs.map((pair, index) => ({
      nonce: this.nonces[index] ?? "",
      source: pair.source.address,
      destination: pair.destination.address,
    }));
    const readable = captures.map((capture) => {
      try {
        // Each by itself first: one that is no capture must not spoil the others.
        correlate([], [capture], {});
        return capture;
      } catch (error) {
        this.blame(failureFinding(error, capture.target, "CAPTURE_FAILED"));
        return { ...capture, pcap: undefined };
      }
    });
    const correlation = correlate(keys, readable, this.request.gatewayAddresses);
    for (const { target, count, example } of correlation.malformed) {
      this.blame(finding("MALFORMED_GENEVE", target, `${count} datagrams, the first: ${example}`));
    }
    for (const target of correlation.cutOff) {
      this.blame(finding("CAPTURE_INCOMPLETE", target, "the capture ends inside a packet"));
    }
    return correlation;
  }

  private pairReport(
    pair: VerificationPair,
    outcome: PingOutcome,
    evidence: PingEvidence,
    captured: boolean,
  ): PairReport {
    const { expectReply, destination } = pair;
    const { name, azId, address } = pair.source;
    const { targets, byGateway, endpoints } = evidence;
    const ends = { source: { name, azId, address }, destination, expectReply };
    const measured = outcome.statistics === undefined ? {} : { ping: outcome.statistics };
    const judgement = judge({ ...measured, counts: sumCounts(targets), expectReply, captured });
    return {
      ...ends,
      ...measured,
      verdict: judgement.verdict,
      targets,
      findings: [
        ...outcome.findings,
        ...this.targetFindings,
        ...evidence.changedHeaders.map(({ target, count, example }) =>
          finding("GENEVE_HEADER_CHANGED", target, `${count} packets, the first: ${example}`),
        ),
        ...pathFindings({ ...ends, ...measured, judgement, targets, byGateway, endpoints }),
      ],
    };
  }

  /** At the same time on every target that was reached. */
  private async onTargets(
    hosts: (Host | undefined)[],
    action: (host: Host, target: VerificationTarget, index: number) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      this.request.targets.map(async (target, index) => {
        const host = hosts[index];
        if (host !== undefined) await action(host, target, index);
      }),
    );
  }

  private blame(found: Finding): void {
    this.targetFindings.push(this.note(found));
  }

  private note(found: Finding): Finding {
    this.say(`${found.code} at ${found.hop}: ${found.seen}`);
    return found;
  }

  private say(line: string): void {
    this.options.onProgress?.(line);
  }
}

/**
 * Findings on targets that concern a pair. Where a target saw its packets, those of that target; a rule for a gateway
 * address, where it is the address in the source's AZ, which sends the pair's packets. An inspected pair has risks and
 * health only.
 */
function evidenceOn(pair: PairReport, evidence: HostFinding[], gatewayAddresses: Record<string, string>): Finding[] {
  const seenOn = pair.targets.filter(({ requestIn, replyIn }) => requestIn + replyIn > 0).map(({ target }) => target);
  return evidence
    .filter(({ finding: { hop } }) => seenOn.length === 0 || seenOn.includes(hop))
    .filter(({ gatewayAddress }) => {
      if (gatewayAddress === undefined) return true;
      return pair.verdict !== "inspected" && [undefined, gatewayAddress].includes(gatewayAddresses[pair.source.azId]);
    })
    .map(({ finding: found }) => found);
}

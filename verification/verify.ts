import { randomBytes, randomInt } from "node:crypto";
import { finding, largestPacket, type Finding, type PathReport } from "../path/proof/index";
import { conclude, type ProbeOutcome } from "./conclusions";
import type { TargetCapture } from "../path/proof/captured";
import { explained } from "./explanation";
import { failureFinding } from "./failures";
import { flowsOf, isInside } from "../path/proof/flows";
import type { Host } from "./hostScripts";
import { probeOf } from "../path/proof/probes/index";
import type { SourcePorts } from "../path/proof/probes/probe";
import { runProbe } from "./probing";
import { flowPort, type VerificationPair, type VerificationRequest } from "../path/proof/request";
import { Session, type VerifyOptions } from "./session";
import { Targets } from "./targets";

/** Above those that Linux gives connections by itself (ip(7), ip_local_port_range); 1000 of them are at most needed. */
const [firstSourcePort, lastPort] = [61_000, 65_535];
/** Pings of one source at a time: sshd takes ten sessions of one connection (sshd_config(5), MaxSessions). */
const pingsAtOnce = 4;

/**
 * Measures every pair: targets healthy → capture on every target → ping, and evidence from the targets → collect. A host that cannot be reached, a capture or a ping that fails makes a finding and an inconclusive pair,
 * never an exception.
 */
export async function verify(request: VerificationRequest, options: VerifyOptions = {}): Promise<PathReport> {
  const session = new Session(options);
  try {
    return await new Measurement(request, session).run();
  } finally {
    await session.close();
  }
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

class Measurement {
  private readonly measuredAt = new Date().toISOString();
  /** By it targets know this measurement's packets, which are all that they keep. */
  private readonly marker = randomBytes(8).toString("hex");
  private readonly nonces: string[];
  private readonly sourcePorts: SourcePorts;
  private readonly targets: Targets;

  constructor(
    private readonly request: VerificationRequest,
    private readonly session: Session,
  ) {
    this.nonces = request.pairs.map(() => this.marker + randomBytes(8).toString("hex"));
    const first = randomInt(firstSourcePort, lastPort - request.ping.count + 2);
    this.sourcePorts = [first, first + request.ping.count - 1];
    this.targets = new Targets(request, session);
  }

  async run(): Promise<PathReport> {
    const { request, session, targets, measuredAt, nonces } = this;
    const [targetCount, pairCount] = [counted(request.targets.length, "target"), counted(request.pairs.length, "pair")];
    const connecting = `connecting to ${targetCount} and the sources of ${pairCount}`;
    session.say(connecting);
    session.phase(connecting);
    // Targets and sources at the same time; a source's failure is kept for its pairs.
    const [, sources] = await Promise.all([
      targets.reach(),
      Promise.all(request.pairs.map(({ source }) => session.reach(source.name, source.host))),
    ]);
    session.phase(`waiting for the health checks of ${targetCount}`);
    await targets.awaitHealth();
    session.phase(`capturing on ${targetCount}, pinging ${pairCount}`);
    await targets.capture(this.marker, this.sourcePorts);
    let outcomes: ProbeOutcome[];
    let captures: TargetCapture[];
    let evidence: Awaited<ReturnType<Targets["evidence"]>>;
    try {
      // What targets have in force is looked at while packets cross them: also of a good path, which old state may carry.
      [outcomes, evidence] = await Promise.all([this.pingAll(sources), targets.evidence()]);
    } finally {
      captures = await targets.collect();
    }
    await targets.registered?.readAgain();
    const { registered, findings: targetFindings } = targets;
    const { healthPort } = targets;
    const measured = {
      measuredAt,
      marker: this.marker,
      nonces,
      sourcePorts: this.sourcePorts,
      outcomes,
      captures,
      healthPort,
      registered,
      targetFindings,
    };
    const report = conclude(request, measured, (found) => targets.blame(found));
    return explained(report, evidence, request);
  }

  /** Sources ping at the same time, each up to `pingsAtOnce` destinations: a lost one takes seconds to be sure of. */
  private async pingAll(sources: (Host | Finding)[]): Promise<ProbeOutcome[]> {
    const { pairs } = this.request;
    const outcomes: ProbeOutcome[] = pairs.map(() => ({ findings: [] }));
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

  private async pingOne(pair: VerificationPair, index: number, source: Host | Finding): Promise<ProbeOutcome> {
    if (!("access" in source)) return { findings: [source] };
    const names = `${pair.source.name} → ${pair.destination.name}`;
    if (this.session.interrupted) return { findings: [finding("ABORTED", names, "interrupted before this ping")] };
    const nonce = this.nonces[index] ?? "";
    const address = pair.destination.publicAddress ?? pair.destination.address;
    this.session.say(`pinging ${names} (${address})`);
    try {
      // Internet gateways take packets of 1500 bytes at most: there, large ones prove nothing about the GWLB.
      const largest = isInside(pair) ? largestPacket : undefined;
      const count = flowsOf(pair, this.request);
      const flows = count > 0 ? { count, port: flowPort } : undefined;
      const result = await runProbe(
        source,
        probeOf(pair.probe),
        { ...this.request.ping, destination: address, nonce, largest, flows, sourcePorts: this.sourcePorts },
        this.session.signal,
      );
      const { received, transmitted, refused = 0 } = result.statistics;
      const refusals = refused > 0 ? `, ${refused} refused` : "";
      this.session.say(`${names}: ${received} of ${transmitted} answered${refusals}`);
      return { ...result, findings: [] };
    } catch (error) {
      return { findings: [this.session.note(failureFinding(error, pair.source.name, "PING_FAILED"))] };
    }
  }
}

import {
  defaultHealthCheck,
  healthCheckInWords,
  HealthCheckProtocol,
  type HealthQuestionByHttp,
} from "../path/net/healthCheck";
import { finding, hostFindings, type Finding, type HostEvidence, type HostFinding } from "../path/proof/index";
import type { TargetCapture } from "../path/proof/captured";
import { probeOf } from "../path/proof/probes/index";
import type { SourcePorts } from "../path/proof/probes/probe";
import { failureFinding } from "./failures";
import { startCapture, stopCapture, takeEvidence, waitHealthy, type Host } from "./hostScripts";
import { RegisteredTargets } from "./registeredTargets";
import type { VerificationRequest, VerificationTarget } from "../path/proof/request";
import type { Session } from "./session";

/** Seconds that a target waits for its own answer: its rules are asked for with it. */
const longestAnswer = 10;

/** Seconds that a capture lives where no lease is told. */
const captureSeconds = 60;

/** What is done on the targets: awaiting their health, capturing, asking them for their rules. On all at the same time. */
export class Targets {
  /** They concern every pair. */
  readonly findings: Finding[] = [];
  /** What AWS says of them; undefined: it is not asked. */
  readonly registered: RegisteredTargets | undefined;
  /** As in the request; undefined: out of reach. */
  private hosts: (Host | undefined)[] = [];
  /** What lets go of a capture that may be running on it. */
  private held: (() => void)[] = [];

  constructor(
    private readonly request: VerificationRequest,
    private readonly session: Session,
  ) {
    const { targetGroup } = request;
    this.registered = targetGroup && new RegisteredTargets(targetGroup, request, session, (found) => this.blame(found));
  }

  async reach(): Promise<void> {
    this.hosts = await Promise.all(
      this.request.targets.map(async ({ name, host }) => {
        const reached = await this.session.reach(name, host);
        if ("access" in reached) return reached;
        this.findings.push(reached);
        return undefined;
      }),
    );
  }

  /** TCP port of the GWLB's health checks: by AWS's word, else as the request has it. */
  get healthPort(): number {
    return this.registered?.healthCheck?.port ?? this.request.health.port ?? defaultHealthCheck.port;
  }

  /** Undefined where it is no question that a target can ask itself: a connection is enough, or TLS is in it. */
  private get healthQuestion(): HealthQuestionByHttp | undefined {
    const { protocol, path = "/" } = this.registered?.healthCheck ?? this.request.health;
    if (protocol !== HealthCheckProtocol.Http) return undefined;
    const { timeout } = this.registered?.healthCheck ?? defaultHealthCheck;
    return { port: this.healthPort, path, timeout: Math.min(timeout, longestAnswer) };
  }

  /**
   * By AWS's word; where that cannot be had, by the checks that are seen on the hosts. AWS forwards also when no target is healthy,
   * so the ping follows in any case.
   */
  async awaitHealth(): Promise<void> {
    if ((await this.registered?.awaitHealth()) === true) return;
    const { health, gatewayAddresses } = this.request;
    const { port = defaultHealthCheck.port, protocol = defaultHealthCheck.protocol } = health;
    await this.onEach(async (host, { azId, name, mirrored }) => {
      if (mirrored !== undefined) {
        this.blame(finding("HEALTH_NOT_MEASURED", name, "AWS does not tell, and nobody is on the target to look"));
        return;
      }
      // Without cross-zone only the GWLB's ENI in the target's own AZ checks it.
      const gatewayAddress = gatewayAddresses[azId];
      if (gatewayAddress === undefined) {
        const azIds = Object.keys(gatewayAddresses).join(", ");
        this.blame(finding("TARGET_UNHEALTHY", name, `the GWLB has no address in ${azId}, only in ${azIds}`));
        return;
      }
      this.session.say(`waiting until ${name} has answered ${health.threshold} health checks of ${gatewayAddress}`);
      try {
        const result = await waitHealthy(host, { ...health, gatewayAddress, port }, this.session.signal);
        if (!result.healthy) {
          const seen = `${result.seen} health checks of ${gatewayAddress} answered in a row within ${health.deadline} s`;
          this.blame(finding("TARGET_UNHEALTHY", name, seen, `${health.threshold} on TCP port ${port}`));
        } else if (protocol !== HealthCheckProtocol.Tcp) {
          // A connection that is taken is no answer, and what is in it nobody reads here.
          const asked = healthCheckInWords({ protocol, port, ...(health.path !== undefined && { path: health.path }) });
          const seen = `connections on TCP port ${port} are taken; not looked at: ${asked}`;
          this.blame(finding("HEALTH_NOT_MEASURED", name, seen));
        }
      } catch (error) {
        this.blame(failureFinding(error, name, "HEALTH_NOT_MEASURED"));
      }
    });
  }

  /** @param marker what the nonces of all pings begin with */
  async capture(marker: string, sourcePorts: SourcePorts): Promise<void> {
    if (this.session.interrupted) return;
    const filters = this.request.pairs.map(({ source, probe }) =>
      probeOf(probe).keep?.({ source: source.address, sourcePorts, marker }),
    );
    const also = [...new Set(filters.filter((filter) => filter !== undefined))];
    const { gatewayAddresses, health } = this.request;
    const [anyGateway = ""] = Object.values(gatewayAddresses);
    const interval = this.registered?.healthCheck?.interval ?? health.interval ?? defaultHealthCheck.interval;
    await this.onEach(async (host, { name, azId, address, mirrored }, index) => {
      // Before the attempt: when that fails, nobody knows how far it came.
      this.held[index] = host.access.hold();
      try {
        // Without the signal: a start that is broken off lives on at the host, and may begin after `stop` found nothing.
        const common = { id: this.session.id, seconds: host.access.lease?.seconds ?? captureSeconds, marker, also };
        const checked = { gatewayAddresses: Object.values(gatewayAddresses), healthPort: this.healthPort, interval };
        await startCapture(
          host,
          mirrored === undefined
            ? { ...common, canary: gatewayAddresses[azId] ?? anyGateway }
            : { ...common, mirrored: { address, ...checked } },
        );
        this.session.say(`capturing on ${name}`);
      } catch (error) {
        this.blame(failureFinding(error, name, "CAPTURE_FAILED"));
      }
    });
  }

  /** Without the signal: captures are taken off the targets also after an interruption. */
  async collect(): Promise<TargetCapture[]> {
    const captures: TargetCapture[] = this.request.targets.map(({ name, azId, address, mirrored }) => ({
      target: name,
      azId,
      address,
      ...(mirrored !== undefined && { mirrored }),
    }));
    await this.onEach(async (host, { name }, index) => {
      const capture = captures[index];
      const release = this.held[index];
      if (release === undefined || capture === undefined) return;
      try {
        const { pcap, missing } = await stopCapture(host, this.session.id);
        capture.pcap = pcap;
        this.session.captured(name, pcap);
        if (missing !== 0) {
          this.blame(finding("CAPTURE_INCOMPLETE", name, `${missing ?? "an unknown number of"} packets are missing`));
        }
      } catch (error) {
        // What kept it from starting was said before.
        if (this.findings.some((earlier) => earlier.hop === name && earlier.code === "CAPTURE_FAILED")) return;
        this.blame(failureFinding(error, name, "CAPTURE_FAILED"));
      } finally {
        release();
      }
    });
    return captures;
  }

  /** What the targets say of themselves now, by name, and what is wrong with it. */
  async evidence(): Promise<{ hosts: Record<string, HostEvidence>; found: HostFinding[] }> {
    const hosts: Record<string, HostEvidence> = {};
    const gateways = {
      gatewayAddresses: Object.values(this.request.gatewayAddresses),
      healthPort: this.healthPort,
      healthQuestion: this.healthQuestion,
    };
    const found: HostFinding[][] = this.request.targets.map(() => []);
    await this.onEach(async (host, { name, address, hairpin = true, mirrored }, index) => {
      // The host is the collector, which has nothing to tell of the target.
      if (mirrored !== undefined) return;
      if (this.session.interrupted) {
        const aborted = finding("ABORTED", name, "interrupted before it was asked for its rules and settings");
        if (hairpin) found[index] = [{ finding: aborted, hairpin }];
        return;
      }
      this.session.say(`asking ${name} for its rules and settings`);
      try {
        const evidence = await takeEvidence(host, { address, ...gateways }, this.session.signal);
        hosts[name] = evidence;
        found[index] = hostFindings(name, evidence, { ...gateways, address, hairpin });
      } catch (error) {
        const failure = this.session.note(failureFinding(error, name, "REMOTE_COMMAND_FAILED"));
        const isUnknown = hairpin && failure.code !== "ABORTED";
        found[index] = [{ finding: failure, hairpin }, ...(isUnknown ? [unknownRules(name)] : [])];
      }
    });
    return { hosts, found: found.flat() };
  }

  blame(found: Finding): void {
    this.findings.push(this.session.note(found));
  }

  /** At the same time on every one that was reached. */
  private async onEach(
    action: (host: Host, target: VerificationTarget, index: number) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      this.request.targets.map(async (target, index) => {
        const host = this.hosts[index];
        if (host !== undefined) await action(host, target, index);
      }),
    );
  }
}

function unknownRules(target: string): HostFinding {
  return { finding: finding("HAIRPIN_RULES_UNKNOWN", target, "it does not tell what it has in force"), hairpin: true };
}

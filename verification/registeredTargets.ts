import { healthCheckInWords, type HealthCheck, type HealthQuestion } from "../path/net/healthCheck";
import {
  finding,
  getsNewFlows,
  healthInWords,
  mayGetPackets,
  targetGroupName,
  type Finding,
  type RegisteredTarget,
  type TargetGroupReport,
} from "../path/proof/index";
import { pause } from "./pause";
import type { MeasuredTargetGroup, VerificationRequest, VerificationTarget } from "../path/proof/request";
import type { Session } from "./session";
import { TargetGroup, TargetGroupError } from "./targetGroup";

/** Milliseconds between two looks at the targets' health. */
const lookAgainAfter = 1000;

/** States that checks which still run may end; others stay until somebody does something. */
const passing = ["initial", "unhealthy"];

/** What AWS says of the targets during one measurement: which are registered, and how healthy those of the request are. */
export class RegisteredTargets {
  /** As AWS has it; undefined where it does not tell. */
  healthCheck: HealthCheck | undefined;
  private readonly group: TargetGroup;
  /** By id, as last seen: also those that have gone since. */
  private readonly registered = new Map<string, RegisteredTarget>();
  /** Those of the last reading; undefined until there was one. */
  private latest: RegisteredTarget[] | undefined;
  /** Whether a reading failed: there may be targets that nobody knows of. */
  private unread = false;

  constructor(
    private readonly asked: MeasuredTargetGroup,
    private readonly request: VerificationRequest,
    private readonly session: Session,
    private readonly blame: (found: Finding) => void,
  ) {
    this.group = new TargetGroup(asked, session.signal);
  }

  /** Waits until every target of the request is healthy by AWS's word, or the deadline is over. @returns whether AWS told */
  async awaitHealth(): Promise<boolean> {
    const { targets, health } = this.request;
    const deadline = Date.now() + health.deadline * 1000;
    const [states, check] = await Promise.all([
      this.read(),
      this.group.healthCheck().catch((error: unknown) => this.notRead(error)),
    ]);
    this.healthCheck = check;
    if (states === undefined) return false;
    this.session.say(`waiting until AWS finds ${targets.length === 1 ? "the target" : "all targets"} healthy`);
    let now = states;
    while (targets.some((target) => passing.includes(stateOf(target, now).state))) {
      if (Date.now() > deadline || this.session.interrupted) break;
      await pause(lookAgainAfter, this.session.signal);
      const next = await this.read();
      if (next === undefined) return false;
      now = next;
    }
    for (const target of targets) this.judge(target, stateOf(target, now));
    return true;
  }

  /** Once more, for targets that were registered in the meantime. */
  async readAgain(): Promise<void> {
    if (!this.unread && !this.session.interrupted) await this.read();
    this.group.close();
  }

  /** @param watched names of the targets whose captures are whole. @returns undefined where AWS did not tell */
  report(watched: string[]): TargetGroupReport | undefined {
    if (this.registered.size === 0 && this.unread) return undefined;
    const { targets } = this.request;
    const registered = [...this.registered.values()].map((each) => {
      const name = targets.find((target) => isSame(target, each))?.name;
      return { ...each, ...(name !== undefined && watched.includes(name) && { watchedAs: name }) };
    });
    return { arn: this.asked.arn, ...(this.healthCheck && { healthCheck: this.healthCheck }), registered };
  }

  /** Targets that packets may have come to and that are none of the request's. */
  get others(): RegisteredTarget[] {
    const { targets } = this.request;
    return [...this.registered.values()].filter(
      (each) => mayGetPackets(each) && !targets.some((target) => isSame(target, each)),
    );
  }

  /** The request's targets that AWS gives no new flow, and why, in its words, by name. */
  get retired(): Map<string, string> {
    const { latest } = this;
    if (latest === undefined) return new Map();
    const all = this.request.targets.map((target) => ({ name: target.name, health: stateOf(target, latest) }));
    return new Map(
      all.filter(({ health }) => !getsNewFlows(health)).map(({ name, health }) => [name, healthInWords(health)]),
    );
  }

  /** Whether there are no others, as far as is known. */
  get complete(): boolean {
    return this.others.length === 0 && (!this.unread || this.asked.ours);
  }

  private judge({ name }: VerificationTarget, health: Omit<RegisteredTarget, "id">): void {
    if (health.state === "healthy") return;
    const question: HealthQuestion | undefined = this.healthCheck;
    const expected = question && `healthy: ${healthCheckInWords(question)}`;
    this.blame(finding("TARGET_UNHEALTHY", name, healthInWords(health), expected));
  }

  private async read(): Promise<RegisteredTarget[] | undefined> {
    try {
      const all = await this.group.registered();
      for (const each of all) this.registered.set(each.id, each);
      this.latest = all;
      return all;
    } catch (error) {
      this.unread = true;
      return this.notRead(error);
    }
  }

  private notRead(error: unknown): undefined {
    if (!(error instanceof TargetGroupError)) throw error;
    if (this.session.interrupted) return undefined;
    this.blame(finding("TARGET_GROUP_NOT_READ", targetGroupName(this.asked.arn), error.message));
  }
}

function isSame({ instanceId, address, host, mirrored }: VerificationTarget, { id }: RegisteredTarget): boolean {
  const itself = mirrored === undefined && "instanceId" in host ? host.instanceId : undefined;
  return [address, instanceId, itself].includes(id);
}

/** Of one that AWS does not list it says so itself, when asked for it by id (ELBv2 API, TargetHealth). */
function stateOf(target: VerificationTarget, all: RegisteredTarget[]): Omit<RegisteredTarget, "id"> {
  return all.find((each) => isSame(target, each)) ?? { state: "unused", reason: "Target.NotRegistered" };
}

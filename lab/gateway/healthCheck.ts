import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import type { GatewayConfig } from "./config";
import { ObservedHealth, type CheckedPair, type FailureReason } from "./targetHealth";

type HealthCheck = GatewayConfig["healthCheck"];

/** One check, done. @returns why it failed, undefined when it passed */
export function probe(check: HealthCheck, from: string, address: string): Promise<FailureReason | undefined> {
  return check.protocol === "TCP" ? probeTcp(check, from, address) : probeHttp(check, from, address);
}

/** The target is healthy when it accepts the connection, which is then closed in good order, not reset. */
function probeTcp(check: HealthCheck, from: string, address: string): Promise<FailureReason | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port: check.port, localAddress: from });
    let outcome: FailureReason | undefined = "Target.FailedHealthChecks";
    const timer = setTimeout(() => {
      if (socket.connecting) outcome = "Target.Timeout";
      socket.destroy();
    }, check.timeout * 1000);
    socket.on("connect", () => {
      outcome = undefined;
      socket.end();
    });
    // Nothing that the target says after having accepted the connection matters.
    socket.on("error", () => undefined).resume();
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

/** 200 to 399 is the only matcher that a GWLB's target group can have. Certificates are not validated. */
function probeHttp(check: HealthCheck, from: string, address: string): Promise<FailureReason | undefined> {
  return new Promise((resolve) => {
    const options = {
      host: address,
      port: check.port,
      path: check.path ?? "/",
      localAddress: from,
      agent: false,
      headers: { "user-agent": "ELB-HealthChecker/2.0" },
      signal: AbortSignal.timeout(check.timeout * 1000),
      rejectUnauthorized: false,
    };
    const answered = (response: http.IncomingMessage): void => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode <= 399 ? undefined : "Target.ResponseCodeMismatch");
    };
    const request = check.protocol === "HTTP" ? http.get(options, answered) : https.get(options, answered);
    request.on("error", () => resolve(options.signal.aborted ? "Target.Timeout" : "Target.FailedHealthChecks"));
  });
}

interface Checking {
  pair: CheckedPair;
  observed: ObservedHealth;
  timer?: NodeJS.Timeout;
  stopped: boolean;
}

/** Checks targets for as long as they are configured. */
export class HealthChecks {
  private readonly checking = new Map<string, Checking>();
  private check: HealthCheck | undefined;

  /** @param onChange - called when an ENI's view of a target has changed */
  constructor(private readonly onChange: () => void) {}

  /** Pairs that stay keep their state, unless it is now something else that is checked. */
  configure(pairs: readonly CheckedPair[], check: HealthCheck): void {
    if (this.check !== undefined && identity(this.check) !== identity(check)) this.close();
    this.check = check;
    const wanted = new Map(pairs.map((pair) => [pairKey(pair), pair]));
    for (const [key, checking] of this.checking) if (!wanted.has(key)) this.stop(key, checking);
    for (const [key, pair] of wanted) {
      if (this.checking.has(key)) continue;
      const checking: Checking = { pair, observed: new ObservedHealth(), stopped: false };
      this.checking.set(key, checking);
      this.run(checking);
    }
  }

  /** What the ENI in this AZ knows of the target, undefined when it does not check it. */
  observed(azId: string, targetId: string): ObservedHealth | undefined {
    for (const { pair, observed } of this.checking.values()) {
      if (pair.azId === azId && pair.targetId === targetId) return observed;
    }
    return undefined;
  }

  close(): void {
    for (const [key, checking] of this.checking) this.stop(key, checking);
  }

  private stop(key: string, checking: Checking): void {
    checking.stopped = true;
    clearTimeout(checking.timer);
    this.checking.delete(key);
  }

  private run(checking: Checking): void {
    const { check } = this;
    if (check === undefined) return;
    const started = Date.now();
    void probe(check, checking.pair.from, checking.pair.address).then((failure) => {
      if (checking.stopped) return;
      if (checking.observed.observe(failure, check)) this.onChange();
      const wait = Math.max(0, started + check.interval * 1000 - Date.now());
      checking.timer = setTimeout(() => this.run(checking), wait);
    });
  }
}

const pairKey = (pair: CheckedPair): string => [pair.azId, pair.from, pair.targetId, pair.address].join(" ");
const identity = (check: HealthCheck): string => [check.protocol, check.port, check.path].join(" ");

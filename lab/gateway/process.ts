import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { nodeProgram } from "../nodeProgram";
import type { GatewayCommand, GatewayConfig, GatewayCounters, GatewayEvent } from "./config";

export interface GatewayOptions {
  onEvent: (event: GatewayEvent) => void;
  /** Command that runs the given one elsewhere, as `nsenter …` into another world. @default none */
  enter?: string[];
}

/** Milliseconds that the process gets to end by itself. */
const patience = 5000;

interface Waiting {
  resolve: (event: GatewayEvent) => void;
  reject: (error: Error) => void;
}

/** A GWLB's process, seen from its parent. It ends with the parent, too. */
export class GatewayProcess {
  private child: ChildProcess | undefined;
  private closing = false;
  private requests = 0;
  private readonly configuring = new Map<number, Waiting>();
  private counting: Waiting[] = [];

  constructor(
    private readonly namespace: string,
    private readonly options: GatewayOptions,
  ) {
    this.child = this.start();
  }

  /**
   * Tells the whole desired state, at any time and as often as wanted. A process that has died is started again.
   * @returns ids of the endpoints whose TUN was opened by this call and waits to be moved
   * @throws Error naming what could not be opened; all else is in use
   */
  async configure(config: GatewayConfig): Promise<string[]> {
    const request = ++this.requests;
    const event = await this.ask({ kind: "config", request, config }, (waiting) =>
      this.configuring.set(request, waiting),
    );
    if (event.kind !== "configured") throw new Error(`Gateway ${this.namespace}: unexpected answer ${event.kind}`);
    if (event.error !== undefined) throw new Error(`Gateway ${this.namespace}: ${event.error}`);
    return event.opened;
  }

  async counters(): Promise<GatewayCounters> {
    const event = await this.ask({ kind: "counters" }, (waiting) => this.counting.push(waiting));
    if (event.kind !== "counters") throw new Error(`Gateway ${this.namespace}: unexpected answer ${event.kind}`);
    return event.counters;
  }

  /** Ends the process; its TUNs are gone afterwards. */
  async close(): Promise<void> {
    this.closing = true;
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.send({ kind: "shutdown" } satisfies GatewayCommand, () => undefined);
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    await exit;
    clearTimeout(timer);
  }

  private start(): ChildProcess {
    const [program = "ip", ...args] = [
      ...(this.options.enter ?? []),
      ...["ip", "netns", "exec", this.namespace],
      ...nodeProgram(path.join(__dirname, "main")),
    ];
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe", "ipc"] });
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-4000)));
    child.on("message", (event: GatewayEvent) => this.receive(event));
    child.on("error", (error) => this.ended(child, error.message));
    // "close", not "exit": by then all of its last words have been read.
    child.on("close", (code, signal) => this.ended(child, `${signal ?? `exit ${code}`} ${errors.trim()}`.trim()));
    return child;
  }

  private ask(command: GatewayCommand, register: (waiting: Waiting) => void): Promise<GatewayEvent> {
    if (this.closing) return Promise.reject(new Error(`Gateway ${this.namespace} is closed`));
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      register({ resolve, reject });
      // If it cannot be sent, the process is about to be reported as ended, which rejects.
      child.send(command, () => undefined);
    });
  }

  private receive(event: GatewayEvent): void {
    if (event.kind === "configured") {
      this.configuring.get(event.request)?.resolve(event);
      this.configuring.delete(event.request);
    } else if (event.kind === "counters") {
      for (const waiting of this.counting.splice(0)) waiting.resolve(event);
    }
    this.options.onEvent(event);
  }

  private ended(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    const message = `process ended: ${how}`;
    const waiting = [...this.configuring.values(), ...this.counting];
    this.configuring.clear();
    this.counting = [];
    for (const each of waiting) each.reject(new Error(`Gateway ${this.namespace}: ${message}`));
    if (!this.closing) this.options.onEvent({ kind: "error", message });
  }
}

/**
 * Starts a GWLB in a named network namespace (`ip netns`), which holds the addresses of its ENIs. Needs root.
 * It does nothing before it is configured.
 */
export function startGateway(namespace: string, options: GatewayOptions): GatewayProcess {
  return new GatewayProcess(namespace, options);
}

import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { RemoteAccess, RunOptions, RunResult } from "./access";
import { stdinFor } from "./remoteScript";

/** Renewals under way at the same time: one that is stuck must not keep the next ones from the host. */
const renewalsAtOnce = 3;

/**
 * Access to a host on which nothing of ours goes on when we are gone, whatever ended us or the connection: what runs there,
 * and what is held, has a lease (hosts/lease.sh) that is renewed from here.
 */
export class AttendedAccess implements RemoteAccess {
  private readonly script = readFileSync(path.join(__dirname, "..", "hosts", "lease.sh"), "utf8");
  private readonly over = new AbortController();
  private holders = 0;
  private renewing = 0;
  private timer: NodeJS.Timeout | undefined;
  private sudo = false;

  /** @param id names what one measurement has running, also its captures: letters, digits, - and _ */
  constructor(
    private readonly access: RemoteAccess,
    private readonly id: string,
  ) {}

  get lease(): RemoteAccess["lease"] {
    return this.access.lease;
  }

  async run(script: string, args: string[], options: RunOptions): Promise<RunResult> {
    if (this.lease === undefined) return this.access.run(script, args, options);
    this.sudo ||= options.sudo;
    const release = this.hold();
    try {
      return await this.access.run(this.script, [...this.arguments("run"), "--", ...args], {
        ...options,
        stdin: stdinFor(script, options.stdin),
      });
    } finally {
      release();
    }
  }

  /** Keeps alive what goes on there without a command of ours, until the returned function is called. */
  hold(): () => void {
    this.holders++;
    if (this.lease !== undefined) this.timer ??= setInterval(() => void this.renew(), this.lease.every * 1000);
    let held = true;
    return () => {
      if (held) this.holders--;
      held = false;
      if (this.holders === 0) this.stop();
    };
  }

  /** The connection is closed by whoever opened it. */
  close(): Promise<void> {
    this.stop();
    this.over.abort();
    return Promise.resolve();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async renew(): Promise<void> {
    if (this.lease === undefined || this.renewing >= renewalsAtOnce) return;
    this.renewing++;
    try {
      await this.access.run(this.script, this.arguments("renew"), {
        timeout: this.lease.seconds,
        sudo: this.sudo,
        signal: this.over.signal,
      });
    } catch {
      // What needed it will fail, and says why.
    } finally {
      this.renewing--;
    }
  }

  private arguments(action: "run" | "renew"): string[] {
    return [action, "--id", this.id, "--seconds", String(this.lease?.seconds)];
  }
}

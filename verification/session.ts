import { randomBytes } from "node:crypto";
import type { Finding } from "../path/proof/index";
import { AttendedAccess } from "./attendance";
import { Connections } from "./connections";
import { failureFinding } from "./failures";
import type { Host } from "./hostScripts";
import { localAccess } from "./localAccess";
import { thisMachine, type RemoteHost } from "../path/proof/request";

/** How long is waited, who hears of progress and captures, and what ends it. */
export interface VerifyOptions {
  /** Ends the measurement early; what was captured is collected nonetheless, and the report comes as always. */
  signal?: AbortSignal;
  /** One line for each step. */
  onProgress?: (line: string) => void;
  /** One line for each phase, which has steps on many hosts. */
  onPhase?: (line: string) => void;
  /** Each target's capture as it was brought back: a pcap file of GENEVE packets, cut off after 256 bytes each. */
  onCapture?: (target: string, pcap: Buffer) => void;
  /** Seconds during which connecting to a host is tried again. @default 30 */
  connectDeadline?: number;
}

/** What the parts of one measurement share: connections, its end, and whom to tell. */
export class Session {
  readonly signal: AbortSignal | undefined;
  /** Names what this measurement has running on hosts. */
  readonly id = `verify-${randomBytes(6).toString("hex")}`;
  private readonly attended = new Map<string, AttendedAccess>();
  private readonly connections: Connections;

  constructor(private readonly options: VerifyOptions) {
    this.signal = options.signal;
    this.connections = new Connections({ connectDeadline: options.connectDeadline });
  }

  get interrupted(): boolean {
    return this.signal?.aborted === true;
  }

  /** @returns a finding where the host is out of reach */
  async reach(name: string, host: RemoteHost | typeof thisMachine): Promise<Host | Finding> {
    try {
      const access = host === thisMachine ? localAccess : await this.connections.open(host, this.signal);
      // One for all pairs of a source: a lease is renewed once for all that runs there.
      const key = JSON.stringify(host);
      const attended = this.attended.get(key) ?? new AttendedAccess(access, this.id);
      this.attended.set(key, attended);
      return { name, access: attended };
    } catch (error) {
      return this.note(failureFinding(error, name, "REMOTE_COMMAND_FAILED"));
    }
  }

  captured(target: string, pcap: Buffer): void {
    this.options.onCapture?.(target, pcap);
  }

  /** Tells of it at once; where it belongs in the report is the caller's business. */
  note(found: Finding): Finding {
    this.say(`${found.code} at ${found.hop}: ${found.seen}`);
    return found;
  }

  say(line: string): void {
    this.options.onProgress?.(line);
  }

  phase(line: string): void {
    this.options.onPhase?.(line);
  }

  async close(): Promise<void> {
    await Promise.all([...this.attended.values()].map((access) => access.close()));
    await this.connections.close();
  }
}

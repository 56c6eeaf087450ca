import type { Finding } from "../report";
import { Connections } from "./connections";
import { failureFinding } from "./failures";
import type { Host } from "./hostScripts";
import { localAccess } from "./localAccess";
import { thisMachine, type RemoteHost } from "./request";

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

/** What the parts of one measurement share: connections, its end, and whom to tell. */
export class Session {
  readonly signal: AbortSignal | undefined;
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
    if (host === thisMachine) return { name, access: localAccess };
    try {
      return { name, access: await this.connections.open(host, this.signal) };
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

  async close(): Promise<void> {
    await this.connections.close();
  }
}

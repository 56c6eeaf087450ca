import type { PathReport } from "../path/proof/pathReport";
import { StackError } from "./errors";
import type { StackQuery } from "./engine/outputs";
import { readRequest } from "./report";

/** One consumer that is measured. */
export interface VerifyStackOptions extends StackQuery {
  /** Seconds to wait for health checks at most. @default as deployed, which allows for a target just registered */
  healthDeadline?: number;
  /** Seconds during which connecting to a host is tried again. @default 30 */
  connectDeadline?: number;
  /** One line for each step. */
  onProgress?: (line: string) => void;
  /** Each target's capture, a pcap file. */
  onCapture?: (target: string, pcap: Buffer) => void;
  /** Ends the measurement early; captures are removed from the hosts nonetheless. */
  signal?: AbortSignal;
}

/**
 * Measures the path of a consumer's stack again, with the very function of its deployment, also where that proof has failed.
 * Touches no resource.
 *
 * @throws StackError when the stack does not exist or says nothing about a path
 */
export async function verify(options: VerifyStackOptions): Promise<PathReport> {
  const request = await readRequest(options);
  if (request === undefined) {
    throw new StackError(
      options.stack,
      'the stack measures no path: expected a consumer\'s stack, as "system", whose deployment came as far as its verification; ' +
        "deploy it again, or measure a flow with verify --live",
    );
  }
  // Loaded only now: whoever just deploys needs no ssh.
  const verification = await import("../verification/index");
  const { health, ...rest } = request;
  const deadline = options.healthDeadline ?? health.deadline;
  return verification.verify({ ...rest, health: { ...health, deadline } }, options);
}

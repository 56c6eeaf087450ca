import type { PathReport } from "../path/proof/pathReport";
import type { VerificationRequest } from "../path/proof/request";
import { StackError } from "./errors";
import { readOutput, type StackQuery } from "./engine/outputs";

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

/** Secret output of a consumer's stack: a VerificationRequest. */
const requestOutput = "verification";

/**
 * Measures the path of a deployed consumer stack again, with the very function of its deployment. Touches no resource.
 *
 * @throws StackError when the stack does not exist or says nothing about a path
 */
export async function verify(options: VerifyStackOptions): Promise<PathReport> {
  const request = await readOutput({ ...options, name: requestOutput });
  if (request === undefined) {
    throw new StackError(
      options.stack,
      `the stack has no output "${requestOutput}": expected a consumer's stack, as "system", with a deployment that came to its end; ` +
        "where its first proof has failed, deploy it again, or measure a flow with verify --live",
    );
  }
  // Loaded only now: whoever just deploys needs no ssh.
  const verification = await import("../verification/index");
  const { health, ...rest } = request as VerificationRequest;
  const deadline = options.healthDeadline ?? health.deadline;
  return verification.verify({ ...rest, health: { ...health, deadline } }, options);
}

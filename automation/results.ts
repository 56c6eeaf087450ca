import type { ChangeCounts } from "./events";

/** What became of one stack. */
export interface StackResult {
  stack: string;
  /** `missing`: there was no such stack, so nothing to destroy. */
  outcome: "succeeded" | "missing";
  changes: ChangeCounts;
  /** Seconds that this stack took. */
  seconds: number;
  /** Outputs that are not secret. Empty after `preview` and `destroy`. */
  outputs: Record<string, unknown>;
  /** Names of the secret outputs; `readOutput` has their values. */
  secretOutputs: string[];
}

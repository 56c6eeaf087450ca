import type { StackFailure } from "./errors";
import type { StackEventBody } from "./events";
import type { StackResult } from "./results";
import type { ResolvedWorkspace, StackSelection } from "./workspace";

/** What the process of one stack is to do. */
export interface Job {
  operation: "deploy" | "preview" | "destroy";
  workspace: ResolvedWorkspace;
  stack: StackSelection;
  /** Read the real state first. */
  refresh: boolean;
  /** Take up what a killed run has left. */
  recover: boolean;
  /** Resource operations at a time. */
  parallel?: number;
  /** After `destroy`: forget the stack and its history, too. */
  remove: boolean;
}

export type ToWorker =
  | { kind: "run"; job: Job }
  /** Once: finish what is in flight, then stop. Twice: stop at once. */
  | { kind: "cancel" };

export type FromWorker =
  /** The worker is loaded and waits for its job. */
  | { kind: "ready" }
  | { kind: "event"; event: StackEventBody }
  | { kind: "result"; result: Omit<StackResult, "seconds"> }
  | { kind: "failure"; failure: StackFailure };

import type { OpType } from "@pulumi/pulumi/automation";

/** What is done to a resource, as the engine names it: `same`, `create`, `update`, `delete`, `replace`, … */
export type ResourceOperation = OpType;

interface ResourceEvent {
  urn: string;
  /** Type token, as `aws:ec2/vpc:Vpc`. */
  type: string;
  /** Logical name in the program. */
  name: string;
  operation: ResourceOperation;
  /** Account id that the resource's provider is restricted to, where it is restricted to one. */
  account?: string;
}

/** What the engine or a program says while it works. */
export interface Diagnostic {
  severity: "info" | "warning" | "error";
  message: string;
  /** Resource that it is about. */
  urn?: string;
}

/** One thing that happened to a stack. */
export type StackEventBody =
  | { kind: "started"; operation: "deploy" | "preview" | "destroy" }
  /** An earlier run was killed; what it left is taken up. */
  | ({ kind: "recovered" } & Recovery)
  | ({ kind: "resource-started" } & ResourceEvent)
  /** `seconds`: how long this operation took. */
  | ({ kind: "resource-done"; seconds?: number } & ResourceEvent)
  | ({ kind: "resource-failed"; seconds?: number } & ResourceEvent)
  | ({ kind: "diagnostic" } & Diagnostic)
  /** A line that the program printed. */
  | { kind: "output"; line: string }
  /** The engine was asked to stop; operations in flight are being finished. */
  | { kind: "cancelling" }
  | { kind: "summary"; changes: ChangeCounts; seconds: number }
  | { kind: "finished"; outcome: "succeeded" | "failed" | "cancelled" | "missing" | "skipped"; message?: string };

/** Number of resources per operation. */
export type ChangeCounts = Partial<Record<ResourceOperation, number>>;

/** An event with its stack and time: `elapsed` is seconds since the call began, on a clock that never jumps. */
export type StackEvent = StackEventBody & { stack: string; elapsed: number };

/** What was found of an earlier run that did not end in order. */
export interface Recovery {
  /** Who had left a lock, which is removed now. */
  unlocked: string[];
  /** Where the engine could not load the stack's state: how it can again. */
  restored?: RestoredState;
  /** What that run had begun and not ended. A resource that was being created may exist without being in the state. */
  pending: PendingOperation[];
}

/** What a killed run may have left unfinished: the operation and the resource. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  operation: string;
  urn: string;
}

/** How a state was made loadable again. */
export interface RestoredState {
  /** The state's file. */
  file: string;
  /** `itself`: it was whole, and is untouched. `backup`: it was not, and is one saved step older now. */
  from: "itself" | "backup";
  /** URNs in what the killed run was about to save that the state does not have: they may exist. */
  unsaved: string[];
}

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

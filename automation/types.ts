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
  /** `info` is what is neither of the others; the engine's debugging output is left out. */
  severity: "info" | "warning" | "error";
  /** One line or more, without the engine's colours, without `error:` or `warning:` before it. */
  message: string;
  /** Resource that it is about. */
  urn?: string;
}

/** One thing that happened to a stack. */
export type StackEventBody =
  | {
      /** The stack's turn has come: its first event, unless it is skipped. */
      kind: "started";
      /** The function that was called. */
      operation: "deploy" | "preview" | "destroy";
    }
  | ({
      /** An earlier run was killed; what it left is taken up. */
      kind: "recovered";
    } & Recovery)
  | ({
      /** The engine has begun with a resource; in a preview it has not, but would. */
      kind: "resource-started";
    } & ResourceEvent)
  | ({
      /** The operation on a resource has succeeded. */
      kind: "resource-done";
      /** Seconds that it took; absent where the engine did not tell of its beginning. */
      seconds?: number;
    } & ResourceEvent)
  | ({
      /** The operation on a resource has failed: why is in a `diagnostic`. */
      kind: "resource-failed";
      /** Seconds that it took; absent where the engine did not tell of its beginning. */
      seconds?: number;
    } & ResourceEvent)
  | ({
      /** The engine, a provider or the program has something to say. */
      kind: "diagnostic";
    } & Diagnostic)
  | {
      /** The program printed something. */
      kind: "output";
      /** What it printed, without terminal control sequences and the end of the line. */
      line: string;
    }
  | {
      /** The engine was asked to stop; operations in flight are being finished. */
      kind: "cancelling";
    }
  | {
      /** What the engine did, in numbers; there may be none where it failed. */
      kind: "summary";
      /** In a preview what would be done. Empty where there was nothing. */
      changes: ChangeCounts;
      /** Seconds that the engine took, by its own account: whole ones. */
      seconds: number;
    }
  | {
      /** The last event of every stack of the call. */
      kind: "finished";
      /** `missing`: there was no such stack, so nothing to destroy. `skipped`: nothing was done, as StackSkippedError says. */
      outcome: "succeeded" | "failed" | "cancelled" | "missing" | "skipped";
      /** The error's; absent with `succeeded` and `missing`. */
      message?: string;
    };

/** Number of resources per operation. */
export type ChangeCounts = Partial<Record<ResourceOperation, number>>;

/** An event with its stack and time. */
export type StackEvent = StackEventBody & {
  /** Name of the stack, as it was selected. */
  stack: string;
  /** Seconds since the call began, which all its stacks share, on a clock that never jumps. */
  elapsed: number;
};

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
  /** The resource's; `unknown` where the state does not tell. */
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
  /** Name of the stack, as it was selected. */
  stack: string;
  /** `missing`: there was no such stack, so nothing to destroy. */
  outcome: "succeeded" | "missing";
  /** What was done, in a preview what would be; those that are left as they are (`same`) among them. Empty when `missing`. */
  changes: ChangeCounts;
  /** Seconds that this stack took. */
  seconds: number;
  /** Outputs that are not secret. Empty after `preview` and `destroy`. */
  outputs: Record<string, unknown>;
  /** Names of the secret outputs; `readOutput` has their values. */
  secretOutputs: string[];
}

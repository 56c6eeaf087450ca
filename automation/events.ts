import type { OpType } from "@pulumi/pulumi/automation";
import type { Recovery } from "./recovery";

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

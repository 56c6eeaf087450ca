import {
  CancelledError,
  SettingsError,
  StackError,
  StackLockedError,
  StacksError,
  StackSkippedError,
  type StackEvent,
  type StackResult,
  type StackStatus,
  type WatchEvent,
} from "../automation/index";
import type { PathReport } from "../path/proof/index";
import { eventsVersion } from "./eventSchema";
import { printJson } from "../verification/terminal";

/** Kind of an error: what a program can decide by. */
export type ErrorCode = "failed" | "locked" | "cancelled" | "skipped" | "settings";

/** What `--json` prints: one such object a line on standard output, nothing else there (docs/automation.md). */
export type CommandEvent =
  /** `deploy`, `preview` and `destroy`, while they go on. */
  | StackEvent
  /** What became of a stack; after all events. */
  | { kind: "result"; result: StackResult }
  /** `verify`: a step. */
  | { kind: "progress"; stack: string; line: string }
  /** `verify`: one consumer's proof. */
  | { kind: "report"; stack: string; report: PathReport }
  /** `verify --watch`: one consumer measured once more. */
  | WatchEvent
  | { kind: "status"; status: StackStatus }
  | { kind: "error"; code: ErrorCode; message: string; stack?: string }
  /** The last line, with the process's exit code. */
  | { kind: "exit"; code: number };

export type Emit = (event: CommandEvent) => void;

/** An event as it is written, with its version first. */
export function versionedEvent(event: CommandEvent): CommandEvent & { schemaVersion: number } {
  return { schemaVersion: eventsVersion, ...event };
}

export const emitLine: Emit = (event) => printJson(versionedEvent(event));

/** What `error` says, one event for each stack that it is about. */
export function errorEvents(error: unknown): Extract<CommandEvent, { kind: "error" }>[] {
  if (error instanceof StacksError) return error.errors.flatMap(errorEvents);
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof StackError ? { stack: error.stackName } : {};
  return [{ kind: "error", code: codeOf(error), message, ...stack }];
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof StackLockedError) return "locked";
  if (error instanceof CancelledError) return "cancelled";
  if (error instanceof StackSkippedError) return "skipped";
  return error instanceof SettingsError ? "settings" : "failed";
}

/** What was done before another stack failed is told, too. */
export function resultEvents(results: StackResult[]): CommandEvent[] {
  return results.map((result) => ({ kind: "result", result }));
}

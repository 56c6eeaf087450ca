import * as pulumi from "@pulumi/pulumi";
import { withoutTrace } from "../components/refusal";

/**
 * Of every error that nothing catches, the part that is of use: the message of one that is meant for the user, and of others the
 * frames of this program too. The frames of packages are what Node does not come to an end with (`withoutTrace`).
 */
export function shortenTraces(): void {
  // The SDK's own listener, which reports the error, ends the run. Without one a listener here would keep Node from ending it.
  if (process.listenerCount("unhandledRejection") === 0 || process.listeners("unhandledRejection").includes(shorten)) {
    return;
  }
  process.prependListener("unhandledRejection", shorten);
  process.prependListener("uncaughtException", shorten);
}

/** Changes the error itself, and what it was caused by. */
export function shorten(error: unknown): void {
  if (!(error instanceof Error)) return;
  if (isForUser(error)) withoutTrace(error);
  else if (error.stack !== undefined) error.stack = withoutPackages(error.stack);
  shorten(error.cause);
  if (error instanceof AggregateError) error.errors.forEach(shorten);
}

function isForUser(error: unknown): boolean {
  return pulumi.RunError.isInstance(error) || (pulumi.ResourceError.isInstance(error) && error.hideStack === true);
}

function withoutPackages(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !/^\s*at .*(node_modules|node:)/.test(line))
    .join("\n");
}

import type { Diagnostic, StackEventBody, StackResult } from "./types";

/** Something went wrong with the stack `stackName`. */
export class StackError extends Error {
  /** Name of the class, of a subclass that one's; the error as text begins with it. */
  override readonly name: string = "StackError";

  /**
   * @param stackName the stack, as it was selected
   * @param message what went wrong; the error's own message has the stack's name before it
   */
  constructor(
    readonly stackName: string,
    message: string,
  ) {
    super(`${stackName}: ${message}`);
  }
}

/** The engine, a provider or the program reported errors: they are in `diagnostics`. */
export class DeployError extends StackError {
  /** Always `DeployError`. */
  override readonly name = "DeployError";

  /**
   * @param diagnostics at least one, all of them errors, without the engine's closing words. Where nothing was reported, the one is made
   * of what the engine wrote to standard error, and tells no resource
   */
  constructor(
    stackName: string,
    message: string,
    readonly diagnostics: Diagnostic[],
  ) {
    super(stackName, message);
  }
}

/** Another update holds the stack's lock, or was killed and left it. */
export class StackLockedError extends StackError {
  /** Always `StackLockedError`. */
  override readonly name = "StackLockedError";

  /** @param holder who took the lock and when, in the engine's words; undefined where it did not tell */
  constructor(
    stackName: string,
    readonly holder?: string,
  ) {
    super(
      stackName,
      `another update holds the stack's lock${holder === undefined ? "" : ` (${holder})`}. ` +
        `If that update is no longer running, \`gwlb-inspection cancel ${stackName}\` unlocks the stack.`,
    );
  }
}

/** The run was cancelled; what had been done by then is in the stack's state. */
export class CancelledError extends StackError {
  /** Always `CancelledError`. */
  override readonly name = "CancelledError";
}

/** Nothing was done, since a stack that this one depends on had failed, or the call was cancelled before this one's turn. */
export class StackSkippedError extends StackError {
  /** Always `StackSkippedError`. */
  override readonly name = "StackSkippedError";
}

/** Some stacks of a call failed. Nothing is lost about the others: their results are here. */
export class StacksError extends Error {
  /** Always `StacksError`. */
  override readonly name = "StacksError";

  /**
   * @param results of the stacks that did not fail, in the order in which they were asked for
   * @param errors one for each other stack, in the order in which they ended; those that were skipped have a StackSkippedError
   */
  constructor(
    readonly results: StackResult[],
    readonly errors: Error[],
  ) {
    super(errors.map((error) => error.message).join("\n"));
  }
}

/** How an error ends a stack's run. */
export function outcomeOf(error: Error): (StackEventBody & { kind: "finished" })["outcome"] {
  if (error instanceof CancelledError) return "cancelled";
  return error instanceof StackSkippedError ? "skipped" : "failed";
}

/** The engine's closing lines, which say nothing when a cause was reported before them. */
const closing = /^(update|preview|destroy|refresh) (failed|canceled)$|^Error: One or more errors occurred/i;

/**
 * Reads the engine's failure.
 *
 * @param text the engine's standard error
 * @param errors error diagnostics reported as events before
 */
export function failureOf(stack: string, text: string, errors: Diagnostic[], cancelled: boolean): StackError {
  if (/currently locked by|\[409\] Conflict: Another update is currently in progress/.test(text)) {
    return new StackLockedError(stack, /created by (.+)/.exec(text)?.[1]?.trim());
  }
  if (cancelled) return new CancelledError(stack, "cancelled; what was done until then is in the stack's state");
  const causes = errors.filter((diagnostic) => !closing.test(diagnostic.message.trim()));
  if (causes.length > 0) {
    return new DeployError(stack, causes.map(({ message }) => message.trim()).join("\n"), causes);
  }
  const message = engineErrors(text);
  return new DeployError(stack, message, [{ severity: "error", message }]);
}

/** What a failed `pulumi` command said, without its advice and its command line. */
export function engineErrors(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.flatMap((line) => /^(?:stderr: )?error: (.+)$/.exec(line)?.[1] ?? []);
  const said = (errors.length > 0 ? errors : lines.slice(-10)).join("\n");
  return withVariables(said) || "the Pulumi engine failed without a message";
}

/** Of a wrong passphrase the engine does not always tell where it comes from. */
function withVariables(said: string): string {
  return /incorrect passphrase$/.test(said)
    ? `${said}: expected in PULUMI_CONFIG_PASSPHRASE, or in the file that PULUMI_CONFIG_PASSPHRASE_FILE names, the one that the stack was made with`
    : said;
}

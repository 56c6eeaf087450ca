import * as pulumi from "@pulumi/pulumi";
import { printable } from "../path/render/printable";

/** What a component refuses: its message says all, so there is no stack trace with it. */
export class Refusal extends pulumi.ResourceError {
  constructor(message: string, resource: pulumi.Resource) {
    super(printable(message), resource, true);
    withoutTrace(this);
  }
}

/** All that is wrong, one line for each thing. */
export class ProblemsError extends pulumi.RunError {
  /**
   * @param heading - begins the message, without colon
   * @param problems - one line for each thing, with the value and what was expected. Only in the message they are free of control
   * characters
   */
  constructor(
    heading: string,
    readonly problems: string[],
  ) {
    super(`${heading}:\n${problems.map((problem) => `  ${printable(problem)}`).join("\n")}`);
    withoutTrace(this);
  }
}

/**
 * Takes the stack trace away, which nobody is shown. The SDK inspects one all the same (@pulumi/pulumi 3.259.0, cmd/run/run.js,
 * `span.addEvent`), and Node does not come to an end with some (20.20.2, lib/internal/util/inspect.js, `markNodeModules`: a line with
 * `node_modules/@pulumi/resource.ts`, as source maps make it, until the text has the longest length there is: 15 s and 3.4 GB).
 */
export function withoutTrace(error: Error): void {
  delete error.stack;
}

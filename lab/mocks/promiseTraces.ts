import { createRequire } from "node:module";

/** The part of the SDK's module that is changed here: what is imported could not be. */
interface Debuggable {
  debuggablePromise: (promise: Promise<unknown>, context: unknown) => Promise<unknown>;
}

/**
 * The SDK notes a stack trace for each of its many promises, for a report of those that never end. With source maps that
 * takes a quarter of the time of a run with mocks.
 */
export function withoutPromiseTraces(): void {
  const sdk = createRequire(__filename)("@pulumi/pulumi/runtime/debuggable") as Debuggable;
  const { debuggablePromise } = sdk;
  sdk.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

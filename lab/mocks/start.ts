import * as pulumi from "@pulumi/pulumi";
import type { CloudMocks } from "./mocks";
import { createRequire } from "node:module";

withoutPromiseTraces();

export interface MockRun {
  project: string;
  stack: string;
  /** Config by key with its namespace, `gwlb-inspection:region`; structured values as JSON. */
  config?: Record<string, string>;
  /** Keys of `config` that are secret. */
  secretKeys?: string[];
}

/** What of a registration's request is read here (pulumi/proto/resource.proto, RegisterResourceRequest). */
interface RegisterRequest {
  getParent(): string;
  getDependenciesList(): string[];
}

type Register = (request: RegisterRequest, ...rest: unknown[]) => unknown;

/**
 * Makes the mocks those of the Pulumi runtime, which is global: one program at a time. The program's modules are to be loaded after
 * this. Also tells the mocks each resource's parent and dependencies, which Pulumi's own interface leaves out.
 */
export async function startMocks(mocks: CloudMocks, run: MockRun): Promise<void> {
  const { project, stack } = run;
  mocks.ownStack = `organization/${project}/${stack}`;
  await pulumi.runtime.setMocks(mocks, project, stack, mocks.options.preview ?? false, "organization");
  pulumi.runtime.setAllConfig(run.config ?? {}, run.secretKeys);
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    const parent = request.getParent();
    // Pulumi's mock monitor calls `newResource` before it gives up control, so this belongs to that very call.
    mocks.surroundings = { ...(parent && { parent }), dependencies: request.getDependenciesList() };
    return register(request, ...rest);
  };
}

/**
 * Waits until everything that the program registered is answered.
 *
 * @throws the first error of a registration or call
 */
export async function finishMocks(mocks: CloudMocks): Promise<void> {
  const ended = await pulumi.runtime.disconnect().then(
    () => undefined,
    (error: unknown) => error,
  );
  // The reason, rather than what followed from it.
  const [failure] = mocks.failures;
  if (failure !== undefined) throw new Error(`${failure.what}: ${failure.error.message}`, { cause: failure.error });
  if (ended !== undefined) throw ended instanceof Error ? ended : new Error("the run did not end", { cause: ended });
}

/** The part of the SDK's module that is changed here: what is imported could not be. */
interface Debuggable {
  debuggablePromise: (promise: Promise<unknown>, context: unknown) => Promise<unknown>;
}

/**
 * The SDK notes a stack trace for each of its many promises, for a report of those that never end. With source maps that
 * takes a quarter of the time of a run with mocks.
 */
function withoutPromiseTraces(): void {
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

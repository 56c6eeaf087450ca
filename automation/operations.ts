import { outcomeOf, StacksError, StackSkippedError } from "./errors";
import type { StackEvent, StackEventBody, StackResult } from "./types";
import { settleLimited, waves } from "./order";
import { runJob, type Job } from "./engine/runJob";
import { resolveWorkspace, type StackSelection, type Workspace } from "./engine/workspace";

/** Which stacks, in which workspace, how many at a time. */
export interface OperationOptions {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** At least one, none twice, in any order: each is done after those that it depends on, for `destroy` before them. */
  stacks: StackSelection[];
  /** Hears what happens, stack by stack. */
  onEvent?: (event: StackEvent) => void;
  /** Stops in order, as one Ctrl-C: operations in flight are finished and saved, nothing new is begun. */
  signal?: AbortSignal;
  /** Stops at once, as a second Ctrl-C: resources may be lost to the state, a stack may stay locked. */
  killSignal?: AbortSignal;
  /** Compare the state with what really exists first. @default false */
  refresh?: boolean;
  /** Resource operations at a time in one stack. @default the engine's */
  parallel?: number;
  /** Stacks at a time. @default 4 */
  parallelStacks?: number;
}

/** As of any operation, and what is taken up of a run before it. */
export interface DeployOptions extends OperationOptions {
  /**
   * Take up what a killed run has left: a lock whose process is no more is removed, a state in files that the engine was killed
   * at saving is made loadable (`recovered` tells how), and where something was left the state is
   * compared with what really exists first. Of a resource whose creation nobody saw the end of, the event `recovered` tells:
   * it may exist without being in the state. @default false
   */
  recover?: boolean;
}

/**
 * Deploys the stacks: security first, then its consumers side by side. A stack that fails does not stop its
 * neighbours, only those that depend on it.
 *
 * @returns one result per stack, in the order of `stacks`
 * @throws StacksError with every stack's error and the others' results
 * @throws SettingsError for what can be known before anything runs
 */
export function deploy(options: DeployOptions): Promise<StackResult[]> {
  return operate("deploy", waves, options);
}

/** Shows what `deploy` would do. A stack that does not exist yet is created, empty. Order, result and errors as `deploy`. */
export function preview(options: OperationOptions): Promise<StackResult[]> {
  return operate("preview", waves, options);
}

/** As of any operation, and whether the stacks are forgotten afterwards. */
export interface DestroyOptions extends DeployOptions {
  /** Forget the emptied stacks and their history, too; their settings files stay. @default false */
  remove?: boolean;
}

/**
 * Destroys the stacks' resources: consumers first, the security stack last, and only when no consumer failed. A stack
 * that does not exist has the outcome `missing`.
 */
export function destroy(options: DestroyOptions): Promise<StackResult[]> {
  return operate("destroy", (stacks) => waves(stacks).reverse(), options);
}

async function operate(
  operation: Job["operation"],
  inOrderOf: (stacks: StackSelection[]) => StackSelection[][],
  options: DestroyOptions,
): Promise<StackResult[]> {
  const order = inOrderOf(options.stacks);
  const workspace = resolveWorkspace(options.workspace);
  const begin = performance.now();
  const results = new Map<string, StackResult>();
  const errors: Error[] = [];
  const emit = (stack: string, event: StackEventBody): void =>
    options.onEvent?.({ ...event, stack, elapsed: (performance.now() - begin) / 1000 });

  const runStack = async (stack: StackSelection, failed: string[]): Promise<StackResult> => {
    if (failed.length > 0) {
      throw new StackSkippedError(stack.name, `not touched, since ${failed.join(" and ")} failed`);
    }
    if (options.signal?.aborted === true)
      throw new StackSkippedError(stack.name, "not touched, since it was cancelled");
    const started = performance.now();
    const job: Job = {
      operation,
      workspace,
      stack,
      refresh: options.refresh ?? false,
      ...(options.parallel !== undefined && { parallel: options.parallel }),
      recover: options.recover ?? false,
      remove: options.remove ?? false,
    };
    const result = await runJob(job, { ...options, onEvent: (event) => emit(stack.name, event) });
    return { ...result, seconds: (performance.now() - started) / 1000 };
  };

  const failed: string[] = [];
  for (const wave of order) {
    const before = [...failed];
    await settleLimited(wave, options.parallelStacks ?? 4, async (stack) => {
      try {
        const result = await runStack(stack, before);
        results.set(stack.name, result);
        emit(stack.name, { kind: "finished", outcome: result.outcome });
      } catch (reason) {
        const error = reason instanceof Error ? reason : new Error(String(reason));
        errors.push(error);
        failed.push(stack.name);
        emit(stack.name, { kind: "finished", outcome: outcomeOf(error), message: error.message });
      }
    });
  }
  const inOrder = options.stacks.flatMap(({ name }) => results.get(name) ?? []);
  if (errors.length > 0) throw new StacksError(inOrder, errors);
  return inOrder;
}

import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { EngineCommandError, type EngineCommand } from "./engineCommand";
import { EngineEvents } from "./engineEvents";
import { failureOf } from "../errors";
import type { ChangeCounts, Diagnostic, StackEventBody, StackResult, PendingOperation, Recovery } from "../types";
import { openEngine, openStack, shownOutputs } from "./outputs";
import { createStack } from "./prepare";
import { openSettings, withOverrides, type StackSettings } from "./settings";
import { setConfig } from "./stackConfig";
import { orDamage, refuseDamage, restoreState } from "./stateDamage";
import { SettingsError, type ResolvedWorkspace, type StackSelection } from "./workspace";
import { pendingOperations, type ExportedState } from "./pendingOperations";
import { removeStaleLocks } from "./stateLock";

/** What is to be done with one stack. */
export interface Job {
  operation: "deploy" | "preview" | "destroy";
  workspace: ResolvedWorkspace;
  stack: StackSelection;
  /** Read the real state first. */
  refresh: boolean;
  /** Take up what a killed run has left. */
  recover: boolean;
  /** Resource operations at a time. */
  parallel?: number;
  /** After `destroy`: forget the stack and its history, too. */
  remove: boolean;
}

export interface RunOptions {
  onEvent: (event: StackEventBody) => void;
  /** Stops the run in order: what is in flight is finished and saved. */
  signal?: AbortSignal;
  /** Stops the run at once; the stack may stay locked. */
  killSignal?: AbortSignal;
}

class Cancelled extends Error {}

/** Does one stack's job. @throws StackError, SettingsError */
export async function runJob(job: Job, options: RunOptions): Promise<Omit<StackResult, "seconds">> {
  const cancelling = (): void => options.onEvent({ kind: "cancelling" });
  options.signal?.addEventListener("abort", cancelling, { once: true });
  const run = new StackRun(job, options);
  try {
    return await run.run();
  } catch (error) {
    throw run.failure(error);
  } finally {
    options.signal?.removeEventListener("abort", cancelling);
  }
}

class StackRun {
  private readonly errors: Diagnostic[] = [];
  private changes: ChangeCounts = {};

  constructor(
    private readonly job: Job,
    private readonly options: RunOptions,
  ) {}

  async run(): Promise<Omit<StackResult, "seconds">> {
    const { operation, workspace, stack } = this.job;
    this.options.onEvent({ kind: "started", operation });
    const settings = openSettings(workspace, stack, operation !== "destroy");
    const engine = openEngine(workspace, settings, this.options.killSignal);
    try {
      const recovery = this.job.recover ? await recover(engine, settings.project, stack.name) : undefined;
      if (recovery) this.options.onEvent({ kind: "recovered", ...recovery });
      if (!(await engine.hasStack(stack.name))) {
        await refuseDamage(engine, settings.project, stack.name);
        if (operation === "destroy") return this.result("missing", {});
        await createStack(engine, settings, stack.name);
      }
      this.check();
      const refresh = this.job.refresh || recovery !== undefined;
      return await withOverrides(workspace, stack, (directory) => this.inside(engine.in(directory), settings, refresh));
    } catch (error) {
      throw error instanceof Error ? await orDamage(error, engine, settings.project, stack.name) : error;
    }
  }

  failure(error: unknown): Error {
    if (error instanceof SettingsError) return error;
    const { name } = this.job.stack;
    if (error instanceof Cancelled) return failureOf(name, "", [], true);
    const isEngines = error instanceof EngineCommandError;
    const text = isEngines ? error.stderr : error instanceof Error ? error.message : String(error);
    return failureOf(name, text, isEngines ? this.errors : [], this.isCancelled());
  }

  private isCancelled(): boolean {
    return this.options.signal?.aborted === true || this.options.killSignal?.aborted === true;
  }

  private check(): void {
    if (this.isCancelled()) throw new Cancelled();
  }

  private async inside(
    engine: EngineCommand,
    { project }: StackSettings,
    refresh: boolean,
  ): Promise<Omit<StackResult, "seconds">> {
    const { stack: selection, operation, remove } = this.job;
    const stack = await openStack(engine, selection.name);
    // After an operation the SDK runs three commands of the engine: for all outputs, for them in clear, and for a summary that nobody reads.
    stack.outputs = () => shownOutputs(engine, selection.name);
    stack.info = () => Promise.resolve(undefined);
    await setConfig(engine, stack, project, selection.config);
    this.check();
    const outputs = await this.operate(stack, refresh);
    if (operation === "destroy" && remove) {
      await stack.workspace.removeStack(stack.name, { preserveConfig: true });
    }
    return this.result("succeeded", outputs);
  }

  private async operate(stack: Stack, refresh: boolean): Promise<OutputMap> {
    const { operation, parallel } = this.job;
    const { signal } = this.options;
    const events = new EngineEvents();
    const options = {
      color: "never",
      refresh,
      ...(parallel !== undefined && { parallel }),
      ...(signal && { signal }),
      onEvent: (engineEvent: EngineEvent) => {
        const event = events.translate(engineEvent);
        if (event !== undefined) this.note(event);
      },
    } as const;
    switch (operation) {
      case "deploy":
        return (await stack.up(options)).outputs;
      case "preview":
        await stack.preview(options);
        return {};
      case "destroy":
        await stack.destroy(options);
        return {};
    }
  }

  private note(event: StackEventBody): void {
    if (event.kind === "diagnostic" && event.severity === "error") {
      const { severity, message, urn } = event;
      this.errors.push({ severity, message, ...(urn !== undefined && { urn }) });
    }
    if (event.kind === "summary") this.changes = event.changes;
    this.options.onEvent(event);
  }

  private result(outcome: StackResult["outcome"], outputs: OutputMap): Omit<StackResult, "seconds"> {
    const plain = Object.entries(outputs).filter(([, output]) => !output.secret);
    const secret = Object.entries(outputs).filter(([, output]) => output.secret);
    return {
      stack: this.job.stack.name,
      outcome,
      changes: this.changes,
      outputs: Object.fromEntries(plain.map(([name, output]): [string, unknown] => [name, output.value])),
      secretOutputs: secret.map(([name]) => name),
    };
  }
}

/**
 * Makes a stack usable after a run that was killed. A living process's lock stays, as does one whose holder this machine
 * cannot judge; while there is one the state's files are not touched.
 *
 * @returns undefined when there is nothing to take up
 */
async function recover(engine: EngineCommand, project: string, stack: string): Promise<Recovery | undefined> {
  const unlocked = await removeStaleLocks(engine, project, stack);
  const restored = await restoreState(engine, project, stack);
  const pending = (await engine.hasStack(stack)) ? await begun(engine, stack) : [];
  if (unlocked.length === 0 && restored === undefined && pending.length === 0) return undefined;
  return { unlocked, ...(restored && { restored }), pending };
}

async function begun(engine: EngineCommand, stack: string): Promise<PendingOperation[]> {
  return pendingOperations(JSON.parse(await engine.run(["stack", "export", "--stack", stack])) as ExportedState);
}

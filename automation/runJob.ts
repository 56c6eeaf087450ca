import { CommandError, LocalWorkspace, Stack, type OutputMap } from "@pulumi/pulumi/automation";
import * as os from "node:os";
import { EngineCommand, EngineCommandError } from "./engineCommand";
import { EngineEvents } from "./engineEvents";
import { failureOf } from "./errors";
import type { ChangeCounts, Diagnostic } from "./events";
import type { FromWorker, Job } from "./messages";
import { inlineProgram } from "./program";
import type { StackResult } from "./results";
import { createStack } from "./prepare";
import { recover } from "./recovery";
import { orDamage, refuseDamage } from "./stateDamage";
import { openSettings, type StackSettings } from "./settings";
import { setConfig } from "./stackConfig";
import { SettingsError } from "./workspace";
import type { FromWorkerChannel } from "./workerChannel";

class Cancelled extends Error {}

/** Runs one stack's job in this process. Never rejects: what went wrong is the answer. */
export async function runJob(job: Job, channel: FromWorkerChannel): Promise<FromWorker> {
  const run = new StackRun(job, channel);
  try {
    return { kind: "result", result: await run.run() };
  } catch (error) {
    return { kind: "failure", failure: run.failure(error) };
  }
}

class StackRun {
  private readonly errors: Diagnostic[] = [];
  private changes: ChangeCounts = {};

  constructor(
    private readonly job: Job,
    private readonly channel: FromWorkerChannel,
  ) {}

  async run(): Promise<Omit<StackResult, "seconds">> {
    const { operation, workspace, stack } = this.job;
    this.channel.event({ kind: "started", operation });
    const settings = openSettings(workspace, stack, operation !== "destroy");
    process.env["PULUMI_BACKEND_URL"] ||= settings.backendUrl ?? "";
    const engine = new EngineCommand("pulumi", settings.directory);
    try {
      const recovery = this.job.recover ? await recover(engine, settings.project, stack.name) : undefined;
      if (recovery) this.channel.event({ kind: "recovered", ...recovery });
      if (!(await engine.hasStack(stack.name))) {
        await refuseDamage(engine, settings.project, stack.name);
        if (operation === "destroy") return this.result("missing", {});
        await createStack(engine, settings, stack.name);
      }
      this.check();
      await setConfig(engine, settings.project, stack);
      // What the engine has added by now must survive even if this process does not.
      settings.save();
      this.check();
      const outputs = await this.operate(settings, engine, this.job.refresh || recovery !== undefined);
      if (operation === "destroy" && this.job.remove) {
        await engine.run(["stack", "rm", "--yes", "--preserve-config", "--stack", stack.name]);
      }
      return this.result("succeeded", outputs);
    } catch (error) {
      throw error instanceof Error ? await orDamage(error, engine, settings.project, stack.name) : error;
    } finally {
      settings.close();
    }
  }

  failure(error: unknown) {
    if (error instanceof SettingsError) return { code: "settings", message: error.message } as const;
    if (error instanceof Cancelled) return failureOf("", [], true);
    const text =
      error instanceof EngineCommandError ? error.stderr : error instanceof Error ? error.message : String(error);
    const fromEngine = error instanceof EngineCommandError || error instanceof CommandError;
    return failureOf(text, fromEngine ? this.errors : [], this.channel.cancelled);
  }

  private check(): void {
    if (this.channel.cancelled) throw new Cancelled();
  }

  private async operate(settings: StackSettings, engine: EngineCommand, refresh: boolean): Promise<OutputMap> {
    const { operation, workspace, stack, parallel } = this.job;
    // The SDK logs the engine's events to a file under TMPDIR: here, where it goes away even if we are killed.
    const envVars = { TMPDIR: os.tmpdir() };
    process.env["TMPDIR"] = settings.directory;
    const local = await LocalWorkspace.create({
      workDir: settings.directory,
      envVars,
      program: inlineProgram(workspace.programDirectory),
    });
    // Every command names its stack, and selecting one would change what the user's own `pulumi` works on.
    local.selectStack = () => Promise.resolve();
    local.stackOutputs = (name) => maskedOutputs(engine, name);
    const selected = await Stack.select(stack.name, local);
    // The SDK would look the update's history up, of which nothing is used.
    selected.info = () => Promise.resolve(undefined);
    const events = new EngineEvents();
    const options = {
      color: "never",
      refresh,
      ...(parallel !== undefined && { parallel }),
      onEvent: (engineEvent: Parameters<EngineEvents["translate"]>[0]) => {
        const event = events.translate(engineEvent);
        if (event === undefined) return;
        if (event.kind === "diagnostic" && event.severity === "error") {
          const { severity, message, urn } = event;
          this.errors.push({ severity, message, ...(urn !== undefined && { urn }) });
        }
        if (event.kind === "summary") this.changes = event.changes;
        this.channel.event(event);
      },
    } as const;
    switch (operation) {
      case "deploy":
        return (await selected.up(options)).outputs;
      case "preview":
        await selected.preview(options);
        return {};
      case "destroy":
        await selected.destroy(options);
        return {};
    }
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

/** What the engine writes in place of a secret. */
const masked = "[secret]";

/** Outputs with secrets masked. The SDK would run the engine once more to have their values, too. */
async function maskedOutputs(engine: EngineCommand, stack: string): Promise<OutputMap> {
  const text = await engine.run(["stack", "output", "--json", "--stack", stack]);
  const outputs = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return Object.fromEntries(outputs.map(([name, value]) => [name, { value, secret: value === masked }]));
}

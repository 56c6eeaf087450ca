import * as path from "node:path";
import {
  commandLineProgram,
  exitCodes,
  type TableFormat,
  prepareReportFolder,
  say,
  showCursor,
} from "gwlb-inspection/cli";
import type { Design } from "gwlb-inspection/automation";
import { describeInside, insideEnvironment } from "./insideContext";
import { hasEnded } from "./end";
import { runningLab, type Access, type ProgramOptions } from "./options";
import { obtainCommandPlugin, obtainEngine, prepareLab } from "./setup";

// Loaded only when one of the commands runs.
const loadLab = () => import("../world/lab");
const loadWorld = () => import("../world/world");
const loadRuns = () => import("../world/runs");

export interface LabOptions extends ProgramOptions {
  access?: Access;
  design: Design;
  report?: string;
  scale: number;
  keep?: boolean;
  format: TableFormat;
}

/**
 * Runs this program again inside the lab, where its hosts and providers can be reached.
 *
 * @param signal aborted when we take the lab down ourselves
 */
export async function inside(
  { name, program }: ProgramOptions,
  command: string[],
  signal?: AbortSignal,
): Promise<number> {
  const { runVariable } = await loadRuns();
  const lab = await runningLab(name);
  const { nodeProgram } = await import("../nodeProgram");
  const main = nodeProgram(commandLineProgram);
  const changes = command[0] === "deploy" || command[0] === "destroy";
  const exitCode = await lab.follow([...main, "lab", "inside", ...command], {
    ...insideEnvironment(await describeInside(lab, program)),
    ...(changes && { [runVariable]: name }),
  });
  if (signal?.aborted === true || !(await hasEnded(lab, exitCode))) return exitCode;
  return changes ? exitCodes.notProven : exitCodes.unknown;
}

/** Sets up, deploys the stacks of a design, shows the proof; takes everything down unless `keep`. Resolves with the exit code. */
export async function start(options: LabOptions): Promise<number> {
  const interruption = new AbortController();
  const { signal } = interruption;
  // Stays for the rest of our life: a second Ctrl-C must not stop the taking down.
  const interrupt = (): void => {
    if (!signal.aborted) say("\nInterrupted: taking the lab down.");
    interruption.abort(new Error("interrupted"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  if (options.report !== undefined) prepareReportFolder(path.resolve(options.report));
  try {
    return await runLab(options, signal);
  } catch (error) {
    if (error !== signal.reason) throw error;
    // The progress display went down with the lab and could not bring the cursor back.
    showCursor();
    return exitCodes.interrupted;
  }
}

/** @throws the signal's reason when it was interrupted, and nothing is left */
async function runLab(options: LabOptions, signal: AbortSignal): Promise<number> {
  const begin = performance.now();
  const phases: [string, number][] = [];
  const phase = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work;
    phases.push([what, (performance.now() - from) / 1000]);
    return result;
  };

  const { Lab } = await loadLab();
  const { exclusively } = await loadRuns();
  const { imagePath } = await phase("engine and image", prepareLab(say, signal)).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const { name, scale } = options;
  const plugin = await obtainCommandPlugin(await obtainEngine());
  const { describeCommandPlugin } = await import("../engine/commandPlugin");
  say(`aws: the lab's provider; command: ${describeCommandPlugin(plugin)}`);
  return exclusively(name, run);

  async function run(): Promise<number> {
    const lab = await phase("lab", Lab.start({ name, scale, imagePath, onProgress: say, signal }));
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= lab.stop());
    // At once: a lab that goes away need not finish what it does. Its failure is seen where it is awaited.
    signal.addEventListener("abort", () => void stop().catch(() => undefined));
    const step = async (what: string, command: string[]): Promise<number> => {
      signal.throwIfAborted();
      return phase(what, inside(options, command, signal));
    };
    try {
      signal.throwIfAborted();
      const { rememberAccess, rememberDesign } = await import("./stacks");
      if (options.access !== undefined) rememberAccess(lab.directory, options.access);
      rememberDesign(lab.directory, options.design);
      // A lab that is to stay must stay when a deployment fails: it is what there is to look at.
      if (options.keep === true) await lab.detach();
      // The captures of the deployment's own measurement are not kept: for a report it is measured once more.
      const { report } = options;
      let exitCode = await step("deploy", report === undefined ? ["deploy", "--proof"] : ["deploy"]);
      if (exitCode !== 0) return exitCode;
      if (report !== undefined) exitCode = await step("proof", ["verify", "--report", path.resolve(report)]);
      const seconds = (performance.now() - begin) / 1000;
      say(
        `\n${phases.map(([what, took]) => `${what} ${took.toFixed(1)} s`).join(", ")}; ${seconds.toFixed(1)} s in all`,
      );
      if (options.keep === true) {
        say(`The lab "${name}" stays up; \`npx gwlb-inspection lab down --name ${name}\` takes it down.`);
      } else {
        const destroyed = await step("destroy", ["destroy"]);
        return exitCode === exitCodes.proven ? destroyed : exitCode;
      }
      return exitCode;
    } finally {
      if (options.keep !== true || signal.aborted) await stop();
      // Whatever failed, failed since the lab went away.
      signal.throwIfAborted();
    }
  }
}

/** Starts the lab if it is not up, else compares with what really exists first, and deploys its stacks. */
export async function up(options: LabOptions): Promise<number> {
  const { name } = options;
  const { Lab } = await loadLab();
  const { runningWorld } = await loadWorld();
  const { exclusively, settleRuns } = await loadRuns();
  if (runningWorld(name) !== undefined) {
    const exitCode = await exclusively(name, async () => {
      const known = await settleRuns(name, say);
      if (!(await Lab.answering(name))) return undefined;
      if (options.access !== undefined)
        (await import("./stacks")).rememberAccess(Lab.attach(name).directory, options.access);
      if (known) return inside(options, ["deploy", "--refresh"]);
      say(`An earlier run of lab "${name}" was killed and its state does not tell what there is: the lab starts anew.`);
      await Lab.attach(name).stop();
      return undefined;
    });
    if (exitCode !== undefined) return exitCode;
  }
  return start({ ...options, keep: true });
}

export async function down(name: string): Promise<void> {
  const { Lab } = await loadLab();
  const { runningWorld, removeWorld } = await loadWorld();
  if (runningWorld(name) === undefined) {
    const removed = await removeWorld(name);
    say(
      removed.length === 0
        ? `Lab "${name}" is not up.`
        : `Removed what was left of lab "${name}": ${removed.join(", ")}`,
    );
    return;
  }
  await Lab.attach(name).stop();
  say(`Lab "${name}" is down.`);
}

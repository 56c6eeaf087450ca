import type { Command } from "commander";
import * as path from "node:path";
import type { FabricEntry } from "../lab/fabric/inspect";
import type { GatewayCounters } from "../lab/gateway/config";
import { exitCodes } from "./exitCode";
import { registerCapture } from "./labCapture";
import { registerImpair } from "./labImpair";
import { describeInside, insideEnvironment, registerInside } from "./labInside";
import {
  accessOption,
  formatOption,
  nameOption,
  programOption,
  runningLab,
  scaleOption,
  type Access,
  type ProgramOptions,
  type TableFormat,
} from "./labOptions";
import { obtainCommandPlugin, obtainEngine, prepareLab } from "./labSetup";
import { registerShell } from "./labShell";
import { registerSsh } from "./labSsh";
import { rememberAccess } from "./labStacks";
import { countersTable, fabricTable } from "./labTable";
import { registerWipe } from "./labWipe";
import { stackNames } from "./stackFiles";
import { withGraph, type GraphOptions } from "./graph";
import { withTrace, type TraceOptions } from "./trace";

// lab/ is a package of its own: loaded only when one of its commands runs.
const loadLab = () => import("../lab/lab");
const loadWorld = () => import("../lab/world");
const loadRuns = () => import("../lab/runs");

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const reportOption = [
  "--report <folder>",
  "write a page to look at, the report as JSON and the captures here",
] as const;

function reportArguments({ report }: { report?: string }): string[] {
  return report === undefined ? [] : ["--report", path.resolve(report)];
}

interface LabOptions extends ProgramOptions {
  access?: Access;
  report?: string;
  scale: number;
  keep?: boolean;
  format: TableFormat;
}

/** Runs this program again inside the lab, where its hosts and providers can be reached. */
async function inside({ name, program }: ProgramOptions, command: string[]): Promise<number> {
  const { runVariable } = await loadRuns();
  const lab = await runningLab(name);
  const main = [process.execPath, "--import", "tsx", path.join(__dirname, "main.ts")];
  const changes = command[0] === "deploy" || command[0] === "destroy";
  return lab.follow([...main, "lab", "inside", ...command], {
    ...insideEnvironment(await describeInside(lab, program)),
    ...(changes && { [runVariable]: name }),
  });
}

/** Sets up, deploys both stacks, shows the proof; takes everything down unless `keep`. Resolves with the exit code. */
async function start(options: LabOptions): Promise<number> {
  const interruption = new AbortController();
  const { signal } = interruption;
  // Stays for the rest of our life: a second Ctrl-C must not stop the taking down.
  const interrupt = (): void => {
    if (!signal.aborted) say("\nInterrupted: taking the lab down.");
    interruption.abort(new Error("interrupted"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  try {
    return await runLab(options, signal);
  } catch (error) {
    if (error !== signal.reason) throw error;
    // The progress display went down with the lab and could not bring the cursor back (DECTCEM).
    if (process.stderr.isTTY) process.stderr.write("\x1b[?25h\n");
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
  say(`aws: the lab's provider; command: ${plugin ?? "the lab's stand-in for version 1.2.1"}`);
  return exclusively(name, run);

  async function run(): Promise<number> {
    const lab = await phase("lab", Lab.start({ name, scale, imagePath, onProgress: say, signal }));
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= lab.stop());
    // At once: a lab that goes away need not finish what it does. Its failure is seen where it is awaited.
    signal.addEventListener("abort", () => void stop().catch(() => undefined));
    const step = async (what: string, command: string[]): Promise<number> => {
      signal.throwIfAborted();
      const exitCode = await phase(what, inside(options, command));
      const lastWords = exitCode === 0 || signal.aborted ? undefined : lab.lastWords();
      if (lastWords !== undefined) say(`error: The lab has ended. Its last words:\n${lastWords}`);
      return exitCode;
    };
    try {
      signal.throwIfAborted();
      if (options.access !== undefined) rememberAccess(lab.directory, options.access);
      // A lab that is to stay must stay when a deployment fails: it is what there is to look at.
      if (options.keep === true) await lab.detach();
      for (const stack of stackNames(options.program)) {
        const exitCode = await step(`deploy ${stack}`, ["deploy", stack]);
        if (exitCode !== 0) return exitCode;
      }
      const exitCode = await step(
        "proof",
        // The captures of the deployment's own measurement are not kept: for a report it is measured once more.
        options.report === undefined ? ["report"] : ["verify", ...reportArguments(options)],
      );
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

/** Starts the lab if it is not up, else compares with what really exists first, and deploys both stacks. */
async function up(options: LabOptions): Promise<number> {
  const { name } = options;
  const { Lab } = await loadLab();
  const { runningWorld } = await loadWorld();
  const { exclusively, settleRuns } = await loadRuns();
  if (runningWorld(name) !== undefined) {
    const exitCode = await exclusively(name, async () => {
      const known = await settleRuns(name, say);
      if (!(await Lab.answering(name))) return undefined;
      if (options.access !== undefined) rememberAccess(Lab.attach(name).directory, options.access);
      if (known) return inside(options, ["deploy", "--refresh"]);
      say(`An earlier run of lab "${name}" was killed and its state does not tell what there is: the lab starts anew.`);
      await Lab.attach(name).stop();
      return undefined;
    });
    if (exitCode !== undefined) return exitCode;
  }
  return start({ ...options, keep: true });
}

async function down(name: string): Promise<void> {
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

/** Commands of the lab. Each sets the process's exit code. */
export function registerLab(program: Command): void {
  const lab = program.command("lab").description("run the program on this machine, without AWS");
  lab.hook("preAction", async (_, command) => {
    const { name } = command.opts<{ name?: string }>();
    const problem = name === undefined ? undefined : (await loadWorld()).nameProblem(name);
    if (problem !== undefined) command.error(`error: ${problem}`);
    const { obstacles } = await import("../lab/setup");
    const problems = obstacles();
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
  const exit = async (code: Promise<number>): Promise<void> => void (process.exitCode = await code);

  lab
    .command("setup")
    .description("install what is missing, build engine and image; everything is cached")
    .action(async () => void (await prepareLab(say)));
  lab
    .command("start")
    .description("deploy both stacks, show the proof, take everything down")
    .option(...nameOption)
    .option(...programOption)
    .option(...scaleOption)
    .addOption(accessOption())
    .option("--keep", "leave the lab up")
    .option(...reportOption)
    .action((options: LabOptions) => exit(start(options)));
  lab
    .command("up")
    .description("deploy both stacks and leave the lab up; of a lab that is up, mend what differs")
    .option(...nameOption)
    .option(...programOption)
    .option(...scaleOption)
    .addOption(accessOption())
    .action((options: LabOptions) => exit(up(options)));
  lab
    .command("verify")
    .description("measure the path again, without touching a resource")
    .option(...nameOption)
    .option(...programOption)
    .addOption(formatOption())
    .option(...reportOption)
    .action((options: LabOptions) =>
      exit(inside(options, ["verify", "--format", options.format, ...reportArguments(options)])),
    );
  withGraph(lab.command("graph"))
    .option(...nameOption)
    .option(...programOption)
    .action(({ format, output, ...options }: Pick<LabOptions, "name" | "program"> & GraphOptions) =>
      exit(
        inside(options, [
          ...["graph", "--format", format],
          ...(output === undefined ? [] : ["--output", path.resolve(output)]),
        ]),
      ),
    );
  withTrace(lab.command("trace"))
    .description("follow a packet and its answer hop by hop through the stacks' states, without sending one")
    .option(...nameOption)
    .option(...programOption)
    .action((source: string, destination: string, options: LabOptions & TraceOptions) =>
      exit(inside(options, ["trace", source, destination, "--protocol", options.protocol, "--format", options.format])),
    );
  lab
    .command("inspect")
    .description("AWS id, namespace, link and address of everything")
    .option(...nameOption)
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const entries = (await (await runningLab(name)).ask({ kind: "inspect" })) as FabricEntry[];
      process.stdout.write(`${format === "json" ? JSON.stringify(entries, null, 2) : fabricTable(entries)}\n`);
    });
  lab
    .command("counters")
    .description("packets that each gateway has taken, handed on and dropped, by reason")
    .option(...nameOption)
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const gateways = (await (await runningLab(name)).ask({ kind: "counters" })) as Record<string, GatewayCounters>;
      process.stdout.write(`${format === "json" ? JSON.stringify(gateways, null, 2) : countersTable(gateways)}\n`);
    });
  lab
    .command("exec <instance> <command...>")
    .description("run a command in an instance, by Name tag or id, as root")
    .option(...nameOption)
    .action(async (instance: string, command: string[], options: LabOptions) => {
      const running = await runningLab(options.name);
      await exit(running.run((await running.ask({ kind: "enter", instance, command })) as string[]));
    });
  lab
    .command("reboot <instance>")
    .description("reboot an instance, by Name tag or id, and wait until its sshd listens")
    .option(...nameOption)
    .action(async (instance: string, options: LabOptions) => {
      await (await runningLab(options.name)).ask({ kind: "reboot", instance });
    });
  lab
    .command("break <fault>")
    .description("make a fault behind the program's back")
    .option(...nameOption)
    .action(async (fault: string, options: LabOptions) => {
      say(String(await (await runningLab(options.name)).ask({ kind: "break", fault })));
    });
  lab
    .command("repair")
    .description("take all faults and impairments back")
    .option(...nameOption)
    .action(async (options: LabOptions) => {
      say(`${String(await (await runningLab(options.name)).ask({ kind: "repair" }))} changes taken back`);
    });
  lab
    .command("down")
    .description("take the lab down; removes what a crashed one left, too")
    .option(...nameOption)
    .action(({ name }: LabOptions) => down(name));
  registerWipe(lab);
  registerCapture(lab);
  registerSsh(lab);
  registerShell(lab);
  registerImpair(lab);
  registerInside(lab);
}

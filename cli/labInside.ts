import type { Command } from "commander";
import * as net from "node:net";
import { deploy, destroy, readOutput, verify, type StackSelection, type Workspace } from "../automation";
import type { DaemonStatus } from "../lab/daemon";
import { renderJson, renderTable, type PathReport } from "../report";
import { reportExitCode } from "./exitCode";
import { interruption, type Interruption } from "./interruption";
import { labStacks, labWorkspace } from "./labStacks";
import { stackProgress } from "./progress";
import { deployedTopology, traceAndPrint, withTrace, type TraceOptions } from "./trace";

/** What the process inside the lab is told by the one outside. */
export interface Inside {
  /** The lab's folder. */
  directory: string;
  status: DaemonStatus;
  engine: string;
  /** Folder of the vendor's `command` plugin, if there is one. */
  commandPlugin?: string;
  /** Folder with the program and its stacks' settings. */
  program: string;
}

/** The command outside says what Ctrl-C does. When it is gone, however it ended, we stop in order as after Ctrl-C. */
function quietly(): Interruption {
  const outside = new net.Socket({ fd: 3 });
  outside.on("error", () => undefined);
  outside.on("close", () => void process.kill(process.pid, "SIGHUP"));
  outside.resume().unref();
  return interruption(() => undefined);
}

const variable = "GWLB_INSPECTION_LAB";

export function insideEnvironment(inside: Inside): Record<string, string> {
  return { [variable]: JSON.stringify(inside) };
}

function here(): { workspace: Workspace; stacks: StackSelection[] } {
  const value = process.env[variable];
  if (value === undefined) throw new Error("`lab inside` is for the other lab commands: they run it inside the lab");
  const inside = JSON.parse(value) as Inside;
  return { workspace: labWorkspace(inside), stacks: labStacks(inside.directory, inside.program) };
}

/** Commands that `cli/lab.ts` runs inside the lab. Hidden: they are of no use elsewhere. */
export function registerInside(lab: Command): void {
  const group = lab.command("inside", { hidden: true });
  group
    .command("deploy [stacks...]")
    .option("--refresh")
    .action(async (names: string[], { refresh = false }: { refresh?: boolean }) => {
      const { workspace, stacks: all } = here();
      const stacks = all.filter(({ name }) => names.length === 0 || names.includes(name));
      const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
      await progress.during(deploy({ workspace, stacks, refresh, onEvent: progress.onEvent, ...quietly() }));
    });
  group.command("destroy").action(async () => {
    const { workspace, stacks } = here();
    const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
    await progress.during(destroy({ workspace, stacks, onEvent: progress.onEvent, ...quietly() }));
  });
  group.command("report").action(async () => {
    const { workspace } = here();
    const report = (await readOutput({ workspace, stack: "system", name: "report" })) as PathReport;
    process.stdout.write(`${renderTable(report)}\n`);
    process.exitCode = reportExitCode(report);
  });
  group
    .command("verify")
    .option("--format <format>")
    .action(async ({ format }: { format?: string }) => {
      const { workspace } = here();
      const { signal } = quietly();
      const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
      const report = await verify({ workspace, stack: "system", onProgress, signal });
      process.stdout.write(format === "json" ? renderJson(report) : `${renderTable(report)}\n`);
      process.exitCode = reportExitCode(report);
    });
  withTrace(group.command("trace")).action(async (source: string, destination: string, options: TraceOptions) => {
    const { workspace, stacks } = here();
    const topology = await deployedTopology(
      workspace,
      stacks.map(({ name }) => name),
    );
    traceAndPrint(topology, source, destination, options);
  });
}

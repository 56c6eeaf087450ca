import type { Command } from "commander";
import { deploy, destroy, readOutput, verify, type Workspace } from "../automation";
import type { DaemonStatus } from "../lab/daemon";
import { renderJson, renderTable, type PathReport } from "../report";
import { labStacks, labWorkspace } from "./labStacks";
import { stackProgress } from "./progress";

/** What the process inside the lab is told by the one outside. */
interface Inside {
  directory: string;
  status: DaemonStatus;
  engine: string;
}

const variable = "GWLB_INSPECTION_LAB";

export function insideEnvironment(status: DaemonStatus, directory: string, engine: string): Record<string, string> {
  return { [variable]: JSON.stringify({ directory, status, engine } satisfies Inside) };
}

function here(): { workspace: Workspace; directory: string } {
  const value = process.env[variable];
  if (value === undefined) throw new Error("`lab inside` is for the other lab commands: they run it inside the lab");
  const { directory, status, engine } = JSON.parse(value) as Inside;
  return { directory, workspace: labWorkspace(directory, status, engine) };
}

/** A first Ctrl-C ends in order, a second one at once. */
function interruption(): { signal: AbortSignal; killSignal: AbortSignal } {
  const first = new AbortController();
  const second = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => (first.signal.aborted ? second : first).abort(new Error(name)));
  }
  return { signal: first.signal, killSignal: second.signal };
}

/** Exit codes: 0 proven, 1 not proven, 2 could not tell. */
function exitCodeOf(report: PathReport): number {
  if (report.verdict === "inspected") return 0;
  return report.verdict === "inconclusive" ? 2 : 1;
}

/** Commands that `cli/lab.ts` runs inside the lab. Hidden: they are of no use elsewhere. */
export function registerInside(lab: Command): void {
  const group = lab.command("inside", { hidden: true });
  group
    .command("deploy <stacks...>")
    .option("--refresh")
    .action(async (names: string[], { refresh = false }: { refresh?: boolean }) => {
      const { workspace, directory } = here();
      const progress = stackProgress();
      const stacks = labStacks(directory).filter(({ name }) => names.includes(name));
      await progress.during(deploy({ workspace, stacks, refresh, onEvent: progress.onEvent, ...interruption() }));
    });
  group.command("destroy").action(async () => {
    const { workspace, directory } = here();
    const progress = stackProgress();
    const stacks = labStacks(directory);
    await progress.during(destroy({ workspace, stacks, onEvent: progress.onEvent, ...interruption() }));
  });
  group.command("report").action(async () => {
    const { workspace } = here();
    const report = (await readOutput({ workspace, stack: "system", name: "report" })) as PathReport;
    process.stdout.write(`${renderTable(report)}\n`);
    process.exitCode = exitCodeOf(report);
  });
  group
    .command("verify")
    .option("--format <format>")
    .action(async ({ format }: { format?: string }) => {
      const { workspace } = here();
      const { signal } = interruption();
      const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
      const report = await verify({ workspace, stack: "system", onProgress, signal });
      process.stdout.write(format === "json" ? renderJson(report) : `${renderTable(report)}\n`);
      process.exitCode = exitCodeOf(report);
    });
}

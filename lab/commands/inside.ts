import type { Command } from "commander";
import * as net from "node:net";
import {
  consumersOf,
  deploy,
  destroy,
  readReport,
  readTopology,
  StackError,
  type StackEvent,
  type StackSelection,
  type Workspace,
} from "gwlb-inspection/automation";
import type { PathReport } from "gwlb-inspection/report";
import {
  drawAndPrint,
  type GraphOptions,
  type Interruption,
  interruption,
  printReports,
  runVerify,
  stackProgress,
  traceAndPrint,
  type TraceOptions,
  type VerifyCommandOptions,
  withGraph,
  withTrace,
  withVerify,
} from "gwlb-inspection/cli";
import { registerInsideFailover } from "./failover/index";
import { toldInside } from "./insideContext";

/** The command outside says what Ctrl-C does. When it is gone, however it ended, we stop in order as after Ctrl-C. */
function quietly(): Interruption {
  const outside = new net.Socket({ fd: 3 });
  outside.on("error", () => undefined);
  outside.on("close", () => void process.kill(process.pid, "SIGHUP"));
  outside.resume().unref();
  return interruption(() => undefined);
}

/**
 * Seconds. The lab's health checks come every 0.2 s where AWS's take ten, and its hosts answer at once or not at all: what
 * has not come by then will not.
 */
const deadlines = { healthDeadline: 5, connectDeadline: 10 };

async function here(): Promise<{ workspace: Workspace; stacks: StackSelection[] }> {
  const inside = toldInside();
  const { labStacks, labWorkspace } = await import("./stacks");
  return { workspace: labWorkspace(inside), stacks: labStacks(inside.directory, inside.program) };
}

/** Commands that those outside run inside the lab. Hidden: they are of no use elsewhere. */
export function registerInside(lab: Command): void {
  const group = lab.command("inside", { hidden: true });
  group
    .command("deploy [stacks...]")
    .option("--refresh")
    .option("--proof")
    .action(async (names: string[], { refresh = false, proof }: { refresh?: boolean; proof?: true }) => {
      const { workspace, stacks: all } = await here();
      const stacks = all.filter(({ name }) => names.length === 0 || names.includes(name));
      const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
      const { onEvent } = progress;
      const unproven = (event: StackEvent): void => void (isProof(event) || onEvent(event));
      await progress.during(deploy({ workspace, stacks, refresh, onEvent: proof ? unproven : onEvent, ...quietly() }));
      if (proof) process.exitCode = await printProofs(workspace, stacks);
    });
  group.command("destroy").action(async () => {
    const { workspace, stacks } = await here();
    const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
    await progress.during(destroy({ workspace, stacks, onEvent: progress.onEvent, ...quietly() }));
  });
  withVerify(group.command("verify")).action(async (options: VerifyCommandOptions) => {
    await runVerify({ ...(await here()), ...deadlines }, options, quietly());
  });
  withTrace(group.command("trace")).action(async (source: string, destination: string, options: TraceOptions) => {
    traceAndPrint(await readTopology(await here()), source, destination, options);
  });
  registerInsideFailover(group, async () => {
    const { directory, status } = toldInside();
    return { ...(await here()), directory, scale: status.scale, signal: quietly().signal };
  });
  withGraph(group.command("graph")).action(async (options: GraphOptions) =>
    drawAndPrint(await readTopology(await here()), options),
  );
}

/** The proof as the program itself tells it, which is printed at the end instead. */
function isProof(event: StackEvent): boolean {
  return event.kind === "diagnostic" && event.severity === "info" && event.message.startsWith("Verdict: ");
}

/** What the deployment has just proven, on standard output. Resolves with the exit code. */
async function printProofs(workspace: Workspace, stacks: StackSelection[]): Promise<number> {
  const reports: Record<string, PathReport> = {};
  for (const { name: stack } of consumersOf(stacks)) {
    const report = await readReport({ workspace, stack });
    if (report === undefined) throw new StackError(stack, "there is no proof of it: deploy it first");
    reports[stack] = report;
  }
  return printReports(reports, "table");
}

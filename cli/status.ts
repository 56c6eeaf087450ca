import Table from "cli-table3";
import { status, type StackStatus } from "../automation/index";
import type { Command } from "commander";
import { changesInWords } from "./changes";
import { asEvents } from "./commandRun";
import { exitCodes } from "./exitCode";
import { selectStacks } from "./stackFiles";
import { withWorkspace, workspaceOf, type WorkspaceOptions } from "./workspaceOptions";
import { print } from "../verification/terminal";

/** A table for people; below it what needs somebody's attention. */
export function statusText(stacks: StackStatus[]): string {
  const table = new Table({
    head: ["stack", "resources", "last update", "proof", "lock"],
    style: { head: [], border: [] },
  });
  table.push(...stacks.map(row));
  return [table.toString(), ...stacks.flatMap(attention)].join("\n");
}

function row(each: StackStatus): string[] {
  if (!each.exists) return [each.stack, "no such stack", "", "", ""];
  const { stack, resources, lastUpdate, proof, locks } = each;
  return [
    stack,
    String(resources),
    lastUpdate === undefined
      ? "none recorded"
      : `${lastUpdate.operation} ${lastUpdate.result}, ${lastUpdate.endedAt ?? lastUpdate.startedAt}\n${changesInWords(lastUpdate.changes)}`,
    proof === undefined ? "" : `${proof.verdict}\n${proof.measuredAt}`,
    lockText(locks),
  ];
}

function lockText(locks: Extract<StackStatus, { exists: true }>["locks"]): string {
  if (locks === "unknown") return "not told by this backend";
  return locks
    .map(({ holder, since, stale }) => `${holder}\nsince ${since}${stale ? ", which has ended" : ""}`)
    .join("\n");
}

function attention(each: StackStatus): string[] {
  if (!each.exists) return [];
  const { stack, pending, locks } = each;
  const stale = locks !== "unknown" && locks.some((lock) => lock.stale);
  return [
    ...(stale ? [`${stack}: a killed run has left its lock; \`deploy --recover\` takes up what it left.`] : []),
    ...pending.map(
      ({ operation, urn }) =>
        `${stack}: unfinished: ${operation} ${urn}. Look whether it exists; then import or delete it, and \`cancel --forget-pending\`.`,
    ),
  ];
}

export function registerStatus(program: Command): void {
  withWorkspace(program.command("status"))
    .description("show how the stacks stand: last update, what it proved, locks, what a killed run left unfinished")
    .argument("[stacks...]", "stacks (default: every one that has settings)")
    .option("--json", "print events, one JSON object a line")
    .action(async (names: string[], options: WorkspaceOptions & { json?: boolean }) => {
      const read = (): Promise<StackStatus[]> =>
        status({ workspace: workspaceOf(options), stacks: selectStacks(options.program, names) });
      if (options.json !== true) return print(statusText(await read()));
      await asEvents(async (emit) => {
        for (const each of await read()) emit({ kind: "status", status: each });
        return exitCodes.proven;
      });
    });
}

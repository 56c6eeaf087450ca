import { status, type StackStatus } from "../automation/index";
import type { Command } from "commander";
import { styleOf, toSeconds, wrapped, type View } from "../path/render/index";
import { changesInWords } from "./changes";
import { columns, type Cell } from "./columns";
import { asEvents } from "./commandRun";
import { exitCodes } from "./exitCode";
import { selectStacks } from "./stackFiles";
import { withWorkspace, workspaceOf, type WorkspaceOptions } from "./workspaceOptions";
import { printOwn } from "../verification/terminal";
import { view } from "./view";

/** A table for people; below it what needs somebody's attention. */
export function statusText(stacks: StackStatus[], view: View = {}): string {
  const head = ["stack", "resources", "last update", "proof", "lock"];
  const notes = stacks.flatMap(attention).flatMap((line) => wrapped(line, "", "  ", view.width));
  return [columns(head, stacks.map(row), view, 1), ...notes].join("\n");
}

function row(each: StackStatus): Cell[] {
  if (!each.exists) return [each.stack, "no such stack"];
  const { stack, resources, lastUpdate, proof, locks } = each;
  return [
    stack,
    String(resources),
    lastUpdate === undefined
      ? "none recorded"
      : [
          `${lastUpdate.operation === "update" ? "" : `${lastUpdate.operation} `}${lastUpdate.result}, ${toSeconds(lastUpdate.endedAt ?? lastUpdate.startedAt)}`,
          changesInWords(lastUpdate.changes),
        ],
    proof === undefined ? "" : { text: `${proof.verdict}, ${toSeconds(proof.measuredAt)}`, style: styleOf(proof) },
    lockText(locks),
  ];
}

function lockText(locks: Extract<StackStatus, { exists: true }>["locks"]): string | string[] {
  if (locks === "unknown") return "not told by this backend";
  return locks.map(({ holder, since, stale }) => `${holder} since ${since}${stale ? ", which has ended" : ""}`);
}

function attention(each: StackStatus): string[] {
  if (!each.exists) return [];
  const { stack, pending, locks } = each;
  const stale = locks !== "unknown" && locks.some((lock) => lock.stale);
  return [
    ...(stale ? [`${stack}: a killed run has left its lock; \`deploy --recover\` takes up what it left.`] : []),
    ...pending.map(
      ({ operation, urn }) =>
        `${stack}: unfinished: ${operation} ${urn}. Look whether it exists; then import or delete it, and \`cancel --forget-pending ${stack}\`.`,
    ),
  ];
}

export function registerStatus(program: Command): void {
  withWorkspace(program.command("status"))
    .description("show the state of the stacks: last update, its proof, locks, what a killed run left unfinished")
    .argument("[stacks...]", "stacks (default: every one that has settings)")
    .option("--json", "print events, one JSON object a line")
    .action(async (names: string[], options: WorkspaceOptions & { json?: boolean }) => {
      const read = (): Promise<StackStatus[]> =>
        status({ workspace: workspaceOf(options), stacks: selectStacks(options.program, names, options.design) });
      if (options.json !== true) return printOwn(`${statusText(await read(), view())}\n`);
      await asEvents(async (emit) => {
        for (const each of await read()) emit({ kind: "status", status: each });
        return exitCodes.proven;
      });
    });
}

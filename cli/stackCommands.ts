import { InvalidArgumentError, Option, type Command } from "commander";
import {
  cancel,
  deploy,
  destroy,
  preview,
  roleOf,
  SettingsError,
  type DestroyOptions,
  type StackResult,
} from "../automation";
import { renderTable, type PathReport } from "../report";
import { changesInWords } from "./changes";
import { interruption } from "./interruption";
import { measure } from "./measure";
import { stackProgress } from "./progress";
import { selectStacks } from "./stackFiles";
import { withWorkspace, workspaceOf, type WorkspaceOptions } from "./workspaceOptions";

interface RunOptions extends WorkspaceOptions {
  refresh?: boolean;
  parallel?: number;
  format: "text" | "json";
  remove?: boolean;
}

interface VerifyOptions extends WorkspaceOptions {
  format: "table" | "json";
  report?: string;
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return number;
}

function withRun(command: Command): Command {
  return withWorkspace(command)
    .argument("[stacks...]", "stacks (default: every one that has settings)")
    .option("--refresh", "compare the state with what really exists first")
    .option("--parallel <n>", "resource operations at a time", positive)
    .addOption(new Option("--format <format>", "of the result").choices(["text", "json"]).default("text"));
}

/** One line per stack, or all as JSON. */
function resultsText(results: StackResult[], format: RunOptions["format"]): string {
  if (format === "json") return JSON.stringify(results, null, 2);
  return results
    .map(({ stack, outcome, changes, seconds }) => {
      const what = outcome === "missing" ? "no such stack" : changesInWords(changes);
      return `${stack}: ${what} (${seconds.toFixed(1)} s)`;
    })
    .join("\n");
}

async function runOn(
  operation: (options: DestroyOptions) => Promise<StackResult[]>,
  names: string[],
  options: RunOptions,
): Promise<StackResult[]> {
  const stacks = selectStacks(options.program, names);
  const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
  const results = await progress.during(
    operation({
      workspace: workspaceOf(options),
      stacks,
      onEvent: progress.onEvent,
      refresh: options.refresh ?? false,
      remove: options.remove ?? false,
      ...(options.parallel !== undefined && { parallel: options.parallel }),
      ...interruption(),
    }),
  );
  process.stdout.write(`${resultsText(results, options.format)}\n`);
  return results;
}

/** The proof that a deployment left in its outputs. */
function printProofs(results: StackResult[]): void {
  for (const { stack, outputs } of results) {
    const report = outputs["report"] as PathReport | undefined;
    if (report !== undefined) process.stdout.write(`\n${stack}: ${report.verdict}\n${renderTable(report)}\n`);
  }
}

async function verifyStacks(names: string[], options: VerifyOptions): Promise<void> {
  const selected = selectStacks(options.program, names);
  const consumers = names.length > 0 ? selected : selected.filter(({ name }) => roleOf(name) !== "security");
  const [first] = consumers;
  if (first === undefined) throw new SettingsError(`no consumer stack has settings in ${options.program}`);
  const hubs = selectStacks(options.program, []).filter(({ name }) => roleOf(name) === "security");
  const { signal } = interruption();
  process.exitCode = await measure({
    workspace: workspaceOf(options),
    consumers: consumers.map(({ name }) => name),
    hubs: hubs.map(({ name }) => name),
    format: options.format,
    folder: options.report,
    signal,
  });
}

/** deploy, preview, verify, destroy and cancel for stacks on AWS, or wherever the environment points the engine. */
export function registerStackCommands(program: Command): void {
  withRun(program.command("deploy"))
    .description("deploy the stacks, security first; a consumer's deployment includes the proof of its path")
    .action(async (names: string[], options: RunOptions) => {
      const results = await runOn(deploy, names, options);
      if (options.format === "text") printProofs(results);
    });
  withRun(program.command("preview"))
    .description("show what deploy would do")
    .action(async (names: string[], options: RunOptions) => void (await runOn(preview, names, options)));
  withWorkspace(program.command("verify"))
    .description("measure the paths of deployed consumer stacks again, without touching a resource")
    .argument("[stacks...]", "consumer stacks (default: every one that has settings)")
    .addOption(new Option("--format <format>", "of the report").choices(["table", "json"]).default("table"))
    .option("--report <folder>", "also write a page to look at, the report as JSON and the captures into this folder")
    .action(verifyStacks);
  withRun(program.command("destroy"))
    .description("destroy the stacks' resources, consumers first")
    .option("--remove", "forget the emptied stacks and their history, too")
    .action(async (names: string[], options: RunOptions) => void (await runOn(destroy, names, options)));
  withWorkspace(program.command("cancel"))
    .description("unlock a stack that a killed run has left locked")
    .argument("<stack>")
    .action(async (stack: string, options: WorkspaceOptions) => {
      const pending = await cancel({ workspace: workspaceOf(options), stack });
      process.stdout.write(`${stack} is unlocked.\n`);
      for (const { operation, urn } of pending) {
        process.stdout.write(`Unfinished: ${operation} ${urn}. Look whether it exists; import it or delete it.\n`);
      }
    });
}

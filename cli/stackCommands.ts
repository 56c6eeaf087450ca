import { InvalidArgumentError, Option, type Command } from "commander";
import {
  cancel,
  deploy,
  destroy,
  forgetPending,
  preview,
  isMeasured,
  SettingsError,
  type DestroyOptions,
  type StackResult,
  type StackSelection,
} from "../automation/index";
import { changesInWords } from "./changes";
import { asEvents } from "./commandRun";
import { exitCodes } from "./exitCode";
import { interruption } from "./interruption";
import { resultEvents } from "./jsonEvents";
import { stackProgress } from "./progress";
import { selectStacks } from "./stackFiles";
import { runVerify, withVerify, type VerifyCommandOptions } from "./verifyCommand";
import { verifyLive, type LiveVerifyOptions } from "./verifyLive";
import { liveOption } from "./liveAnswers";
import { withWorkspace, workspaceOf, type WorkspaceOptions } from "./workspaceOptions";
import { print } from "../verification/terminal";

interface RunOptions extends WorkspaceOptions {
  refresh?: boolean;
  recover?: boolean;
  parallel?: number;
  parallelStacks?: number;
  json?: boolean;
  remove?: boolean;
}

type Operation = (options: DestroyOptions) => Promise<StackResult[]>;

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
    .option("--parallel-stacks <n>", "stacks at a time (default: 4)", positive)
    .option("--json", "print events, one JSON object a line");
}

const recoverOption = ["--recover", "take up what a killed run has left: its lock, and what it had half done"] as const;

/** One line per stack. */
function resultsText(results: StackResult[]): string {
  return results
    .map(({ stack, outcome, changes, seconds }) => {
      const what = outcome === "missing" ? "no such stack" : changesInWords(changes);
      return `${stack}: ${what} (${seconds.toFixed(1)} s)`;
    })
    .join("\n");
}

async function runOn(operation: Operation, names: string[], options: RunOptions): Promise<void> {
  const run = async (onEvent: DestroyOptions["onEvent"], stacks: StackSelection[]): Promise<StackResult[]> =>
    operation({
      workspace: workspaceOf(options),
      stacks,
      ...(onEvent && { onEvent }),
      refresh: options.refresh ?? false,
      recover: options.recover ?? false,
      remove: options.remove ?? false,
      ...(options.parallel !== undefined && { parallel: options.parallel }),
      ...(options.parallelStacks !== undefined && { parallelStacks: options.parallelStacks }),
      ...interruption(options.json === true ? () => undefined : undefined),
    });
  if (options.json === true) {
    await asEvents(async (emit) => {
      resultEvents(await run(emit, selectStacks(options.program, names, options.design))).forEach(emit);
      return exitCodes.proven;
    });
    return;
  }
  const stacks = selectStacks(options.program, names, options.design);
  const progress = stackProgress({ stacks: stacks.map(({ name }) => name) });
  const results = await progress.during(run(progress.onEvent, stacks));
  // Where both are the same terminal its lines say so already.
  if (!(progress.isLive && process.stdout.isTTY)) print(resultsText(results));
}

async function verifyStacks(
  names: string[],
  options: WorkspaceOptions & VerifyCommandOptions & LiveVerifyOptions,
): Promise<void> {
  if (options.live !== undefined) {
    if (names.length > 0) throw new SettingsError(`verify --live: stack "${names.join(" ")}": expected none`);
    return verifyLive(options, interruption());
  }
  if ((options.source ?? options.destination) !== undefined) {
    throw new SettingsError("--source, --destination: expected --live beside them");
  }
  const all = selectStacks(options.program, [], options.design);
  const hubs = all.filter(({ name }) => !isMeasured(name));
  const asked = names.length > 0 ? selectStacks(options.program, names) : all;
  const consumers = asked.filter(({ name }) => names.length > 0 || isMeasured(name));
  if (consumers.length === 0) throw new SettingsError(`no consumer stack has settings in ${options.program}`);
  const stacks = [...hubs.filter((hub) => !consumers.some(({ name }) => name === hub.name)), ...consumers];
  await runVerify({ workspace: workspaceOf(options), stacks }, options, interruption());
}

/** deploy, preview, verify, destroy and cancel for stacks on AWS, or wherever the environment points the engine. */
export function registerStackCommands(program: Command): void {
  withRun(program.command("deploy"))
    .description("deploy the stacks, security first; a consumer's deployment includes the proof of its path")
    .option(...recoverOption)
    .action((names: string[], options: RunOptions) => runOn(deploy, names, options));
  withRun(program.command("preview"))
    .description("show what deploy would do")
    .action((names: string[], options: RunOptions) => runOn(preview, names, options));
  withVerify(withWorkspace(program.command("verify")))
    .description("measure the paths of deployed consumer stacks again, without touching a resource")
    .argument("[stacks...]", "consumer stacks (default: every one that has settings)")
    .addOption(liveOption())
    .option("--source <instance>", "with --live: measure from here; its id, name or private address")
    .option("--destination <instance>", "with --live: to here; an instance, as the source, or any IPv4 address")
    .action(verifyStacks);
  withRun(program.command("destroy"))
    .description("destroy the stacks' resources, consumers first")
    .option(...recoverOption)
    .option("--remove", "forget the emptied stacks and their history, too")
    .action((names: string[], options: RunOptions) => runOn(destroy, names, options));
  withWorkspace(program.command("cancel"))
    .description("unlock a stack that a killed run left locked")
    .argument("<stack>")
    .addOption(new Option("--forget-pending", "also forget what that run had begun and not ended; look first"))
    .action(async (stack: string, options: WorkspaceOptions & { forgetPending?: boolean }) => {
      const query = { workspace: workspaceOf(options), stack };
      const pending = await cancel(query);
      print(`${stack} is unlocked.`);
      const forgotten = options.forgetPending === true && pending.length > 0 ? await forgetPending(query) : [];
      for (const { operation, urn } of forgotten) print(`Forgotten: ${operation} ${urn}.`);
      for (const { operation, urn } of forgotten.length > 0 ? [] : pending) {
        print(
          `Unfinished: ${operation} ${urn}. Look whether it exists; then import or delete it, and \`cancel --forget-pending ${stack}\`.`,
        );
      }
    });
}

import { Command, CommanderError } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { StackError, StacksError } from "../automation/index";
import { exitCodeOf } from "./commandRun";
import { exitCodes } from "./exitCode";
import { registerExplain } from "./explain";
import { registerGraph } from "./graph";
import { addLabCommands, missingLab } from "./labPackage";
import { registerStackCommands } from "./stackCommands";
import { registerStatus } from "./status";
import { registerTrace } from "./trace";
import { say } from "../verification/terminal";

/** What is said of an error; undefined when everything has been said. */
function errorText(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (error instanceof StacksError) {
    const errors = error.errors.map((each) => `error: ${each.message.replace(/\n/g, "\n  ")}`);
    const done = error.results.map(({ stack, outcome }) => `${stack}: ${outcome}`);
    return [...errors, ...done].join("\n");
  }
  if (error instanceof StackError) return `error: ${error.message}`;
  return missingLab(error) ?? `error: ${error instanceof Error ? error.message : String(error)}`;
}

function version(): string {
  const manifest = fs.readFileSync(path.join(__dirname, "../package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function main(): Promise<void> {
  const program = new Command("gwlb-inspection")
    .description("an AWS Gateway Load Balancer path across accounts, and the proof that traffic goes through it")
    .version(version(), "-V, --version")
    .addHelpText(
      "after",
      "\nExit codes: 0 proven, 1 not proven or failed, 2 could not tell, 64 usage, 130 interrupted.",
    )
    // Inherited by the commands that are added below.
    .exitOverride();
  registerStackCommands(program);
  registerStatus(program);
  registerTrace(program);
  registerGraph(program);
  registerExplain(program);
  await addLabCommands(program);
  try {
    await program.parseAsync();
  } catch (error) {
    const text = errorText(error);
    if (text !== undefined) say(text);
    // Commander's own errors are about the command line; asking for help is none.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
    else process.exitCode = exitCodeOf(error);
  }
}

void main();

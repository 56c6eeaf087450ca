import { CommanderError } from "commander";
import { StackError, StacksError } from "../automation/index";
import { exitCodeOf } from "./commandRun";
import { exitCodes } from "./exitCode";
import { missingLab } from "./labPackage";
import { commandLine } from "./program";
import { tellColumns } from "./view";
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

async function main(): Promise<void> {
  tellColumns();
  try {
    await (await commandLine()).parseAsync();
  } catch (error) {
    const text = errorText(error);
    if (text !== undefined) say(text);
    // Commander's own errors are about the command line; asking for help is none.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
    else process.exitCode = exitCodeOf(error);
  }
}

void main();

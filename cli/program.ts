import { Command, Option } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { registerCheck } from "./check";
import { registerCompletion } from "./completion";
import { addExamples } from "./examples";
import { registerExplain } from "./explain";
import { registerGraph } from "./graph";
import { addLabCommands } from "./labPackage";
import { registerSchema } from "./schema";
import { registerSnapshot } from "./snapshot";
import { registerStackCommands } from "./stackCommands";
import { registerStatus } from "./status";
import { registerTrace } from "./trace";
import { colourChoices, setColour } from "./view";

function version(): string {
  const manifest = fs.readFileSync(path.join(__dirname, "../package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** A command with its arguments. That it has options goes without saying, and leaves its description too little of 80 columns. */
function commandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...names].join(" ");
}

/** The whole command line. It throws where commander would end the process. @param addLab adds the lab's commands */
export async function commandLine(
  addLab: (program: Command) => Promise<void> | void = addLabCommands,
): Promise<Command> {
  const program = new Command("gwlb-inspection")
    .description("an AWS Gateway Load Balancer path across accounts, and the proof that traffic goes through it")
    .version(version(), "-V, --version")
    .addOption(
      new Option("--color <when>", "use colours; auto: on a terminal, unless NO_COLOR is set")
        .choices(colourChoices)
        .default("auto"),
    )
    .on("option:color", setColour)
    .addHelpText(
      "after",
      "\nExit codes: 0 proven or done, 1 not proven or failed, 2 could not tell,\n64 wrong usage, 130 interrupted.",
    )
    // Both are inherited by the commands that are added below.
    .configureHelp({ subcommandTerm: commandTerm })
    .exitOverride();
  registerStackCommands(program);
  registerStatus(program);
  registerTrace(program);
  registerGraph(program);
  registerCheck(program);
  registerSnapshot(program);
  registerExplain(program);
  await addLab(program);
  registerSchema(program);
  registerCompletion(program);
  addExamples(program);
  return program;
}

import type { Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { prepareStack } from "../automation";
import { describeInside } from "./labInside";
import { nameOption, programOption, runningLab, type ProgramOptions } from "./labOptions";
import { obtainLanguageHost } from "./labSetup";

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * A project for plain `pulumi`: the program stays where it is, its stacks' settings are those that the lab keeps, with
 * the lab's secrets in them. Nothing is written into the program's folder.
 */
export function writeShellProject(directory: string, program: string, settings: string): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const project = parseDocument(fs.readFileSync(path.join(program, "Pulumi.yaml"), "utf8"));
  const main: unknown = project.get("main");
  project.set("main", path.join(program, typeof main === "string" ? main : "."));
  project.set("stackConfigDir", path.relative(directory, settings));
  fs.writeFileSync(path.join(directory, "Pulumi.yaml"), project.toString());
}

/** Command line of the user's shell. */
function shellCommand(directory: string, prompt: string): string[] {
  const shell = process.env["SHELL"] || "sh";
  const name = path.basename(shell);
  // At its end dash hands the terminal back to the group that had it, which does not exist in the lab's process namespace: it
  // would end with an error. Without job control it never takes the terminal.
  if (process.stdin.isTTY && (name === "sh" || name === "dash")) return [shell, "-i", "+m"];
  if (name !== "bash" || !process.stdin.isTTY) return [shell];
  // The user's own start-up file would set the prompt anew.
  const startup = path.join(directory, "bashrc");
  fs.writeFileSync(startup, `[ ! -e ~/.bashrc ] || . ~/.bashrc\nPS1='${prompt}\\w \\$ '\n`);
  return [shell, "--rcfile", startup, "-i"];
}

async function shell(command: string[], options: ProgramOptions): Promise<number> {
  const { labStacks, labWorkspace } = await import("./labStacks");
  const lab = await runningLab(options.name);
  const inside = await describeInside(lab, options.program);
  const workspace = labWorkspace(inside);
  const stacks = labStacks(inside.directory, inside.program);
  for (const stack of stacks) await prepareStack({ workspace, stack });

  const directory = path.join(lab.directory, "shell");
  writeShellProject(directory, inside.program, path.join(lab.directory, "settings"));
  const languageHost = await obtainLanguageHost(inside.engine, command.length === 0 ? say : undefined);
  const names = stacks.map(({ name }) => name).join(", ");
  if (command.length === 0) say(`Plain \`pulumi\` works on the stacks of lab "${options.name}" here: ${names}.`);
  const prompt = `(lab ${options.name}) `;
  const environment: Record<string, string> = {
    ...workspace.environment,
    PATH: [
      path.dirname(inside.engine),
      languageHost,
      workspace.environment?.["PATH"] ?? process.env["PATH"] ?? "",
    ].join(path.delimiter),
    PULUMI_BACKEND_URL: workspace.backendUrl ?? "",
    // As usual for pulumi: whoever is interrupted here must not lose what was done so far.
    PULUMI_SKIP_CHECKPOINTS: "false",
    // Shells with a start-up file of their own may set it anew.
    PS1: `${prompt}$ `,
  };
  return lab.run(command.length > 0 ? command : shellCommand(directory, prompt), environment, directory);
}

export function registerShell(lab: Command): void {
  lab
    .command("shell [command...]")
    .description("a shell, or a command, in which plain pulumi works on the lab's stacks")
    .option(...nameOption)
    .option(...programOption)
    .action(async (command: string[], options: ProgramOptions) => {
      process.exitCode = await shell(command, options);
    });
}

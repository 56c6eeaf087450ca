import type { Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { prepareStack } from "gwlb-inspection/automation";
import { describeInside } from "./insideContext";
import { orItsEnd } from "./end";
import { nameOption, programOption, runningLab, type ProgramOptions } from "./options";
import { obtainLanguageHost } from "./setup";
import { say } from "gwlb-inspection/cli";

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
  const { labStacks, labWorkspace } = await import("./stacks");
  const lab = await runningLab(options.name);
  const inside = await describeInside(lab, options.program);
  const workspace = labWorkspace(inside);
  const stacks = labStacks(inside.directory, inside.program);
  for (const stack of stacks) await prepareStack({ workspace, stack });

  if (command.length === 0) await obtainLanguageHost(inside.engine, say);
  const names = stacks.map(({ name }) => name).join(", ");
  if (command.length === 0) say(`Plain \`pulumi\` works on the stacks of lab "${options.name}" here: ${names}.`);
  const prompt = `(lab ${options.name}) `;
  const environment: Record<string, string> = {
    ...workspace.environment,
    PATH: [path.dirname(inside.engine), workspace.environment?.["PATH"] ?? ""].join(path.delimiter),
    PULUMI_BACKEND_URL: workspace.backendUrl ?? "",
    // As usual for pulumi: whoever is interrupted here must not lose what was done so far.
    PULUMI_SKIP_CHECKPOINTS: "false",
    // Shells with a start-up file of their own may set it anew.
    PS1: `${prompt}$ `,
  };
  const words = command.length > 0 ? command : shellCommand(lab.directory, prompt);
  // The folder that keeps what the lab adds to the settings: a project of its own that runs the user's program.
  return orItsEnd(lab, lab.run(words, environment, path.join(lab.directory, "settings")));
}

export function registerShell(lab: Command): void {
  lab
    .command("shell [command...]")
    .description("start a shell, or run a command, in which plain pulumi works on the lab's stacks")
    .addOption(nameOption())
    .addOption(programOption())
    .action(async (command: string[], options: ProgramOptions) => {
      process.exitCode = await shell(command, options);
    });
}

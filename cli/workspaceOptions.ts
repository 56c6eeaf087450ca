import { Option, type Command } from "commander";
import { designs, type Design, type Workspace } from "../automation/index";
import { programFolder } from "./programFolder";

/** Where the program, its settings and its state are, on the command line. */
export interface WorkspaceOptions {
  program: string;
  settings?: string;
  backend?: string;
  engine?: string;
  design?: Design;
}

/** Which of the stacks that have settings are meant where none are named. */
export const designOption = (): Option =>
  new Option(
    "--design <design>",
    "the stacks that are meant where none are named: endpoints in each consumer's VPC, or behind a transit gateway",
  )
    .choices(Object.keys(designs))
    .env("GWLB_INSPECTION_DESIGN");

export function workspaceOf({ program, settings, backend, engine }: WorkspaceOptions): Workspace {
  return {
    programDirectory: program,
    ...(settings !== undefined && { settingsDirectory: settings }),
    ...(backend !== undefined && { backendUrl: backend }),
    ...(engine !== undefined && { engine }),
  };
}

export function withWorkspace(command: Command): Command {
  return command
    .addOption(designOption())
    .addOption(
      new Option("--program <folder>", "folder with index.ts and the Pulumi files")
        .default(programFolder())
        .env("GWLB_INSPECTION_PROGRAM"),
    )
    .addOption(
      new Option("--settings <folder>", "keep what a run adds to the settings here, not beside the program").env(
        "GWLB_INSPECTION_SETTINGS",
      ),
    )
    .addOption(
      new Option(
        "--backend <url>",
        "where the state is, as for `pulumi login` (default: the backend logged in to)",
      ).env("GWLB_INSPECTION_BACKEND"),
    )
    .addOption(
      new Option("--engine <path>", "the pulumi program (default: the one on PATH)").env("GWLB_INSPECTION_ENGINE"),
    );
}

import { Option } from "commander";
import { SettingsError } from "gwlb-inspection/automation";
import { designOption, numberOption, programFolder } from "gwlb-inspection/cli";
import type { Lab } from "../world/lab";

export interface NameOptions {
  name: string;
}

export interface ProgramOptions extends NameOptions {
  program: string;
}

export const nameOption = (): Option =>
  new Option("--name <name>", "name of the lab; labs of different names do not touch")
    .default("lab")
    .env("GWLB_INSPECTION_LAB");
export const programOption = (): Option =>
  new Option("--program <folder>", "folder with index.ts and the stacks' settings")
    .default(programFolder())
    .env("GWLB_INSPECTION_PROGRAM");
/** Which stacks a lab deploys. */
export const labDesignOption = (): Option => designOption().default("distributed");

export type Access = "ssm" | "ssh";

export const accessOption = (): Option =>
  new Option("--access <access>", "how hosts are reached; as the stacks' settings say by default")
    .choices(["ssm", "ssh"])
    .env("GWLB_INSPECTION_ACCESS");
export const scaleOption = [
  "--scale <factor>",
  "AWS's waiting times are multiplied by this",
  numberOption("a number above 0 and up to 1", (scale) => scale > 0 && scale <= 1),
  0.01,
] as const;

/** The running lab. Loaded only when a command runs. @throws SettingsError when it is not up, with those that are */
export async function runningLab(name: string): Promise<Lab> {
  const { Lab } = await import("../world/lab");
  const { runningLabs } = await import("../world/world");
  const names = runningLabs();
  if (names.includes(name)) return Lab.attach(name);
  const others = names.length === 0 ? "No lab is up." : `Up are: ${names.join(", ")}.`;
  throw new SettingsError(`Lab "${name}" is not up; \`lab up --name ${name}\` starts it. ${others}`);
}

import { InvalidArgumentError, Option } from "commander";
import type { Lab } from "gwlb-inspection-lab/lab";
import { programFolder } from "./programFolder";

export interface NameOptions {
  name: string;
}

export interface ProgramOptions extends NameOptions {
  program: string;
}

export type TableFormat = "table" | "json";

export const nameOption = ["--name <name>", "name of the lab; labs of different names do not touch", "lab"] as const;
export const programOption = [
  "--program <folder>",
  "folder with index.ts and the stacks' settings",
  programFolder(),
] as const;
export const formatOption = (): Option =>
  new Option("--format <format>", "of what is printed").choices(["table", "json"]).default("table");
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

/** Parser of a number; anything else is a usage error that says what was expected. */
export function numberOption(expected: string, allowed: (number: number) => boolean): (text: string) => number {
  return (text) => {
    const number = text.trim() === "" ? NaN : Number(text);
    if (!Number.isFinite(number) || !allowed(number)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return number;
  };
}

/** The running lab. lab/ is a package of its own: loaded only when one of its commands runs. @throws Error when it is not up */
export async function runningLab(name: string): Promise<Lab> {
  const { Lab } = await import("gwlb-inspection-lab/lab");
  return Lab.attach(name);
}

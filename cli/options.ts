import { InvalidArgumentError, Option } from "commander";

/** What results are printed as. */
export type TableFormat = "table" | "json";

/** `--format`, of commands that print a table. */
export function formatOption(): Option {
  return new Option("--format <format>", "of what is printed").choices(["table", "json"]).default("table");
}

/** Parser of a number; anything else is a usage error that says what was expected. */
export function numberOption(expected: string, allowed: (number: number) => boolean): (text: string) => number {
  return (text) => {
    const number = text.trim() === "" ? NaN : Number(text);
    if (!Number.isFinite(number) || !allowed(number)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return number;
  };
}

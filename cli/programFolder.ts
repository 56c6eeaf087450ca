import * as fs from "node:fs";
import * as path from "node:path";

/** The project that the command line is called in, else the program's own folder. */
export function programFolder(): string {
  return fs.existsSync("Pulumi.yaml") ? process.cwd() : path.join(__dirname, "..");
}

/** This command line's module, for a process that runs it again. */
export const commandLineProgram = path.join(__dirname, "main");

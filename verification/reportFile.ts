import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Why no report can be written to a file, as far as can be told without making anything; undefined where nothing is known
 * against it. Folders that are missing will be made.
 *
 * @param file relative to the folder that this process runs in
 */
export function reportFileProblem(file: string): string | undefined {
  const whole = path.resolve(file);
  try {
    if (file.trim() === "") return "it is blank, expected a file";
    if (fs.statSync(whole, { throwIfNoEntry: false })?.isDirectory() === true) return "it is a folder, expected a file";
  } catch (error) {
    // Too long, with a zero byte in it, or behind a folder that lets nobody in.
    return `it cannot be looked up (${reasonOf(error)}), expected a path`;
  }
  const nearest = fs.existsSync(whole) ? whole : nearestThere(path.dirname(whole));
  if (nearest !== whole && !fs.statSync(nearest).isDirectory()) return `${nearest} is a file, expected a folder`;
  try {
    fs.accessSync(nearest, fs.constants.W_OK);
    return undefined;
  } catch (error) {
    return `${nearest} cannot be written (${reasonOf(error)}), expected a place for the report`;
  }
}

/** Makes the folders that a report's file needs. @returns the first of those that it made @throws Error with the reason, its file named */
export function prepareReportFile(file: string): string | undefined {
  const problem = reportFileProblem(file);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  try {
    return fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  } catch (error) {
    throw new Error(`${file}: its folder cannot be made (${reasonOf(error)})`, { cause: error });
  }
}

/**
 * Removes the report of an earlier measurement: what is in the file afterwards is of this one. What is no file of its own (a device, a
 * link) stays as it is. @throws Error with the reason, its file named
 */
export function removeEarlierReport(file: string): void {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return;
  try {
    fs.rmSync(file);
  } catch (error) {
    throw new Error(`${file}: the report of an earlier measurement cannot be removed (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

/** @returns why it could not be written; a verdict is worth as much without its file */
export function writeReportFile(file: string, json: string): string | undefined {
  try {
    fs.writeFileSync(file, json);
    return undefined;
  } catch (error) {
    return `The report could not be written to ${file}: ${reasonOf(error)}`;
  }
}

/** A path through a file does not exist either. */
function nearestThere(folder: string): string {
  return fs.existsSync(folder) || path.dirname(folder) === folder ? folder : nearestThere(path.dirname(folder));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? ("code" in error && String(error.code)) || error.message : String(error);
}

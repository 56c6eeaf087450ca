import { pathToFileURL } from "node:url";

/**
 * Command that runs a module as a program of its own.
 *
 * @param file path without its ending: TypeScript in a checkout, JavaScript in the package
 */
export function nodeProgram(file: string): string[] {
  const program = require.resolve(file);
  // By its path: the program need not run in a folder from where Node would find the loader.
  const loader = program.endsWith(".ts") ? ["--import", pathToFileURL(require.resolve("tsx")).href] : [];
  return [process.execPath, ...loader, program];
}

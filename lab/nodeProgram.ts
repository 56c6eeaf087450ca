/**
 * Command that runs a module as a program of its own.
 *
 * @param file path without its ending: TypeScript in a checkout, JavaScript in the package
 */
export function nodeProgram(file: string): string[] {
  const program = require.resolve(file);
  const loader = program.endsWith(".ts") ? ["--require", require.resolve("../loader.cjs")] : [];
  return [process.execPath, ...loader, program];
}

import { createRequire } from "node:module";
import * as path from "node:path";

/**
 * The program in a folder as an inline program. It is loaded when the engine is ready for it, and once only: a second
 * run in one process would find every module already loaded and register nothing, which the engine takes for "delete
 * everything".
 */
export function inlineProgram(programDirectory: string): () => Promise<Record<string, unknown>> {
  let loaded = false;
  return async () => {
    if (loaded) throw new Error("the program was already run in this process");
    loaded = true;
    const entry = path.join(programDirectory, "index.ts");
    const module: unknown = createRequire(entry)(entry);
    // As `pulumi up` does: what is exported is the outputs; a function is called for them.
    const exported: unknown = typeof module === "function" ? await (module as () => unknown)() : module;
    return { ...(exported as Record<string, unknown>) };
  };
}

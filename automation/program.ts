import { createRequire } from "node:module";

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
    // As `pulumi up` finds it: what `package.json` calls main, else the folder's index.
    const module: unknown = createRequire(__filename)(programDirectory);
    // As `pulumi up` does: what is exported is the outputs; a function is called for them.
    const exported: unknown = typeof module === "function" ? await (module as () => unknown)() : module;
    return { ...(exported as Record<string, unknown>) };
  };
}

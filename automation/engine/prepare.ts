import type { EngineCommand } from "./engineCommand";
import { openStack, withEngine } from "./outputs";
import type { StackSettings } from "./settings";
import { refuseDamage } from "./stateDamage";
import { setConfig } from "./stackConfig";
import type { StackSelection, Workspace } from "./workspace";

/** Creates an empty stack in the backend, as the SDK does, without making it the one that the user's `pulumi` works on. */
export async function createStack(engine: EngineCommand, settings: StackSettings, stack: string): Promise<void> {
  const provider = settings.secretsProvider === undefined ? [] : ["--secrets-provider", settings.secretsProvider];
  await engine.run(["stack", "init", stack, "--no-select", ...provider]);
}

/**
 * Brings a stack to where plain `pulumi` can work on it, in a workspace with `settingsDirectory`: it exists, and the
 * settings there are those of the program's folder with the overrides.
 *
 * @throws SettingsError, StackError
 */
export function prepareStack({ workspace, stack }: { workspace: Workspace; stack: StackSelection }): Promise<void> {
  return withEngine(
    { workspace, stack: stack.name },
    async (engine, settings) => {
      if (!(await engine.hasStack(stack.name))) {
        await refuseDamage(engine, settings.project, stack.name);
        await createStack(engine, settings, stack.name);
      }
      await setConfig(engine, await openStack(engine, stack.name), settings.project, stack.config);
    },
    stack,
  );
}

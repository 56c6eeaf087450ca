import type { EngineCommand } from "./engineCommand";
import { qualified } from "./settings";
import type { StackSelection } from "./workspace";

interface ShownValue {
  value?: string;
  secret: boolean;
}

/**
 * Sets the stack's overrides. Those that are already set, of an earlier run, are left alone: encrypting a value again
 * costs a quarter of a second and changes the file. Secrets go through standard input.
 */
export async function setConfig(engine: EngineCommand, project: string, stack: StackSelection): Promise<void> {
  const wanted = Object.entries(stack.config ?? {});
  if (wanted.length === 0) return;
  const shown = await engine.run(["config", "--show-secrets", "--json", "--stack", stack.name]);
  const present = JSON.parse(shown) as Record<string, ShownValue>;
  const plain: string[] = [];
  for (const [key, { value, secret = false }] of wanted) {
    const name = qualified(project, key);
    const old = present[name];
    if (old?.value === value && old.secret === secret) continue;
    if (secret) {
      // Without --raw the last line would lose its end, and with it a private key its validity.
      const raw = value.endsWith("\n") ? ["--raw"] : [];
      await engine.run(["config", "set", "--secret", ...raw, "--stack", stack.name, name], value);
    } else {
      plain.push("--plaintext", `${name}=${value}`);
    }
  }
  if (plain.length > 0) await engine.run(["config", "set-all", "--stack", stack.name, ...plain]);
}

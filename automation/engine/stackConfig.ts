import type { ConfigMap, Stack } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "./engineCommand";
import { qualified } from "./settings";
import type { StackSelection } from "./workspace";

/**
 * Sets the stack's overrides. Those that are already set, of an earlier run, are left alone: encrypting a value again
 * costs a quarter of a second and changes the file. Secrets go through standard input, where the SDK makes them arguments.
 */
export async function setConfig(
  engine: EngineCommand,
  stack: Stack,
  project: string,
  config: StackSelection["config"] = {},
): Promise<void> {
  if (Object.keys(config).length === 0) return;
  const present = await stack.getAllConfig();
  const plain: ConfigMap = {};
  for (const [key, { value, secret = false }] of Object.entries(config)) {
    const name = qualified(project, key);
    const old = present[name];
    if (old?.value === value && (old.secret ?? false) === secret) continue;
    if (!secret) {
      plain[name] = { value };
      continue;
    }
    // Without --raw the last line would lose its end, and with it a private key its validity.
    const raw = value.endsWith("\n") ? ["--raw"] : [];
    await engine.run(["config", "set", "--secret", ...raw, "--stack", stack.name, name], { stdin: value });
  }
  if (Object.keys(plain).length > 0) await stack.setAllConfig(plain);
}

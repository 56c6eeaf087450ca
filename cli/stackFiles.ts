import * as fs from "node:fs";
import * as path from "node:path";
import { roleOf, SettingsError, type StackSelection } from "../automation/index";

const roles = ["security", "system"];

/** Names of the stacks that a folder has settings for, security first. */
export function stackNames(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((name) => roles.includes(roleOf(name)))
    .sort((a, b) => roles.indexOf(roleOf(a)) - roles.indexOf(roleOf(b)) || (a < b ? -1 : 1));
}

/** The stacks asked for, else every one that has settings. @throws SettingsError when there is none */
export function selectStacks(directory: string, names: string[]): StackSelection[] {
  if (!fs.existsSync(directory)) throw new SettingsError(`--program "${directory}": expected a folder`);
  const selected = names.length > 0 ? names : stackNames(directory);
  if (selected.length === 0) {
    throw new SettingsError(`no stack: expected ${path.join(directory, "Pulumi.security.yaml")} and the like`);
  }
  return selected.map((name) => ({ name }));
}

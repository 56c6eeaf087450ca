import * as fs from "node:fs";
import * as path from "node:path";
import { designs, roleOf, SettingsError, type Design, type StackSelection } from "../automation/index";

/** Names of the stacks of a design that a folder has settings for, each after those that it reads. @throws SettingsError when it is none */
export function stackNames(directory: string, design: Design = "distributed"): string[] {
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new SettingsError(`--program "${directory}": expected a folder`);
  }
  const roles: readonly string[] = designs[design];
  return fs
    .readdirSync(directory)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((name) => roles.includes(roleOf(name)))
    .sort((a, b) => roles.indexOf(roleOf(a)) - roles.indexOf(roleOf(b)) || (a < b ? -1 : 1));
}

/** The stacks asked for, else every one that has settings. @throws SettingsError when there is none */
export function selectStacks(directory: string, names: string[], design?: Design): StackSelection[] {
  const all = stackNames(directory, design);
  const selected = names.length > 0 ? names : all;
  if (selected.length === 0) {
    throw new SettingsError(`no stack: expected ${path.join(directory, "Pulumi.security.yaml")} and the like`);
  }
  return selected.map((name) => ({ name }));
}

import * as fs from "node:fs";
import * as path from "node:path";

/** Where the program, its settings and its state are. Every field has a default: plain `pulumi`'s behaviour. */
export interface Workspace {
  /** Folder with `index.ts`, `Pulumi.yaml` and `Pulumi.STACK.yaml`. @default this package's folder */
  programDirectory?: string;
  /**
   * Folder that keeps what a run adds to the stacks' settings: encryption salt and `config` overrides. The program
   * folder's own files then stay as they are; in this one plain `pulumi` works on the same stacks with the same program.
   * Without it the engine runs in the program's folder and writes the salt into `Pulumi.STACK.yaml` there, and overrides last
   * for one run.
   */
  settingsDirectory?: string;
  /** Backend of the state, as `pulumi login` takes it. @default what `Pulumi.yaml`, PULUMI_BACKEND_URL or the login say */
  backendUrl?: string;
  /**
   * Environment variables for the engine and the program on top of this process's: AWS credentials, and
   * PULUMI_CONFIG_PASSPHRASE where the state is protected by one. Secrets travel only here, never as arguments.
   */
  environment?: Record<string, string>;
  /** Path of the `pulumi` program. @default the one on PATH */
  engine?: string;
}

/** One stack of the project. */
export interface StackSelection {
  /** Stack name without organization and project, as `security` or `system-tokyo`. */
  name: string;
  /** Configuration on top of `Pulumi.NAME.yaml`. Keys without a namespace belong to the project. */
  config?: Record<string, ConfigValue>;
}

/** A setting of a stack. */
export interface ConfigValue {
  /** Text; a list or an object as JSON. */
  value: string;
  /** Encrypt it in the settings and mask it in every output. @default false */
  secret?: boolean;
}

/** A workspace whose folders are absolute and known to exist. */
export interface ResolvedWorkspace {
  programDirectory: string;
  settingsDirectory?: string;
  engine: string;
  environment: Record<string, string>;
}

/** A workspace, stack or setting that cannot be used. The message names it and what was expected. */
export class SettingsError extends Error {
  /** Always `SettingsError`. */
  override readonly name = "SettingsError";
}

/** @throws SettingsError naming the field, its value and what was expected. */
export function resolveWorkspace(workspace: Workspace = {}): ResolvedWorkspace {
  const programDirectory = path.resolve(workspace.programDirectory ?? path.join(__dirname, "../.."));
  if (!fs.existsSync(path.join(programDirectory, "Pulumi.yaml"))) {
    throw new SettingsError(`programDirectory "${programDirectory}": expected a folder with Pulumi.yaml`);
  }
  const engine = workspace.engine ?? "pulumi";
  if (engine !== "pulumi" && (!path.resolve(engine).endsWith(path.join("/bin", "pulumi")) || !fs.existsSync(engine))) {
    throw new SettingsError(`engine "${engine}": expected the path of an installation's bin/pulumi`);
  }
  const environment: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true", ...workspace.environment };
  const backend = workspace.backendUrl ?? environment["PULUMI_BACKEND_URL"] ?? process.env["PULUMI_BACKEND_URL"];
  if (backend !== undefined && backend !== "") {
    environment["PULUMI_BACKEND_URL"] = absoluteBackend(backend, programDirectory);
  }
  return {
    programDirectory,
    ...(workspace.settingsDirectory !== undefined && { settingsDirectory: path.resolve(workspace.settingsDirectory) }),
    engine: engine === "pulumi" ? engine : path.resolve(engine),
    environment,
  };
}

/** `file://./state` means the program's folder, wherever the engine happens to run. Other URLs are left alone. */
export function absoluteBackend(url: string, directory: string): string {
  const relative = /^file:\/\/(\.[^?]*)(.*)$/.exec(url);
  return relative ? `file://${path.resolve(directory, relative[1] ?? ".")}${relative[2] ?? ""}` : url;
}

/** @throws SettingsError for what cannot be the name of a stack of this project. */
export function checkStackName(name: string): void {
  // One that begins as an option does would be one to the engine.
  if (!/^(?!-)[A-Za-z0-9_.-]{1,100}$/.test(name)) {
    throw new SettingsError(
      `stack "${name}": expected 1 to 100 letters, digits, "_", "." and, not as the first, "-", without organization and project`,
    );
  }
}

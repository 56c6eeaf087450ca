import * as fs from "node:fs";
import * as path from "node:path";
import { isMap, parseDocument, type Document } from "yaml";
import { makeTemporaryFolder } from "./temporaryFolder";
import { absoluteBackend, SettingsError, type ResolvedWorkspace, type StackSelection } from "./workspace";

/** What the engine itself writes into a stack's settings; the rest is the user's. */
const engineKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** The project folder in which the engine runs one stack. */
export interface StackSettings {
  /** The program's own folder, or the one that keeps what a run adds. */
  directory: string;
  /** Project name in `Pulumi.yaml`. */
  project: string;
  /** Value of `secretsprovider` in the stack's settings, as `awskms://…`. */
  secretsProvider?: string;
  /** Absolute URL of the backend that `Pulumi.yaml` asks for, if it does. */
  backendUrl?: string;
}

const stackFile = (directory: string, stack: string): string => path.join(directory, `Pulumi.${stack}.yaml`);

function read(file: string): Document | undefined {
  if (!fs.existsSync(file)) return undefined;
  const document = parseDocument(fs.readFileSync(file, "utf8"));
  const [error] = document.errors;
  if (error) throw new SettingsError(`${file}: ${error.message}`);
  return document;
}

/** Another process never sees half a file; the owner's mode is kept. */
function write(file: string, content: string): void {
  const mode = fs.existsSync(file) ? fs.statSync(file).mode & 0o777 : 0o600;
  const partial = `${file}.${process.pid}`;
  fs.writeFileSync(partial, content, { mode });
  fs.renameSync(partial, file);
}

function copyEngineKeys(from: Document, to: Document): void {
  for (const key of engineKeys) if (from.has(key)) to.set(key, from.get(key));
}

/** `key` with its namespace. */
export function qualified(project: string, key: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

/** The user's file with what earlier runs have added in `kept`: the engine's keys and those overrides that are still asked for. */
function merged(own: Document, kept: Document | undefined, project: string, stack: StackSelection): Document {
  if (!kept) return own;
  copyEngineKeys(kept, own);
  const config = kept.get("config");
  if (!isMap(config)) return own;
  for (const key of Object.keys(stack.config ?? {})) {
    const name = qualified(project, key);
    if (config.has(name)) own.setIn(["config", name], config.get(name, true));
  }
  return own;
}

/**
 * A project folder beside the program's: its `Pulumi.yaml`, which names the program's own entry point, and the stack's
 * settings. What plain `pulumi` runs there is the same program in the same way.
 */
function writeProject(directory: string, programDirectory: string, project: Document): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const copy = project.clone();
  const main: unknown = copy.get("main");
  copy.set("main", path.resolve(programDirectory, typeof main === "string" ? main : "."));
  write(path.join(directory, "Pulumi.yaml"), copy.toString());
}

/**
 * Finds or lays out the folder in which the engine runs a stack.
 *
 * @param required whether the stack's program is to run: its `Pulumi.STACK.yaml` must exist, and counts as it is now
 * @throws SettingsError
 */
export function openSettings(workspace: ResolvedWorkspace, stack: StackSelection, required: boolean): StackSettings {
  const { programDirectory, settingsDirectory } = workspace;
  const ownFile = stackFile(programDirectory, stack.name);
  const own = read(ownFile);
  if (!own && required) {
    throw new SettingsError(
      `stack "${stack.name}" has no settings: expected ${ownFile}. Copy the example of its role and adapt it.`,
    );
  }
  const project = read(path.join(programDirectory, "Pulumi.yaml"));
  const name: unknown = project?.get("name");
  if (project === undefined || typeof name !== "string") {
    throw new SettingsError(`${programDirectory}/Pulumi.yaml: expected the project's name under "name"`);
  }
  let document = own;
  if (settingsDirectory !== undefined) {
    const file = stackFile(settingsDirectory, stack.name);
    const kept = read(file);
    // A query says nothing about overrides: what is kept stays.
    document = !required && kept ? kept : merged(own ?? parseDocument("{}\n"), kept, name, stack);
    try {
      writeProject(settingsDirectory, programDirectory, project);
      // A stack without settings gets none: an empty file would say that it is not encrypted.
      if (own || kept) write(file, document.toString());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SettingsError(`settingsDirectory "${settingsDirectory}": expected a folder to write to: ${reason}`);
    }
  }
  const secretsProvider = document?.get("secretsprovider");
  const backend: unknown = project.getIn(["backend", "url"]);
  return {
    directory: settingsDirectory ?? programDirectory,
    project: name,
    ...(typeof secretsProvider === "string" && { secretsProvider }),
    ...(typeof backend === "string" && { backendUrl: absoluteBackend(backend, programDirectory) }),
  };
}

/**
 * The folder in which a stack's program runs with its overrides: where nothing keeps them, a copy for this run alone, so
 * that they do not end up in the user's file.
 */
export function withOverrides<T>(
  { programDirectory, settingsDirectory }: ResolvedWorkspace,
  stack: StackSelection,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  if (settingsDirectory !== undefined) return work(settingsDirectory);
  if (Object.keys(stack.config ?? {}).length === 0) return work(programDirectory);
  const copy = makeTemporaryFolder();
  const remove = (): void => fs.rmSync(copy, { recursive: true, force: true });
  try {
    const project = parseDocument(fs.readFileSync(path.join(programDirectory, "Pulumi.yaml"), "utf8"));
    writeProject(copy, programDirectory, project);
    const own = stackFile(programDirectory, stack.name);
    if (fs.existsSync(own)) fs.copyFileSync(own, stackFile(copy, stack.name));
    return work(copy).finally(remove);
  } catch (error) {
    remove();
    throw error;
  }
}

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isMap, parse, parseDocument, type Document } from "yaml";
import { absoluteBackend, SettingsError, type ResolvedWorkspace, type StackSelection } from "./workspace";

/** What the engine itself writes into a stack's settings; the rest is the user's. */
const engineKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** A folder in which the engine runs one stack: copies of `Pulumi.yaml` and `Pulumi.STACK.yaml`. */
export interface StackSettings {
  directory: string;
  /** Project name in `Pulumi.yaml`. */
  project: string;
  /** Value of `secretsprovider` in the stack's settings, as `awskms://…`. */
  secretsProvider?: string;
  /** Absolute URL of the backend that `Pulumi.yaml` asks for, if it does. */
  backendUrl?: string;
  /** Keeps what the engine has written so far. */
  save(): void;
  /** Saves and removes the folder if it was a temporary one. */
  close(): void;
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

/** `text` with the engine's own keys of `from`. Line by line: whatever else is in the user's file stays as it was written. */
function withEngineKeys(text: string, from: Document): string {
  let result = text;
  for (const key of engineKeys) {
    const value: unknown = from.get(key);
    if (typeof value !== "string") continue;
    const line = `${key}: ${/^[\w+/=:.?&-]+$/.test(value) ? value : JSON.stringify(value)}`;
    const old = new RegExp(`^${key}:.*$`, "m");
    if (parseDocument(result).get(key) === value) continue;
    if (old.test(result)) result = result.replace(old, () => line);
    else result = `${result}${result === "" || result.endsWith("\n") ? "" : "\n"}${line}\n`;
  }
  return result;
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
 * Lays out the folder in which the engine runs a stack. The user's `Pulumi.STACK.yaml` is never handed to the engine
 * itself: overrides must not end up in it.
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
  const projectText = fs.readFileSync(path.join(programDirectory, "Pulumi.yaml"), "utf8");
  const project = parse(projectText) as { name?: unknown; backend?: { url?: unknown } } | null;
  if (typeof project?.name !== "string") {
    throw new SettingsError(`${programDirectory}/Pulumi.yaml: expected the project's name under "name"`);
  }

  const directory = settingsDirectory ?? fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-"));
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = stackFile(directory, stack.name);
  const kept = settingsDirectory === undefined ? undefined : read(file);
  // A query says nothing about overrides: what is kept stays.
  const document = !required && kept ? kept : merged(own ?? parseDocument("{}\n"), kept, project.name, stack);
  // The engine looks for the entry point beside the copy, where there is none and none is needed: the program is inline.
  const copy = parseDocument(projectText);
  copy.delete("main");
  write(path.join(directory, "Pulumi.yaml"), copy.toString());
  // A stack without settings gets none: an empty file would say that it is not encrypted.
  if (own || kept) write(file, document.toString());

  const save = (): void => {
    if (settingsDirectory !== undefined) return;
    const used = read(file);
    // Read again: the user may have edited the file meanwhile.
    const before = fs.existsSync(ownFile) ? fs.readFileSync(ownFile, "utf8") : undefined;
    if (used === undefined || before === undefined) return;
    const after = withEngineKeys(before, used);
    if (after !== before) write(ownFile, after);
  };
  const secretsProvider = document.get("secretsprovider");
  const backend = project.backend?.url;
  return {
    directory,
    project: project.name,
    ...(typeof secretsProvider === "string" && { secretsProvider }),
    ...(typeof backend === "string" && { backendUrl: absoluteBackend(backend, programDirectory) }),
    save,
    close: () => {
      save();
      if (settingsDirectory === undefined) fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

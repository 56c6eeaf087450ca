import * as fs from "node:fs";
import * as path from "node:path";
import type { EngineCommand } from "./engineCommand";
import type { ExportedState } from "./pendingOperations";
import { fileBackend, locksOf } from "./stateLock";
import type { RestoredState } from "../types";

/**
 * A state that the engine cannot load, since it was killed while it replaced the state's files.
 *
 * For `STACK.json` the engine writes (pulumi 3.259, pkg/backend/diy/state.go; gocloud.dev, blob/fileblob): a copy as
 * `STACK.json.bak`; the new state as `STACK.json.HEX.tmp`; in place, `STACK.json.attrs`; then it renames the temporary
 * file. Killed while it writes the attributes it leaves them empty and refuses a state that is whole. With another
 * compression than before, and in versions of old, it deletes `STACK.json` before it has the new one. A machine that
 * loses its power may leave it cut short.
 */
interface StateDamage {
  /** The state's file. */
  file: string;
  /** `attributes`: of the file itself nothing is wrong. */
  kind: "attributes" | "missing" | "unreadable";
  /** A readable backup, where one is needed. */
  backup?: string;
}

/**
 * Makes a state in files loadable where a killed run has left it otherwise. A state that can be read is never overwritten,
 * one that cannot is kept as `STACK.json.unreadable`; while somebody holds the stack's lock nothing is touched.
 *
 * @returns undefined where nothing was to be done, or can be
 */
export async function restoreState(
  engine: EngineCommand,
  project: string,
  stack: string,
): Promise<RestoredState | undefined> {
  const damage = await damageOf(engine, project, stack);
  if (damage === undefined || ((await locksOf(engine, project, stack)) ?? []).length > 0) return undefined;
  const { file, kind, backup } = damage;
  if (kind === "attributes") {
    // The engine does without them.
    fs.rmSync(`${file}.attrs`, { force: true });
    return { file, from: "itself", unsaved: unsaved(file, file) };
  }
  if (backup === undefined) return undefined;
  if (kind === "unreadable") fs.renameSync(file, `${file}.unreadable`);
  fs.rmSync(`${file}.attrs`, { force: true });
  // Fails where meanwhile there is a state.
  fs.copyFileSync(backup, file, fs.constants.COPYFILE_EXCL);
  return { file, from: "backup", unsaved: unsaved(file, backup) };
}

/** The files of a stack's state are not in order. The message says what to do. */
export class UnloadableStateError extends Error {
  override readonly name = "UnloadableStateError";
}

/**
 * For a stack that the engine does not find: an empty state in the place of a lost one would make every resource a second
 * time.
 *
 * @throws UnloadableStateError when there was a state
 */
export async function refuseDamage(engine: EngineCommand, project: string, stack: string): Promise<void> {
  const error = await damageError(engine, project, stack);
  if (error !== undefined) throw error;
}

/** The engine's error or, where it could not load or find the stack and files are not in order, one that tells of those. */
export async function orDamage(error: Error, engine: EngineCommand, project: string, stack: string): Promise<Error> {
  if (!/failed to load checkpoint|no stack named/.test(error.message)) return error;
  return (await damageError(engine, project, stack)) ?? error;
}

async function damageError(
  engine: EngineCommand,
  project: string,
  stack: string,
): Promise<UnloadableStateError | undefined> {
  const damage = await damageOf(engine, project, stack);
  if (damage === undefined) return undefined;
  const { file, kind, backup } = damage;
  const [lock] = ((await locksOf(engine, project, stack)) ?? []).filter(({ stale }) => !stale);
  const found = {
    attributes: `is whole, but the engine cannot read ${file}.attrs, which belongs to it`,
    missing: "is missing, though its backup names resources",
    unreadable: "cannot be read",
  }[kind];
  if (kind !== "attributes" && backup === undefined) {
    const older = path.join(path.dirname(file), "../../backups", project, stack);
    return new UnloadableStateError(
      `the stack's state ${file} cannot be read, nor can its backup: put a copy there, your own or one of those in ${older}`,
    );
  }
  const remedy =
    lock === undefined
      ? "`deploy --recover` or `destroy --recover` takes up what a killed run has left"
      : `${lock.holder} has locked the stack: wait for it, or, where it is no more, remove ${lock.file} and use --recover`;
  const removed = kind === "missing" ? `. If the stack was removed on purpose, delete ${file}.bak` : "";
  return new UnloadableStateError(`the stack's state ${file} ${found}: ${remedy}${removed}`);
}

async function damageOf(engine: EngineCommand, project: string, stack: string): Promise<StateDamage | undefined> {
  const root = fileBackend(await engine.backendUrl());
  if (root === undefined) return undefined;
  const file = path.join(root, ".pulumi", "stacks", project, `${stack}.json`);
  // Compressed states are beyond this.
  if ([".gz", ".zst"].some((compressed) => fs.existsSync(file + compressed))) return undefined;
  const state = read(file);
  if (typeof state === "object") {
    return read(`${file}.attrs`) === "unreadable" ? { file, kind: "attributes" } : undefined;
  }
  const backup = read(`${file}.bak`);
  const usable = typeof backup === "object" && backup.checkpoint !== undefined ? backup : undefined;
  // `pulumi stack rm` leaves the backup, too: of a stack without resources.
  if (state === "missing" && (usable === undefined || urns(usable).length === 0)) return undefined;
  return { file, kind: state, ...(usable && { backup: `${file}.bak` }) };
}

/** Of pulumi/sdk/go/common/apitype, VersionedCheckpoint. */
interface Checkpoint {
  checkpoint?: { latest?: ExportedState["deployment"] };
}

function read(file: string): Checkpoint | "missing" | "unreadable" {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw error;
  }
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === "object" && content !== null ? content : "unreadable";
  } catch {
    return "unreadable";
  }
}

/** Everything that a state names: resources, and what was begun. */
function urns({ checkpoint }: Checkpoint): string[] {
  const deployment = checkpoint?.latest;
  return [
    ...(deployment?.resources ?? []).map(({ urn }) => urn),
    ...(deployment?.pending_operations ?? []).flatMap(({ resource }) => resource?.urn ?? []),
  ];
}

/** What temporary files that were written after the state name and it does not: `state` is what the state was read from. */
function unsaved(file: string, state: string): string[] {
  const saved = read(state);
  const savedUrns = new Set(typeof saved === "object" ? urns(saved) : []);
  const since = fs.statSync(state).mtimeMs;
  const folder = path.dirname(file);
  const left = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(`${path.basename(file)}.`) && name.endsWith(".tmp"))
    .map((name) => path.join(folder, name))
    .filter((name) => fs.statSync(name).mtimeMs >= since)
    .map(read)
    .flatMap((each) => (typeof each === "object" ? urns(each) : []));
  return [...new Set(left)].filter((urn) => !savedUrns.has(urn));
}

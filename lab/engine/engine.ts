import * as fs from "node:fs";
import * as path from "node:path";
import { buildEngine } from "./build";
import { engineCache, publish } from "./cache";
import { withLock } from "./lock";
import { installByNpm } from "./npmPackage";
import { run } from "./run";
import { engineVersion, oldestEngine, usableEngine, versionIn } from "./version";

export interface Engine {
  /** Absolute path of the `pulumi` program. */
  path: string;
  version: string;
  /** Where it came from this time. */
  origin: "path" | "cache" | "npm" | "built";
}

export interface FindEngineOptions {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** @default `$XDG_CACHE_HOME/gwlb-inspection`, else `~/.cache/gwlb-inspection` */
  cacheDirectory?: string;
  /** Folders to look through for `pulumi`, separated as PATH is. @default PATH */
  searchPath?: string;
  /** Address that the vendor's npm package must reach. @default `installScript` */
  source?: string;
  /** Go program to build with. @default "go" */
  go?: string;
}

/** Version that the program at `file` reports; undefined when it does not run. */
async function reportedVersion(file: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await run(file, ["version"], { signal, environment: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
    return answer.exitCode === 0 ? versionIn(answer.stdout) : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

async function onPath(options: FindEngineOptions): Promise<Engine | undefined> {
  for (const directory of (options.searchPath ?? process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.resolve(directory, "pulumi");
    if (directory === "" || !fs.existsSync(file)) continue;
    const version = await reportedVersion(file, options.signal);
    if (version !== undefined && usableEngine(version)) return { path: file, version, origin: "path" };
    const found = version === undefined ? "does not run" : `is version ${version}`;
    options.onProgress?.(`engine: ${file} ${found}; version ${oldestEngine} or newer is needed`);
    return undefined;
  }
  return undefined;
}

/**
 * The Pulumi engine to run the program with: the one on PATH when it is new enough, else the cached one, else what the
 * vendor's npm package brings, else one built from pinned Go modules. Two runs at a time never fetch or build twice.
 *
 * @throws Error that says why neither package nor build worked and what would help.
 */
export async function findEngine(options: FindEngineOptions = {}): Promise<Engine> {
  const { signal, onProgress } = options;
  const installed = await onPath(options);
  if (installed) return installed;

  const cache = engineCache(options.cacheDirectory);
  const cached = async (): Promise<Engine | undefined> => {
    if (!fs.existsSync(cache.engine)) return undefined;
    const version = await reportedVersion(cache.engine, signal);
    return version === engineVersion ? { path: cache.engine, version, origin: "cache" } : undefined;
  };
  const ready = await cached();
  if (ready) return ready;

  const wait = (holder: number): void =>
    onProgress?.(`engine: process ${holder} is already fetching it; waiting for that`);
  return withLock(path.join(cache.directory, "engine.lock"), { signal, onWait: wait }, async () => {
    const meanwhile = await cached();
    if (meanwhile) return meanwhile;
    const origin = await fetchEngine(options, (fill) => publish(cache, fill));
    const version = await reportedVersion(cache.engine, signal);
    if (version !== engineVersion) {
      throw new Error(`${cache.engine} (${origin}) reports version ${version ?? "nothing"}, expected ${engineVersion}`);
    }
    return { path: cache.engine, version, origin };
  });
}

async function fetchEngine(
  options: FindEngineOptions,
  into: (fill: (binDirectory: string) => Promise<void>) => Promise<void>,
): Promise<"npm" | "built"> {
  const { signal, onProgress } = options;
  let npmError: string;
  try {
    await into((binDirectory) => installByNpm(binDirectory, options));
    return "npm";
  } catch (error) {
    signal?.throwIfAborted();
    npmError = error instanceof Error ? error.message : String(error);
    onProgress?.(`engine: not by npm (${npmError}); building it from source instead`);
  }
  try {
    await into((binDirectory) => buildEngine(binDirectory, options));
    return "built";
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The Pulumi engine ${engineVersion} could not be had.\n  By npm: ${npmError}\n  Build: ${reason}`, {
      cause: error,
    });
  }
}

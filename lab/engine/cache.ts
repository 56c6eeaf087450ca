import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineVersion } from "./version";

/** Folder in which the engine is kept: `engine-VERSION/bin/pulumi`. */
export interface EngineCache {
  directory: string;
  /** Path that the cached engine has, whether it is there or not. */
  engine: string;
}

/** @param directory defaults to `$XDG_CACHE_HOME/gwlb-inspection`, else `~/.cache/gwlb-inspection` */
export function engineCache(directory?: string): EngineCache {
  const root =
    directory ?? path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "gwlb-inspection");
  return { directory: root, engine: path.join(root, `engine-${engineVersion}`, "bin", "pulumi") };
}

/**
 * Lets `fill` put the engine into a folder and publishes that folder with one rename: the cache holds a whole engine or
 * none. A folder that could not be filled is removed, also one of a process that was killed: for the holder of the
 * cache's lock.
 */
export async function publish(cache: EngineCache, fill: (binDirectory: string) => Promise<void>): Promise<void> {
  const finished = path.dirname(path.dirname(cache.engine));
  const partial = path.join(cache.directory, `partial-engine-${process.pid}`);
  for (const entry of fs.existsSync(cache.directory) ? fs.readdirSync(cache.directory) : []) {
    if (entry.startsWith("partial-engine-")) fs.rmSync(path.join(cache.directory, entry), { recursive: true });
  }
  fs.mkdirSync(path.join(partial, "bin"), { recursive: true });
  try {
    await fill(path.join(partial, "bin"));
    fs.chmodSync(path.join(partial, "bin", "pulumi"), 0o755);
    // Left of a run that was killed, or an engine that no longer starts.
    fs.rmSync(finished, { recursive: true, force: true });
    fs.renameSync(partial, finished);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command";

/**
 * Where the host's cgroup v2 hierarchy can be written. Hosts on v1 have it as well, with no controllers; where it is
 * not mounted, or read-only, it is mounted on `fallback`.
 */
export async function cgroupHierarchy(fallback: string): Promise<string> {
  for (const directory of ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", fallback]) {
    if (!fs.existsSync(path.join(directory, "cgroup.controllers"))) continue;
    try {
      fs.accessSync(directory, fs.constants.W_OK);
      return directory;
    } catch {
      // Mounted read-only, as in containers.
    }
  }
  fs.mkdirSync(fallback, { recursive: true });
  await run(["mount", "-t", "cgroup2", "cgroup2", fallback]);
  return fallback;
}

/** Removes a cgroup with all below it. Its processes must have ended; the kernel may take a moment to notice. */
export async function removeCgroup(directory: string, deadline = Date.now() + 5_000): Promise<void> {
  if (!fs.existsSync(directory)) return;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(path.join(directory, entry.name), deadline);
  }
  for (;;) {
    try {
      fs.rmdirSync(directory);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || Date.now() > deadline) throw error;
    }
    await sleep(10);
  }
}

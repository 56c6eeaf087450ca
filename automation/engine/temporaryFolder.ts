import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const name = /^gwlb-inspection-(\d+)-(\d+)-(\d+)-\w{6}$/;

/**
 * A folder for this process, empty. It is named after the process, so that the next one can tell what one that was killed has left,
 * and removes it: nothing of a process that lives, and nothing of another user.
 */
export function makeTemporaryFolder(): string {
  sweepTemporaryFolders();
  return fs.mkdtempSync(
    path.join(os.tmpdir(), `gwlb-inspection-${pidNamespace()}-${process.pid}-${startOf(process.pid) ?? 0}-`),
  );
}

/** Removes the folders of processes that have ended. What cannot be removed is left. */
export function sweepTemporaryFolders(): void {
  for (const entry of entriesOf(os.tmpdir())) {
    const [, namespace, pid, start] = name.exec(entry) ?? [];
    // Whether processes of another container live cannot be seen from here.
    if (pid === undefined || namespace !== pidNamespace() || lives(Number(pid), start ?? "")) continue;
    try {
      fs.rmSync(path.join(os.tmpdir(), entry), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** proc(5): of the namespace that process ids are from. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(fs.readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}

/** proc(5), field 22 of stat: tells a process id that is used again. Undefined where there is no such process, or no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function lives(pid: number, start: string): boolean {
  if (start !== "0") return startOf(pid) === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

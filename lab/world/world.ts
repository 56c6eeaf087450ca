import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startTimeOf } from "../processStart";

/** Folder on the host that holds one folder per lab: its control socket, log, keys and Pulumi state. */
export const labsDirectory = "/run/gwlb-inspection";

/** Name prefix of everything of a lab that is visible on the host: cgroups and state. */
export const hostPrefix = "gwlb-inspection-";

/** A world's first process, as written to `world.json`; the start time tells a re-used process id apart. */
interface WorldRecord {
  /** Process id, on the host, of the world's init. */
  init: number;
  /** Field 22 of /proc/PID/stat (proc(5)), clock ticks since boot. */
  startTime: string;
}

/** What is wrong with a lab's name, if anything: it becomes part of file and cgroup names. */
export function nameProblem(name: string): string | undefined {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name)) return undefined;
  return `Lab name "${name}": expected 1 to 31 lower-case letters, digits and hyphens, a letter first`;
}

export function stateDirectory(name: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  return path.join(labsDirectory, name);
}

/** Names the process that is changing a lab: see `exclusively`. Beside the lab's folder, which may come and go meanwhile. */
export function lockFile(name: string): string {
  return `${stateDirectory(name)}.lock`;
}

/**
 * Mount, PID, network, IPC and UTS namespaces of its own: "the internet" in which one lab's VPC routers and instances
 * are further namespaces. Whatever is made inside (mounts, links, named namespaces, processes) is the kernel's to
 * remove as soon as the world's init dies, also after a crash or SIGKILL.
 *
 * /run is a private tmpfs inside, so that `ip netns add` leaves no file on the host; only the labs' folder is kept.
 */
const insideWorld = `
set -eu
labs=$1 name=$2 cgroup=${hostPrefix}$2
shift 2
mount --rbind "$labs" /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns "$labs"
mount --move /mnt "$labs"
ip link set lo up
status=0
"$@" || status=$?

# Up to 5 seconds each. Who dies may have a cgroup or a file yet to make.
for attempt in $(seq 250); do
  kill -s KILL -- -1 2>/dev/null || break
  sleep 0.02
done
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /run/cgroup; do
  for attempt in $(seq 250); do
    [ -d "$hierarchy/$cgroup" ] || break
    find "$hierarchy/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.02
  done
done
# The log of a crash stays, for whoever looks for its cause.
[ "$status" -ne 0 ] || rm -rf "$labs/$name" "$labs/$name.lock"
exit "$status"
`;

/**
 * Starts a world whose init runs `command`. Its standard input is a lifeline: the command must end at end of file. When
 * the command ends, its init removes what the kernel would leave: cgroups and, unless it failed, the lab's folder.
 */
export function startWorld(name: string, command: string[], log: number): ChildProcess {
  const world = spawn(
    "unshare",
    [
      ...["--mount", "--pid", "--net", "--ipc", "--uts", "--propagation", "private"],
      ...["--fork", "--kill-child", "--mount-proc", "--"],
      ...["sh", "-c", insideWorld, "world", labsDirectory, name, ...command],
    ],
    { stdio: ["pipe", log, log], detached: true },
  );
  return world;
}

function firstChildOf(pid: number): number | undefined {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** Writes down the init of the world that `unsharePid` makes; undefined as long as there is none. */
export function recordWorld(name: string, unsharePid: number): number | undefined {
  const init = firstChildOf(unsharePid);
  const startTime = init === undefined ? undefined : startTimeOf(init);
  if (init === undefined || startTime === undefined) return undefined;
  const record: WorldRecord = { init, startTime };
  fs.writeFileSync(path.join(stateDirectory(name), "world.json"), JSON.stringify(record));
  return init;
}

/** Host process id of the running world's init, undefined when the lab is not up. */
export function runningWorld(name: string): number | undefined {
  try {
    const file = path.join(stateDirectory(name), "world.json");
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as WorldRecord;
    return startTimeOf(record.init) === record.startTime ? record.init : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Names of the labs that are up. */
export function runningLabs(): string[] {
  const entries = fs.existsSync(labsDirectory) ? fs.readdirSync(labsDirectory) : [];
  return entries.filter((name) => nameProblem(name) === undefined && runningWorld(name) !== undefined).sort();
}

/** Host process ids of worlds' inits by lab, told by their command line: also of worlds whose record is gone. */
function inits(): { name: string; pid: number }[] {
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const [program, , script, , labs, name] = fs.readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
        const isInit = program === "sh" && script === insideWorld && labs === labsDirectory;
        return isInit && name !== undefined ? [{ name, pid: Number(entry) }] : [];
      } catch {
        return [];
      }
    });
}

/** Command line that runs `command` inside the world, in the same folder. */
export function insideCommand(init: number, directory: string, command: string[]): string[] {
  return [
    ...["nsenter", "--target", String(init), "--mount", "--net", "--pid", "--ipc", "--uts", "--"],
    ...["sh", "-c", 'cd "$1"; shift; exec "$@"', "inside", directory, ...command],
  ];
}

/** The process that an `insideCommand` runs: nsenter passes no signal on to it. */
export function insideProcess(nsenter: number): number {
  const child = nameOf(nsenter) === "nsenter" ? firstChildOf(nsenter) : undefined;
  return child === undefined ? nsenter : insideProcess(child);
}

function nameOf(pid: number): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * Runs a script in which `$1` is the root of the cgroup v2 hierarchy, mounted where nobody else sees it: hosts on v1
 * have that hierarchy, too, but mount it nowhere. In a session of its own, out of reach of Ctrl-C on our terminal.
 */
function onCgroups(script: string): string {
  const mounted = `mount -t cgroup2 cgroup2 /mnt && set -- /mnt && ${script}`;
  return execFileSync("setsid", ["--wait", "unshare", "--mount", "sh", "-eu", "-c", mounted], { encoding: "utf8" });
}

/**
 * Ends the world if it runs and removes all that is left of the lab: its cgroups, its folder and its lock. Names what it
 * found.
 */
export async function removeWorld(name: string): Promise<string[]> {
  const removed = await clearWorld(name);
  for (const entry of fs.existsSync(labsDirectory) ? fs.readdirSync(labsDirectory) : []) {
    // Also what somebody wrote to become the lock, and was killed.
    if (!entry.startsWith(`${name}.lock`)) continue;
    fs.rmSync(path.join(labsDirectory, entry), { force: true });
    removed.push(path.join(labsDirectory, entry));
  }
  removeLabsDirectory();
  return removed;
}

/** As `removeWorld`, for the holder of the lab's lock, who keeps it. */
export async function clearWorld(name: string): Promise<string[]> {
  const removed: string[] = [];
  const worlds = inits().filter((init) => init.name === name);
  for (const { pid } of worlds) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      continue;
    }
    removed.push(`process ${pid} and all in its namespaces`);
  }
  const running = (): boolean => inits().some((init) => init.name === name);
  await until(() => !running(), 10_000, `processes ${worlds.map(({ pid }) => pid).join(", ")} of lab ${name} to end`);
  const cgroup = hostPrefix + name;
  if (onCgroups('ls "$1"').split("\n").includes(cgroup)) removed.push(`cgroup ${cgroup}`);
  await until(
    // rmdir fails as long as the kernel has not yet noticed that the last process is gone.
    () =>
      !onCgroups(`find "$1/${cgroup}" -depth -type d -exec rmdir {} + 2>/dev/null || true; ls "$1"`)
        .split("\n")
        .includes(cgroup),
    10_000,
    `cgroup ${cgroup} to become empty`,
  );
  const state = stateDirectory(name);
  if (fs.existsSync(state)) {
    fs.rmSync(state, { recursive: true, force: true });
    removed.push(state);
  }
  return removed;
}

/** When no other lab has anything there. */
export function removeLabsDirectory(): void {
  try {
    fs.rmdirSync(labsDirectory);
  } catch (error) {
    if (!["ENOTEMPTY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Polls a state with a deadline; the error says what was waited for. */
export async function until(reached: () => boolean, milliseconds: number, what: string): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error(`Waited ${milliseconds / 1000} s for ${what}`);
    await sleep(20);
  }
}

/** Names of all labs of which something is there: running ones, and leftovers of crashed ones. Needs no state file. */
export function labNames(): string[] {
  const entries = fs.existsSync(labsDirectory) ? fs.readdirSync(labsDirectory) : [];
  const cgroups = onCgroups('ls "$1"').split("\n");
  const names = [
    ...entries.map((entry) => entry.replace(/\.lock.*/, "")),
    ...cgroups.filter((entry) => entry.startsWith(hostPrefix)).map((entry) => entry.slice(hostPrefix.length)),
    ...inits().map(({ name }) => name),
  ];
  // What cannot be a lab's name is somebody else's.
  return [...new Set(names)].filter((name) => nameProblem(name) === undefined).sort();
}

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { labsDirectory, until } from "../../../lab/world/world";

/** Set it to the lab's name for what is started: processes pass it on. */
export const variable = "GWLB_INSPECTION_EXIT_TEST";

/** A process, told apart from a later one with the same id. */
interface Process {
  pid: number;
  parent: number;
  /** Field 22 of /proc/PID/stat. */
  startTime: string;
  command: string;
}

function processes(): Process[] {
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = fs.readFileSync(`/proc/${entry}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const command = fs.readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 400);
        return [{ pid: Number(entry), parent: Number(fields[1]), startTime: fields[19] ?? "", command }];
      } catch {
        return [];
      }
    });
}

function pidNamespace(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Whether a process says itself that it is the lab's: by its environment, or, inside instances, by its cgroup. */
function names(lab: string, pid: number, files = ["environ", "cgroup"]): boolean {
  return files.some((file) => {
    try {
      const text = fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
      return new RegExp(`(${variable}=|/gwlb-inspection-)${lab}\\b(?!-)`).test(text);
    } catch {
      return false;
    }
  });
}

/** What one mount namespace after the other, this one first, has of the lab. */
function mounts(lab: string): string[] {
  const seen = new Set<string>();
  return ["self", ...processes().map(({ pid }) => String(pid))].flatMap((pid) => {
    try {
      const namespace = fs.readlinkSync(`/proc/${pid}/ns/mnt`);
      if (seen.has(namespace)) return [];
      seen.add(namespace);
      const lines = fs.readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n");
      return lines.filter((line) => new RegExp(`gwlb-inspection[-/]${lab}\\b(?!-)`).test(line));
    } catch {
      return [];
    }
  });
}

function withDescendants(all: Process[], pids: number[]): Set<number> {
  const family = new Set(pids);
  for (let before = -1; before !== family.size;) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return family;
}

const shell = (command: string): string => execFileSync("unshare", ["--mount", "sh", "-c", command]).toString();

/** Remembers what one lab has, and finds what of it is still there. Others may work on the same host meanwhile. */
export class Leftovers {
  private readonly processes = new Map<string, Process>();

  /** What measured before: the moment that it is left of has failed for it. */
  private readonly earlier: { measurers: Process[]; folders: string[] };

  constructor(readonly lab: string) {
    this.earlier = this.measuringNow();
  }

  /** Remembers which processes the lab has now. */
  look(): void {
    const all = processes();
    const known = [...this.processes.values()].map(({ pid }) => pid);
    const family = withDescendants(all, [...known, ...all.map(({ pid }) => pid).filter((pid) => names(this.lab, pid))]);
    for (const each of all) if (family.has(each.pid)) this.processes.set(`${each.pid} ${each.startTime}`, each);
  }

  /** A running process of the lab by its command line. */
  find(matches: (command: string) => boolean): number | undefined {
    return this.findAll(matches)[0];
  }

  findAll(matches: (command: string) => boolean): number[] {
    return processes().flatMap(({ pid, command }) => (matches(command) && names(this.lab, pid) ? [pid] : []));
  }

  /** Number of processes seen so far: of a lab that had none, none can be left. */
  get seen(): number {
    return this.processes.size;
  }

  /** What of it is there now, one line each. */
  now(): string[] {
    return [
      // A namespace without a process is held by a mount or by nobody; its number may be another lab's soon.
      ...processes()
        .filter(({ pid, startTime }) => this.processes.has(`${pid} ${startTime}`) || names(this.lab, pid))
        .map(({ pid, command }) => `process ${pid} ${command}`),
      ...this.cgroups(),
      ...mounts(this.lab).map((mount) => `mount ${mount}`),
      ...this.files(),
    ];
  }

  /** What measures on the lab's instances now, without what did when this was made, and what that has started. */
  measuring(): string[] {
    const { measurers, folders } = this.measuringNow();
    const { earlier } = this;
    const known = measurers.filter(({ pid, startTime }) =>
      earlier.measurers.some((other) => other.pid === pid && other.startTime === startTime),
    );
    const theirs = withDescendants(
      processes(),
      known.map(({ pid }) => pid),
    );
    return [
      ...measurers.filter(({ pid }) => !theirs.has(pid)).map(({ pid, command }) => `process ${pid} ${command}`),
      ...folders.filter((folder) => !earlier.folders.includes(folder)),
    ];
  }

  /** Looks until a capture, its tcpdump and a ping were seen, and says which were. */
  async seenMeasuring(milliseconds: number): Promise<string[]> {
    const all = ["capture", "ping", "tcpdump"];
    const seen = new Set<string>();
    await until(
      () => {
        const lines = this.measuring();
        // Whole words: a capture that is being taken down is `.stopping`.
        for (const word of all) if (lines.some((line) => new RegExp(`\\b${word}\\b`).test(line))) seen.add(word);
        return seen.size === all.length;
      },
      milliseconds,
      "a measurement",
    ).catch(() => undefined);
    return [...seen];
  }

  /** Processes, and captures' folders. */
  private measuringNow(): { measurers: Process[]; folders: string[] } {
    const inside = this.inside();
    return {
      measurers: inside.filter(({ command }) => /^(\S*\/)?(tcpdump|ping|timeout|sudo) |^sh -s/.test(command)),
      folders: inside.flatMap(({ pid }) =>
        ["run", "dev/shm"].flatMap((folder) => {
          try {
            const entries = fs.readdirSync(`/proc/${pid}/root/${folder}`);
            return entries.filter((entry) => entry.startsWith("gwlb-inspection-"));
          } catch {
            return [];
          }
        }),
      ),
    };
  }

  /**
   * Processes of instances, and what has started them. What came in from outside, as commands by SSM do, shares an
   * instance's PID namespace only.
   */
  private inside(): Process[] {
    const all = processes().map((each) => ({ ...each, namespace: pidNamespace(each.pid) }));
    const instances = all.filter(({ pid }) => names(this.lab, pid, ["cgroup"])).map(({ namespace }) => namespace);
    return all.filter(({ namespace }) => namespace !== undefined && instances.includes(namespace));
  }

  private files(): string[] {
    if (!fs.existsSync(labsDirectory)) return [];
    const own = new RegExp(`^${this.lab}(\\.|$)`);
    return fs.readdirSync(labsDirectory).flatMap((entry) => (own.test(entry) ? [`${labsDirectory}/${entry}`] : []));
  }

  private cgroups(): string[] {
    // Hosts on cgroup v1 have v2 as well, but not always mounted.
    const list = `mount -t cgroup2 cgroup2 /mnt && find /mnt /sys/fs/cgroup -name 'gwlb-inspection-${this.lab}'`;
    return shell(list).split("\n").filter(Boolean);
  }
}

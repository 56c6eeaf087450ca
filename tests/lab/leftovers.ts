import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

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
        const command = fs.readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 120);
        return [{ pid: Number(entry), parent: Number(fields[1]), startTime: fields[19] ?? "", command }];
      } catch {
        return [];
      }
    });
}

/** Whether a process says itself that it is the lab's: by its environment, or, inside instances, by its cgroup. */
function names(lab: string, pid: number): boolean {
  return [`/proc/${pid}/environ`, `/proc/${pid}/cgroup`].some((file) => {
    try {
      return new RegExp(`(${variable}=|/gwlb-inspection-)${lab}\\b(?!-)`).test(fs.readFileSync(file, "utf8"));
    } catch {
      return false;
    }
  });
}

/** What labs mount, as far as this mount namespace sees it. */
function mountsNow(): string[] {
  const lines = fs.readFileSync("/proc/self/mounts", "utf8").split("\n");
  return lines.filter((line) => /gwlb-inspection|netns|nsfs|overlay/.test(line));
}

function linksNow(): string[] {
  return fs.readdirSync("/sys/class/net").map((link) => `link ${link}`);
}

const shell = (command: string): string => execFileSync("unshare", ["--mount", "sh", "-c", command]).toString();

/** Remembers what one lab has, and finds what of it is still there. Others may work on the same host meanwhile. */
export class Leftovers {
  private readonly processes = new Map<string, Process>();
  private readonly mounts = mountsNow();
  private readonly links = linksNow();

  constructor(
    private readonly lab: string,
    /** What was started: the lab's processes descend from it. */
    private readonly root: number,
  ) {}

  /** Remembers which processes the lab has now. */
  look(): void {
    const family = new Set([this.root, ...[...this.processes.values()].map(({ pid }) => pid)]);
    const all = processes();
    for (let before = 0; before !== family.size;) {
      before = family.size;
      for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    for (const each of all) if (family.has(each.pid)) this.processes.set(`${each.pid} ${each.startTime}`, each);
  }

  /** A process of the lab by its command line. */
  find(matches: (command: string) => boolean): number | undefined {
    return [...this.processes.values()].find(({ command }) => matches(command))?.pid;
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
      ...mountsNow().filter((mount) => !this.mounts.includes(mount)),
      ...linksNow().filter((link) => !this.links.includes(link)),
      ...(fs.existsSync(path.join("/run/gwlb-inspection", this.lab)) ? [`/run/gwlb-inspection/${this.lab}`] : []),
    ];
  }

  private cgroups(): string[] {
    // Hosts on cgroup v1 have v2 as well, but not always mounted.
    const list = `mount -t cgroup2 cgroup2 /mnt && find /mnt /sys/fs/cgroup -name 'gwlb-inspection-${this.lab}'`;
    return shell(list).split("\n").filter(Boolean);
  }
}

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** What a lab could change on its host, one line for each thing. */
export type HostState = Map<string, Set<string>>;

/** Output of a program that may not be installed, without what counts packets or time. */
function linesOf(...[program = "", ...args]: string[]): string[] {
  const { stdout } = spawnSync(program, args, { encoding: "utf8" });
  return ((stdout as string | null) ?? "")
    .split("\n")
    .map((line) => line.replace(/^#.*|\[\d+:\d+\]|\bexpires \d+sec\b|\bage \S+/g, "").trim())
    .filter(Boolean);
}

/** Every file below a folder, as `describe` sees it. */
function files(directory: string, describe: (file: string, stat: fs.Stats) => string): string[] {
  return fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).flatMap((entry) => {
    const file = path.join(directory, entry);
    try {
      const stat = fs.lstatSync(file);
      return [`${file} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${describe(file, stat)}`];
    } catch {
      return [];
    }
  });
}

function contentOf(file: string, stat: fs.Stats): string {
  if (stat.isSymbolicLink()) return fs.readlinkSync(file);
  if (!stat.isFile()) return "";
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex").slice(0, 12);
}

/** Sizes and times tell a change of /var/lib well enough: it is large. A folder's time tells what came and went. */
const timeOf = (file: string, stat: fs.Stats): string => `${stat.size} ${stat.mtimeMs}`;

const entries = (directory: string): string[] =>
  (fs.existsSync(directory) ? fs.readdirSync(directory) : []).map((entry) => path.join(directory, entry));

/** Settings of the host's own network namespace, of IPv4 and IPv6, for each link and all. */
function networkSettings(): string[] {
  return ["ipv4", "ipv6"].flatMap((family) =>
    files(`/proc/sys/net/${family}/conf`, (file, stat) => {
      try {
        return stat.isFile() && !file.endsWith("stable_secret") ? fs.readFileSync(file, "utf8").trim() : "";
      } catch {
        return "unreadable";
      }
    }),
  );
}

export function hostState(): HostState {
  const ip = (...args: string[]): string[] => linesOf("ip", ...args);
  const mounts = fs.readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
  const cache = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  const found: Record<string, string[]> = {
    // Without its number and its parent's, which are given anew.
    mount: mounts.map((line) => line.split(" ").slice(3).join(" ")),
    link: ip("-o", "link"),
    address: ip("-o", "address"),
    rule: [...ip("rule"), ...ip("-6", "rule")],
    route: [...ip("route", "show", "table", "all"), ...ip("-6", "route", "show", "table", "all")],
    "named namespace": [...ip("netns", "list"), ...entries("/run/netns")],
    nftables: linesOf("nft", "--stateless", "list", "ruleset"),
    iptables: [...linesOf("iptables-save"), ...linesOf("ip6tables-save")],
    "network setting": networkSettings(),
    etc: files("/etc", contentOf),
    "var/lib": files("/var/lib", timeOf),
    run: entries("/run"),
    lab: entries("/run/gwlb-inspection"),
    temporary: [...entries("/tmp"), ...entries("/dev/shm")],
    cache: entries(path.join(cache, "gwlb-inspection")),
  };
  return new Map(Object.entries(found).map(([kind, lines]) => [kind, new Set(lines)]));
}

/** Names that only others give to what they have there. */
const ours = /gwlb-inspection|automation-|pulumi|partial-|exit-\d/;
/** Paths at which the lab mounts something in namespaces of its own. */
const ourMountPoints = /^(\/mnt|\/run|\/run\/netns|\/run\/cgroup|\/proc|\/sys\S*)$/;

function isForeign(kind: string, line: string, labs: string): boolean {
  if (kind === "mount") return !ourMountPoints.test(line.split(" ")[1] ?? "") && !line.includes(labs);
  // Other labs, and other programs' temporary files.
  if (kind === "lab") return !line.includes(labs);
  if (kind === "run" || kind === "temporary") return !ours.test(line) || line === "/run/gwlb-inspection";
  // Images and engines are built by others, too; under a name of their own as long as they are not whole.
  if (kind === "cache") return !/\/partial/.test(line);
  return false;
}

/**
 * What differs between two states, one line each: what a lab must not have done, and what others seem to have done
 * meanwhile on the same host.
 *
 * @param labs what the names of all labs of concern begin with
 */
export function hostDifferences(
  before: HostState,
  after: HostState,
  labs: string,
): { ours: string[]; foreign: string[] } {
  const result = { ours: [] as string[], foreign: [] as string[] };
  for (const [kind, lines] of after) {
    const known = before.get(kind) ?? new Set();
    const changed = [
      ...[...known].filter((line) => !lines.has(line)).map((line) => ["-", line] as const),
      ...[...lines].filter((line) => !known.has(line)).map((line) => ["+", line] as const),
    ];
    for (const [sign, line] of changed) {
      (isForeign(kind, line, labs) ? result.foreign : result.ours).push(`${sign} ${kind}: ${line}`);
    }
  }
  return result;
}

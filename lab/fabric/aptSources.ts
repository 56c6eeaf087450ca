import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export interface AptSources {
  /** Release of the distribution that the image is made of, `bookworm`. */
  suite: string;
  /** Sources in one of apt's two formats (sources.list(5)). May hold credentials. */
  entries: string;
  /** Settings in the form of apt.conf(5): proxy, timeouts and the like. */
  options: string;
}

/** Used where the host is no Debian or Ubuntu. */
const elsewhere = { suite: "bookworm", entries: "deb http://deb.debian.org/debian bookworm main\n" };

/**
 * Where the host's own apt gets its distribution from, so that the image can be built wherever the host can install
 * packages. Third-party sources are left out.
 */
export function hostAptSources(): AptSources {
  const options = aptOptions();
  const release = fs.existsSync("/etc/os-release") ? fs.readFileSync("/etc/os-release", "utf8") : "";
  const value = (key: string): string | undefined => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(release)?.[1];
  const suite = value("VERSION_CODENAME");
  if (suite === undefined || !["debian", "ubuntu"].includes(value("ID") ?? "")) return { ...elsewhere, options };

  const directory = "/etc/apt/sources.list.d";
  const listed = fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  const files = ["/etc/apt/sources.list", ...listed.map((name) => path.join(directory, name))];
  const texts = files
    .filter((file) => /\.(list|sources)$/.test(file) && fs.existsSync(file))
    .map((file) => ({ deb822: file.endsWith(".sources"), text: fs.readFileSync(file, "utf8") }));
  const entries = distributionSources(texts, suite);
  if (entries === "") {
    throw new Error(
      `No source for the main component of ${suite} in ${files.join(", ")}. ` +
        `The lab's image is built from the archive that the host's apt uses.`,
    );
  }
  return { suite, entries, options };
}

/** Network settings of the host's apt; the rest of its configuration is no concern of the image. */
function aptOptions(): string {
  try {
    const dump = execFileSync("apt-config", ["dump"], { encoding: "utf8" });
    const network = /^Acquire::(https?::|Retries|Check-Valid-Until|Check-Date|ForceIPv4|ForceIPv6)/;
    return dump.replace(/^.*\n/gm, (line) => (network.test(line) && !line.endsWith(' "";\n') ? line : ""));
  } catch {
    return "";
  }
}

/** The entries of the distribution itself: main component, suite `suite`, its updates and its security updates. */
export function distributionSources(files: { deb822: boolean; text: string }[], suite: string): string {
  const suites = [suite, `${suite}-updates`, `${suite}-security`];
  const oneLine: string[] = [];
  const stanzas: string[] = [];
  for (const { deb822, text } of files) {
    if (deb822) stanzas.push(...text.split(/\n\s*\n/).flatMap((stanza) => ofDistribution(stanza, suites)));
    else oneLine.push(...text.split("\n").filter((line) => isOfDistribution(line, suites)));
  }
  // mmdebstrap reads one format at a time; the stanzas are the current way, so they win where a host has both.
  return stanzas.length > 0 ? `${stanzas.join("\n\n")}\n` : oneLine.map((line) => `${line}\n`).join("");
}

function isOfDistribution(line: string, suites: string[]): boolean {
  const match = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)\s+(.*)$/.exec(line.trim());
  return match !== null && suites.includes(match[1] ?? "") && (match[2] ?? "").split(/\s+/).includes("main");
}

function ofDistribution(stanza: string, suites: string[]): string[] {
  const lines = stanza.split("\n").filter((line) => !line.startsWith("#") && line.trim() !== "");
  const field = (name: string): string[] =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
      .split(/\s+/) ?? [];
  const wanted = field("suites").filter((suite) => suites.includes(suite));
  if (!field("types").includes("deb") || !field("components").includes("main") || wanted.length === 0) return [];
  if (field("enabled").includes("no")) return [];
  return [
    lines
      .map((line) => (/^suites:/i.test(line) ? `Suites: ${wanted.join(" ")}` : line))
      .map((line) => (/^types:/i.test(line) ? "Types: deb" : line))
      .join("\n"),
  ];
}

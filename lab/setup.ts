import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** Programs that the lab runs on the host, with the Debian package that brings each. */
const tools: Record<string, string> = {
  ip: "iproute2",
  nft: "nftables",
  mmdebstrap: "mmdebstrap",
  unshare: "util-linux",
  setpriv: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
  tcpdump: "tcpdump",
  ssh: "openssh-client",
  ping: "iputils-ping",
};

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .some((directory) => directory !== "" && fs.existsSync(path.join(directory, program)));
}

/**
 * What stands against running the lab here, each with the command that mends it. Missing Debian packages are not
 * listed: `installTools` brings them.
 */
export function obstacles(): string[] {
  if (process.platform !== "linux") return [`The lab needs Linux namespaces; this is ${process.platform}.`];
  const found: string[] = [];
  if (process.getuid?.() !== 0) found.push("The lab makes namespaces and mounts and needs root: run it with sudo.");
  if (!fs.existsSync("/dev/net/tun"))
    found.push("/dev/net/tun is missing: load the kernel module with `modprobe tun`.");
  if (!/\boverlay$/m.test(fs.readFileSync("/proc/filesystems", "utf8"))) {
    found.push("The kernel has no overlay file system: load it with `modprobe overlay`.");
  }
  return found;
}

/** Installs what is missing of `tools` where there is apt; elsewhere fails and names it. */
export function installTools(onProgress: (line: string) => void): void {
  const problems = obstacles();
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const missing = Object.keys(tools).filter((tool) => !onPath(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tools[tool] ?? tool))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (!onPath("apt-get")) {
    throw new Error(`Missing programs: ${missing.join(", ")}. On Debian or Ubuntu: ${command}`);
  }
  onProgress(`installing ${packages.join(", ")} (missing: ${missing.join(", ")})`);
  const result = spawnSync("sh", ["-c", `apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${command}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.status !== 0) throw new Error(`\`${command}\` failed:\n${result.stderr.trim()}`);
}

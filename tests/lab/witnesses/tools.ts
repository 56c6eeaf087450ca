import { spawnSync } from "node:child_process";
import * as fs from "node:fs";

/** Debian's own Python: apt's scapy belongs to it, whatever else is called `python3` here. */
export const python = "/usr/bin/python3";

/** What tells that a package's tool works, by Debian package. */
const tools: Record<string, [program: string, ...args: string[]]> = {
  tshark: ["tshark", "--version"],
  "python3-scapy": [python, "-c", "import scapy.contrib.geneve"],
};

const works = ([program, ...args]: [string, ...string[]]): boolean => spawnSync(program, args).status === 0;

/**
 * Installs the tests' independent witnesses, tshark and scapy, where they are missing and apt is there. To be called in
 * a `before` hook with time for a download. @throws Error naming what is missing
 */
export function installWitnesses(): void {
  const missing = Object.keys(tools).filter((name) => !works(tools[name] ?? [name]));
  if (missing.length === 0) return;
  const install = `apt-get install -y -qq --no-install-recommends ${missing.join(" ")}`;
  if (!fs.existsSync("/usr/bin/apt-get")) throw new Error(`Missing: ${missing.join(", ")}. On Debian: ${install}`);
  // The question of wireshark-common, whether users may capture, is answered with its default: no.
  const result = spawnSync("sh", ["-c", `apt-get update -qq && ${install}`], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  const still = missing.filter((name) => !works(tools[name] ?? [name]));
  if (still.length > 0) {
    throw new Error(`\`${install}\` did not bring ${still.join(", ")} (exit ${result.status}):\n${result.stderr}`);
  }
}

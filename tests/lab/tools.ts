import { spawnSync } from "node:child_process";
import * as fs from "node:fs";

/** Debian's own Python: what apt installs belongs to it, whatever else is called `python3` here. */
export const python = "/usr/bin/python3";

/** Debian's Chromium. */
export const chromium = "/usr/bin/chromium";

/** What tells that a package's tool works, by Debian package. */
const tools: Record<string, [program: string, ...args: string[]]> = {
  tshark: ["tshark", "--version"],
  "python3-scapy": [python, "-c", "import scapy.contrib.geneve"],
  "python3-venv": [python, "-c", "import ensurepip, venv"],
  graphviz: ["dot", "-V"],
  chromium: [chromium, "--version"],
  "fonts-dejavu-core": ["test", "-e", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
};

const works = ([program, ...args]: [string, ...string[]]): boolean => spawnSync(program, args).status === 0;

/** Installs the tests' independent witnesses where they are missing and apt is there. @throws Error naming what is missing */
export function installTools(): void {
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

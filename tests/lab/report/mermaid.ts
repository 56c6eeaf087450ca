import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineCache } from "../../../lab/engine/cache";

/** A repository's host draws with the one or the other: they break titles differently. */
const integrities = {
  "11.17.2": "sha512-V6K3C8EBdEsPFZXSKMJe6ppQOENxuHARr9GvHX4hh47lAbhMRD9qf4oEK7LoaRQxULMa80/qt5gHO73aCleBBg==",
  "12.3.0": "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
} as const;

export type MermaidVersion = keyof typeof integrities;

export const mermaidVersions = Object.keys(integrities) as MermaidVersion[];

/**
 * Puts the pinned Mermaid, one file for browsers, into the cache, unless it is there. As a dependency it would bring
 * 200 MB of others, which that file has inside.
 *
 * @returns path of the file
 * @throws Error when the registry's package is another than the pinned one
 */
export function installMermaid(version: MermaidVersion): string {
  const integrity = integrities[version];
  const { directory } = engineCache();
  const finished = path.join(directory, `mermaid-${version}`);
  const script = path.join(finished, "package", "dist", "mermaid.min.js");
  if (fs.existsSync(script)) return script;
  const partial = path.join(directory, `partial-mermaid-${process.pid}`);
  fs.mkdirSync(partial, { recursive: true });
  try {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", partial, `mermaid@${version}`], { stdio: "pipe" });
    const archive = path.join(partial, `mermaid-${version}.tgz`);
    const found = `sha512-${createHash("sha512").update(fs.readFileSync(archive)).digest("base64")}`;
    if (found !== integrity) throw new Error(`mermaid ${version}: expected ${integrity}, the registry has ${found}`);
    execFileSync("tar", ["-xzf", archive, "-C", partial, "package/dist/mermaid.min.js"]);
    fs.rmSync(archive);
    // The name is that of a whole package, or of none.
    fs.renameSync(partial, finished);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return script;
}

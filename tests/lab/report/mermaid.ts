import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineCache } from "../../../lab/engine/cache";

const version = "12.3.0";
const integrity = "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==";

/**
 * Puts the pinned Mermaid, one file for browsers, into the cache, unless it is there. As a dependency it would bring
 * 200 MB of others, which that file has inside.
 *
 * @returns path of the file
 * @throws Error when the registry's package is another than the pinned one
 */
export function installMermaid(): string {
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

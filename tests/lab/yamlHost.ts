import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineCache } from "../../lab/engine/cache";
import { goBuild } from "../../lab/engine/goBuild";

const module = path.join(__dirname, "yamlHost");
const program = "pulumi-language-yaml";

/** Folder of the YAML language host, which the vendor's CLI has beside it, built against the engine's own modules. */
export function yamlHostFolder(): string {
  const hash = createHash("sha256")
    .update(fs.readFileSync(path.join(module, "go.mod")))
    .digest("hex");
  return path.join(engineCache().directory, `yaml-host-${hash.slice(0, 12)}`);
}

/** Builds it where it is missing: half a minute after the engine's build, whose parts are most of it. */
export async function buildYamlHost(): Promise<void> {
  const folder = yamlHostFolder();
  if (fs.existsSync(folder)) return;
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await goBuild(
      {
        what: "the YAML language host",
        module,
        output: path.join(partial, program),
        package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      },
      { onProgress: (line) => console.log(line) },
    );
    fs.renameSync(partial, folder);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

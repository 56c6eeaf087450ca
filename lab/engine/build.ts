import * as path from "node:path";
import { goBuild, type BuildOptions } from "./goBuild";
import { buildModule, engineVersion } from "./version";

/** Builds the engine from the pinned Go modules into `binDirectory`: only the CLI, no language host and no plugin, comes of it. */
export async function buildEngine(binDirectory: string, options: BuildOptions = {}): Promise<void> {
  await goBuild(
    {
      what: `Pulumi ${engineVersion}`,
      module: buildModule,
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      output: path.join(binDirectory, "pulumi"),
    },
    options,
  );
}

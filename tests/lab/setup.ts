import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { installModel } from "./awsApi/model";
import { installMermaid, mermaidVersions } from "./report/mermaid";
import { installTools } from "./tools";
import { buildYamlHost } from "./yamlHost";

/**
 * Run by mocha once before all lab tests: what they share is installed or built here, so that no test's deadline counts
 * it and no two tests do it at once. @throws Error when the lab's own set-up fails
 */
export async function mochaGlobalSetup(): Promise<void> {
  const root = path.resolve(__dirname, "../..");
  const setup = [path.join(root, "cli/main.ts"), "lab", "setup"];
  const { status } = spawnSync(process.execPath, ["--require", "./loader.cjs", ...setup], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`gwlb-inspection lab setup ended with ${status}`);
  installTools();
  installModel();
  for (const version of mermaidVersions) installMermaid(version);
  await buildYamlHost();
}

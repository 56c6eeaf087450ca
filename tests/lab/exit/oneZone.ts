import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.resolve(__dirname, "../../..");

/** A folder with the program and its shipped settings, but for one zone only: half the work. The caller removes it. */
export function oneZoneProgram(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-exit-"));
  fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  for (const stack of ["security", "system"]) {
    const text = fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8");
    const without = text.replace(/^ +apne1-az1: .*\n/m, "");
    if (without === text) throw new Error(`Pulumi.${stack}.yaml: expected a line of zone apne1-az1`);
    fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), without);
  }
  fs.writeFileSync(
    path.join(folder, "index.ts"),
    `export = require(${JSON.stringify(path.join(root, "index.ts"))});\n`,
  );
  return folder;
}

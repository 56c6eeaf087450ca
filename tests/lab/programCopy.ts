import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isMap, parseDocument } from "yaml";

const root = path.resolve(__dirname, "../..");

/** What of a checkout is not the program's. */
const notOfProgram = ["node_modules", ".git", "out", "tests", "lab", "docs"];

/** Another checkout of this program with its shipped settings, for a test to change them as somebody with an editor would. */
export class ProgramCopy {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-program-"));
  private readonly settings: string = root;

  /** @param example - whose settings it has in place of the shipped ones, of `examples/` */
  constructor(example?: string) {
    for (const entry of fs.readdirSync(root).filter((each) => !notOfProgram.includes(each))) {
      fs.cpSync(path.join(root, entry), path.join(this.folder, entry), { recursive: true });
    }
    if (example !== undefined) {
      for (const stack of ["security", "system"]) this.leaveOut(stack);
      this.settings = path.join(root, "examples", example);
      fs.cpSync(this.settings, this.folder, { recursive: true });
    }
    // As after `npm ci`, and sooner there.
    fs.symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** The settings of a stack as they were. */
  restore(stack: string): void {
    const file = `Pulumi.${stack}.yaml`;
    fs.copyFileSync(path.join(this.settings, file), path.join(this.folder, file));
  }

  leaveOut(stack: string): void {
    fs.rmSync(path.join(this.folder, `Pulumi.${stack}.yaml`));
  }

  /** Sets one value of a stack. @param key path in its settings, such as `verification` or `zones.apne1-az1` */
  set(stack: string, key: string, value: unknown): void {
    this.edit(stack, key, (document, where) => document.setIn(where, value));
  }

  /** Takes one value out of a stack's settings. @throws Error when it is not there */
  delete(stack: string, key: string): void {
    this.edit(stack, key, (document, where) => {
      if (!document.deleteIn(where)) throw new Error(`Pulumi.${stack}.yaml has no ${key}`);
    });
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }

  private edit(
    stack: string,
    key: string,
    change: (document: ReturnType<typeof parseDocument>, where: string[]) => void,
  ) {
    const file = path.join(this.folder, `Pulumi.${stack}.yaml`);
    const document = parseDocument(fs.readFileSync(file, "utf8"));
    if (!isMap(document.get("config"))) throw new Error(`${file} has no config`);
    const [name = "", ...inside] = key.split(".");
    change(document, ["config", `gwlb-inspection:${name}`, ...inside]);
    fs.writeFileSync(file, document.toString());
  }
}

/** With one zone in place of two: half the work. */
export function oneZoneProgram(): ProgramCopy {
  const program = new ProgramCopy();
  for (const stack of ["security", "system"]) program.delete(stack, "zones.apne1-az1");
  return program;
}

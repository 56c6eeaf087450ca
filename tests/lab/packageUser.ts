import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runProgram, type Outcome } from "./commandLine";

const root = path.resolve(__dirname, "../..");
const out = path.join(root, "out");

/** A packed npm package. */
export interface Packed {
  tarball: string;
  /** Paths in it. */
  files: string[];
}

/** Somebody with the npm packages of this checkout, built and packed, in an empty project of theirs. */
export class PackageUser {
  readonly project = fs.mkdtempSync(path.join(os.tmpdir(), "package-user-"));

  /** Builds both packages and packs them, into the project's folder. */
  async pack(): Promise<{ program: Packed; lab: Packed }> {
    await this.succeed(
      process.execPath,
      ["--require", "./loader.cjs", path.join(root, "packaging/build.ts")],
      {},
      root,
    );
    const [program, lab] = await Promise.all(
      ["gwlb-inspection", "gwlb-inspection-lab"].map((name) => this.packOne(name)),
    );
    if (program === undefined || lab === undefined) throw new Error("no packages");
    // What a Pulumi project in TypeScript has anyway, in the versions that are known to work.
    const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as Record<string, object>;
    const versions: Record<string, string> = { ...own["dependencies"], ...own["devDependencies"] };
    const needed = ["@pulumi/aws", "@pulumi/pulumi", "typescript", "@types/node", "mocha", "@types/mocha"];
    const dependencies = Object.fromEntries(needed.map((name) => [name, versions[name]]));
    fs.writeFileSync(
      path.join(this.project, "package.json"),
      JSON.stringify({ name: "user", private: true, dependencies }),
    );
    return { program, lab };
  }

  private async packOne(name: string): Promise<Packed> {
    const listed = await this.succeed("npm", ["pack", path.join(out, name), "--json"]);
    const [packed] = JSON.parse(listed) as [{ filename: string; files: { path: string }[] }];
    return { tarball: path.join(this.project, packed.filename), files: packed.files.map((file) => file.path) };
  }

  async install({ tarball }: Packed): Promise<void> {
    await this.succeed("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball]);
  }

  /** As the package's README says: its settings, and its program as the project's. */
  makeProject(): void {
    for (const file of ["Pulumi.yaml", "Pulumi.security.yaml", "Pulumi.system.yaml"]) {
      fs.copyFileSync(path.join(this.project, "node_modules/gwlb-inspection", file), path.join(this.project, file));
    }
    fs.writeFileSync(path.join(this.project, "index.js"), 'module.exports = require("gwlb-inspection/program");\n');
  }

  run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}, cwd = this.project): Promise<Outcome> {
    return runProgram(program, args, { cwd, env: { ...process.env, ...environment } });
  }

  /** @returns what it prints on standard output */
  async succeed(...given: Parameters<PackageUser["run"]>): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(...given);
    expect(exitCode, `${given[0]} ${given[1].join(" ")}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  }

  /** The installed command line. */
  bin(...args: string[]): Promise<Outcome> {
    return this.run(path.join("node_modules/.bin/gwlb-inspection"), args);
  }

  remove(): void {
    fs.rmSync(this.project, { recursive: true });
  }
}

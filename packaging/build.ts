import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  componentManifest,
  labManifest,
  programManifest,
  publishedProject,
  type Manifest,
  type Published,
} from "./manifest";

/**
 * Lays out the two npm packages, program and lab, in `out/`: JavaScript with declarations, and what is read at run time. They
 * are folders of their own so that a checkout never runs anything that was built.
 */
const root = path.join(__dirname, "..");
const out = path.join(root, "out");
const compiled = path.join(out, "compiled");

const layers = ["automation", "cli", "components", "live", "path", "plugin", "stacks", "verification"];

function build(): void {
  for (const folder of ["compiled", "gwlb-inspection", "gwlb-inspection-lab"]) {
    fs.rmSync(path.join(out, folder), { recursive: true, force: true });
  }
  const compiler = require.resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "--project", __dirname], { stdio: "inherit" });

  const program = read("package.json");
  assemble(programManifest(program), "program.md", [
    ...["index.js", "index.d.ts", ...layers].map((name) => ({ from: compiled, name })),
    ...[
      "bin",
      "docs",
      "examples",
      "hosts",
      "loader.cjs",
      "schemas",
      "CHANGELOG.md",
      "Pulumi.security.yaml",
      "Pulumi.system.yaml",
      "Pulumi.transit.yaml",
      "Pulumi.spoke-a.yaml",
      "Pulumi.spoke-b.yaml",
      "Pulumi.proof.yaml",
    ].map((name) => ({
      from: root,
      name,
    })),
    { from: root, name: "plugin", only: (file: string) => !/\.ts$|^(package|tsconfig)\.json$/.test(file) },
  ]);
  const componentPackage = path.join(out, program.name, "plugin");
  fs.copyFileSync(path.join(root, "PulumiPlugin.yaml"), path.join(componentPackage, "PulumiPlugin.yaml"));
  writeManifest(componentPackage, componentManifest(program));
  const project = fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8");
  fs.writeFileSync(path.join(out, program.name, "Pulumi.yaml"), publishedProject(project));
  assemble(labManifest(read("lab/package.json"), program), "lab.md", [
    // The lab's imports of path/net/ are relative: it brings its own copy of that leaf.
    ...["lab", "path/net"].map((name) => ({ from: compiled, name })),
    { from: root, name: "lab", only: (file: string) => !/\.ts$|node_modules|package\.json$/.test(file) },
  ]);
  fs.rmSync(compiled, { recursive: true });
}

function read(file: string): Manifest {
  return JSON.parse(fs.readFileSync(path.join(root, file), "utf8")) as Manifest;
}

function writeManifest(folder: string, manifest: object): void {
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

interface Content {
  from: string;
  name: string;
  only?: (file: string) => boolean;
}

function assemble(manifest: Published, readme: string, contents: Content[]): void {
  const folder = path.join(out, manifest.name);
  fs.mkdirSync(folder, { recursive: true });
  writeManifest(folder, manifest);
  for (const { from, name, only } of contents) {
    fs.cpSync(path.join(from, name), path.join(folder, name), {
      recursive: true,
      ...(only && { filter: (file) => only(path.relative(path.join(from, name), file)) }),
    });
  }
  fs.copyFileSync(path.join(__dirname, readme), path.join(folder, "README.md"));
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  process.stdout.write(`${folder}\n`);
}

build();

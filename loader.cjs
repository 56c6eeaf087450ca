"use strict";
// `node --require ./loader.cjs`: Node runs this checkout's TypeScript. Nothing is type-checked. A file is compiled when its
// content is new, and kept, as Node keeps the compiled form of all that it loads; a folder that cannot be written keeps nothing.
// docs/decisions/start-up.md has the measurements behind it.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");

const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "gwlb-inspection");
const folder = path.join(cache, "compiled");
const target = {
  loader: "ts",
  format: "cjs",
  target: "node20",
  supported: { "dynamic-import": false },
  sourcemap: "inline",
  sourcesContent: false,
};
const how = `${require("esbuild/package.json").version} ${JSON.stringify(target)}`;

/** Whoever reads the file meanwhile reads all of it or none. */
function keep(file, code) {
  const partial = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(partial, code, { mode: 0o600 });
    fs.renameSync(partial, file);
  } catch {
    if (fs.existsSync(partial)) fs.rmSync(partial);
  }
}

/** esbuild is a process of its own. It is not given the settings of a stack, which Pulumi hands over by the environment, secrets in the clear. */
function transformed(source, sourcefile) {
  const { PULUMI_CONFIG } = process.env;
  delete process.env.PULUMI_CONFIG;
  try {
    return require("esbuild").transformSync(source, { ...target, sourcefile }).code;
  } finally {
    if (PULUMI_CONFIG !== undefined) process.env.PULUMI_CONFIG = PULUMI_CONFIG;
  }
}

function compiled(file) {
  const source = fs.readFileSync(file, "utf8");
  // The map names the source by its name alone: the same file in another checkout is the same.
  const sourcefile = path.basename(file);
  const hash = createHash("sha256").update([how, sourcefile, source].join("\0")).digest("hex");
  const kept = path.join(folder, `${hash}.js`);
  try {
    return fs.readFileSync(kept, "utf8");
  } catch {
    const code = transformed(source, sourcefile);
    keep(kept, code);
    return code;
  }
}

Module._extensions[".ts"] = (module, file) => module._compile(compiled(file), file);

// From 22.14 on without looking for the maps of what is in node_modules.
if (Module.setSourceMapsSupport) Module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
else process.setSourceMapsEnabled(true);
// From 22.8 on.
Module.enableCompileCache?.(path.join(cache, "node"));

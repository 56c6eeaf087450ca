/**
 * Which folder may import which: docs/architecture.md, "Layers". What is not listed is refused, however it is written: by a relative path, a
 * path of tsconfig.json, a dynamic import, a type or `require`.
 */
const mayImport = {
  path: [],
  "path/net": [],
  "path/proof": ["path/net"],
  "path/topology": ["path/proof", "path/net"],
  "path/render": ["path/topology", "path/proof", "path/net"],
  "path/report\\.ts": ["path/proof", "path/render"],
  verification: ["path"],
  live: ["verification", "path"],
  components: ["verification", "path"],
  plugin: ["components", "verification", "path", "package\\.json$", "loader\\.cjs$"],
  stacks: ["components", "verification", "path"],
  "stacks/config": ["components", "path"],
  "index\\.ts": ["stacks"],
  automation: ["verification", "path"],
  "automation/engine": ["automation/(types|errors)"],
  cli: ["automation", "live", "stacks", "verification", "path", "index\\.ts$"],
  iam: ["path/net"],
  packaging: ["path/proof", "cli/schema"],
};

/** Inside the lab. Its own files are those that stand in no folder. */
const labMayImport = {
  gateway: ["path/net", "lab/nodeProgram", "lab/processStart"],
  cloud: ["path/net", "lab/gateway/config"],
  "cloud/core": ["path/net", "lab/gateway/config"],
  fabric: ["path/net", "lab/cloud", "lab/gateway", "lab/engine/lock", "lab/\\w+\\.ts$"],
  faults: ["path/net", "lab/cloud", "lab/fabric"],
  sts: ["path/net", "lab/\\w+\\.ts$"],
  ssm: ["lab/cloud", "lab/fabric", "lab/sts", "lab/\\w+\\.ts$"],
  api: ["lab/cloud/core/errors", "lab/sts", "lab/\\w+\\.ts$"],
  providers: ["path/net", "lab/sts"],
  mocks: ["lab/cloud", "lab/providers"],
  engine: ["lab/\\w+\\.ts$"],
  world: ["lab/engine/lock", "lab/fabric/inspect", "lab/gateway/impairment", "lab/\\w+\\.ts$"],
};

/** Everything of this project, wherever it is resolved to. */
const ours = "^(?!node_modules/|\\.\\./)[^/]+(/|\\.(c?js|mjs|ts|json)$)";

function doors(prefix, table) {
  return Object.entries(table).map(([folder, allowed]) => ({
    name: `doors of ${prefix}${folder}`.replace(/\\/g, ""),
    severity: "error",
    from: { path: `^${prefix}${folder}${folder.endsWith(".ts") ? "$" : "/"}` },
    to: {
      path: ours,
      pathNot: [`${prefix}${folder}`, ...allowed].map((each) => `^${each}${each.endsWith("$") ? "" : "(/|\\.ts$)"}`),
      // The lab is a package of its own: the command line asks for it by that name.
      dependencyTypesNot: ["core", ...(folder === "cli" ? ["aliased-workspace"] : [])],
    },
  }));
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "only what is there", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...doors("", mayImport),
    ...doors("lab/", labMayImport),
    {
      name: "doors of lab",
      severity: "error",
      from: { path: "^lab/(?!commands/)" },
      to: { path: ours, pathNot: "^(lab|path/net)/", dependencyTypesNot: ["core"] },
    },
    {
      name: "doors of lab/commands",
      severity: "error",
      from: { path: "^lab/commands/" },
      to: {
        path: ours,
        pathNot: "^(lab/.*|(automation|cli)/index\\.ts|path/report\\.ts)$",
        dependencyTypesNot: ["core"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^out/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".d.ts", ".js", ".mjs", ".cjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "require", "node", "default"],
    },
  },
};

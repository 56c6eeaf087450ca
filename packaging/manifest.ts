import { parseDocument } from "yaml";

/** What of a `package.json` matters here. */
export interface Manifest {
  name: string;
  version: string;
  exports: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
  [field: string]: unknown;
}

/** A compiled module's files. */
interface Compiled {
  types: string;
  default: string;
}

/** A `package.json` to publish. */
export interface Published {
  name: string;
  exports: Record<string, Compiled | string>;
  [field: string]: unknown;
}

/** One instance of each must serve a user's program and these packages: Pulumi's runtime and its mocks are global. */
const shared = /^@pulumi\/(aws|pulumi)$/;

/** The checkout's sources need it, what is built from them does not; an old one would stand in the way of a user's own. */
const ofSources = "typescript";

/** Fields that are about the checkout only. */
const ofCheckout = ["devDependencies", "private", "scripts", "workspaces"];

/** The program's published manifest, from the checkout's. */
export function programManifest(manifest: Manifest): Published {
  return { ...published(manifest, ""), main: "components/index.js", types: "components/index.d.ts" };
}

/**
 * Of the folder that is a component package. Pulumi has npm install what it depends on before each use: nothing, since whoever
 * installed the package has all of it.
 */
export function componentManifest({ name, version }: Manifest): object {
  return { name, version, private: true, main: "main.cjs" };
}

/** The lab's, whose files are in a folder beside the layers that it uses. */
export function labManifest(manifest: Manifest, program: Manifest): Published {
  const lab = published(manifest, "lab/");
  const peerDependencies = { ...(lab["peerDependencies"] as object), [program.name]: program["version"] };
  return { ...lab, peerDependencies, engines: program["engines"] };
}

/**
 * `Pulumi.yaml` for a user's project made from the package, from the checkout's: what runs is JavaScript, which takes no
 * loader.
 */
export function publishedProject(text: string): string {
  const project = parseDocument(text);
  project.set("main", "index.js");
  project.set("runtime", { name: "nodejs", options: { packagemanager: "npm", typescript: false } });
  return project.toString({ lineWidth: 120 });
}

function published(manifest: Manifest, folder: string): Published {
  const kept = Object.entries(manifest).filter(([field]) => !ofCheckout.includes(field));
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => name !== ofSources);
  const peers = dependencies.filter(([name]) => shared.test(name)).map(([name, version]) => [name, `^${version}`]);
  const exports = publishedExports(manifest.exports, folder);
  return {
    ...Object.fromEntries(kept),
    name: manifest.name,
    type: "commonjs",
    exports,
    typesVersions: { "*": typesByPath(exports) },
    dependencies: Object.fromEntries(dependencies.filter(([name]) => !shared.test(name))),
    peerDependencies: { ...manifest.peerDependencies, ...Object.fromEntries(peers) },
  };
}

/** `./x.ts` becomes `./x.js` and, for the compiler, `./x.d.ts`. */
function publishedExports(exports: Manifest["exports"], folder: string): Record<string, Compiled | string> {
  const targets = Object.entries(exports).map(([entry, file]): [string, Compiled | string] => {
    if (!file.endsWith(".ts")) return [entry, file];
    const compiled = `./${folder}${file.slice("./".length, -".ts".length)}`;
    return [entry, { types: `${compiled}.d.ts`, default: `${compiled}.js` }];
  });
  return Object.fromEntries(targets);
}

/** The same for a compiler that does not read `exports` (moduleResolution node10), as in many Pulumi projects. */
function typesByPath(exports: Record<string, Compiled | string>): Record<string, string[]> {
  const types: Record<string, string[]> = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (entry !== "." && typeof target !== "string") types[entry.slice("./".length)] = [target.types];
  }
  return types;
}

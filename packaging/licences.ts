import * as fs from "node:fs";
import * as path from "node:path";

/** Of a lock file, as npm writes it (docs.npmjs.com, "package-lock.json"). */
export interface Lock {
  packages: Record<string, { license?: string; version?: string; link?: boolean }>;
}

/** Licences (SPDX) under which others' packages may be used unchanged. */
const allowed = new Set([
  ...["0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-3.0", "CC0-1.0", "ISC", "MIT"],
  ...["PSF-2.0", "Python-2.0", "Unlicense"],
  // Of elkjs: what is changed in its own files must be given on; nothing is.
  "EPL-2.0",
  // Of axe-core, which only tests run: likewise.
  "MPL-2.0",
]);

/** Packages that do not name theirs by SPDX, and what was read in their LICENSE; of this version only. */
const read: Record<string, string> = { "@logdna/tail-file@2.2.0": "MIT" };

/**
 * Packages whose licence is not one that we take, one line each.
 *
 * @param manifestOf - of an installed package: older ones have `licenses`, which lock files leave out
 */
export function licenceProblems(lock: Lock, manifestOf: (place: string) => unknown): string[] {
  return Object.entries(lock.packages).flatMap(([place, { license, version, link }]) => {
    if (!place.includes("node_modules/") || link === true) return [];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const id = `${name}@${version ?? "?"}`;
    const given = read[id] ?? license ?? olderForm(manifestOf(place));
    if (given === undefined) return [`${id}: names no licence`];
    return isAllowed(given) ? [] : [`${id}: ${given}: expected one of ${[...allowed].join(", ")}`];
  });
}

function olderForm(manifest: unknown): string | undefined {
  const { license, licenses } = (manifest ?? {}) as { license?: unknown; licenses?: { type?: unknown }[] };
  if (typeof license === "string") return license;
  const types = Array.isArray(licenses) ? licenses.map(({ type }) => type) : [];
  return types.length > 0 && types.every((type) => typeof type === "string") ? types.join(" OR ") : undefined;
}

/** An SPDX expression without brackets inside brackets: any of `OR` will do, of `AND` all are needed. */
function isAllowed(expression: string): boolean {
  const parts = expression.replace(/^\((.*)\)$/, "$1").split(/ OR /);
  return parts.some((part) => part.split(/ AND /).every((id) => allowed.has(id.trim())));
}

if (require.main === module) {
  const root = path.join(__dirname, "..");
  const json = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
  const problems = licenceProblems(json("package-lock.json") as Lock, (place) => {
    const file = `${place}/package.json`;
    return fs.existsSync(path.join(root, file)) ? json(file) : undefined;
  });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

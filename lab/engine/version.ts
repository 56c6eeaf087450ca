import * as fs from "node:fs";
import * as path from "node:path";

/** Oldest engine found on PATH that is used: the inline programs and the event stream of our SDK were tried with it. */
export const oldestEngine = "3.250.0";

/** Folder of the Go module from which the engine can be built. */
export const buildModule = path.join(__dirname, "build");

const goMod = fs.readFileSync(path.join(buildModule, "go.mod"), "utf8");

function pinned(pattern: RegExp, what: string): string {
  const value = pattern.exec(goMod)?.[1];
  if (value === undefined) throw new Error(`${buildModule}/go.mod does not name ${what}`);
  return value;
}

/** Version that is installed or built, as `go.mod` pins it. */
export const engineVersion = pinned(/github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/, "pulumi/pkg/v3");

/** Oldest Go that can build it, as `go.mod` asks for. */
export const oldestGo = pinned(/^go (\S+)$/m, "a Go version");

/** `v3.259.0` or `go1.26.8` inside a program's answer as `3.259.0` or `1.26.8`; undefined when there is none. */
export function versionIn(text: string): string | undefined {
  const found = /(?:^|[^\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found ? `${found[1]}.${found[2]}.${found[3] ?? 0}` : undefined;
}

/** Whether version `a` is at least `b`; both are dotted numbers. */
export function atLeast(a: string, b: string): boolean {
  const [left, right] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = Number(left[index] ?? 0) - Number(right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether an engine of this version can run the program: new enough, and of the SDK's major version. */
export function usableEngine(version: string): boolean {
  return atLeast(version, oldestEngine) && version.split(".")[0] === engineVersion.split(".")[0];
}

import { run, type Ran } from "./run";
import { atLeast, engineVersion, oldestGo, versionIn } from "./version";

export interface BuildOptions {
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** Program to build with. @default "go" */
  go?: string;
}

export interface Target {
  /** What is built, for messages. */
  what: string;
  /** Folder of the pinned module whose go.sum holds every hash. */
  module: string;
  /** Package to build, and the file that it becomes. */
  package: string;
  output: string;
  /** Further values of string variables, by `PATH.NAME`. */
  variables?: Record<string, string>;
}

/** Go's version, or why it cannot build. */
async function checkGo(go: string, signal?: AbortSignal): Promise<string> {
  const remedy = `Install Go ${oldestGo} or newer (https://go.dev/dl), or the Pulumi CLI (https://www.pulumi.com/docs/install).`;
  let answer: Ran;
  try {
    answer = await run(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`Go was not found on PATH. ${remedy}`, { cause: error });
  }
  const [reported = "", toolchain = ""] = answer.stdout.split("\n");
  const version = versionIn(reported);
  if (answer.exitCode !== 0 || version === undefined) {
    throw new Error(`\`${go} env GOVERSION\` failed: ${answer.stderr.trim() || answer.stdout.trim()}. ${remedy}`);
  }
  // Since 1.21 an older Go fetches the newer one that go.mod asks for, unless it was told to stay as it is.
  const switches = atLeast(version, "1.21.0") && !toolchain.startsWith("local");
  if (!atLeast(version, oldestGo) && !switches) throw new Error(`Go ${version} is too old. ${remedy}`);
  return version;
}

/** What a command line begins with whose processes all die with us, however we end. Namespaces are for root on Linux, as the lab is. */
function untilWeEnd(): string[] {
  if (process.platform !== "linux" || process.geteuid?.() !== 0) return [];
  return ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child"];
}

/** Builds a program from pinned Go modules: minutes the first time, since they are fetched and compiled. */
export async function goBuild(target: Target, options: BuildOptions = {}): Promise<void> {
  const go = options.go ?? "go";
  const { signal, onProgress } = options;
  const goVersion = await checkGo(go, signal);
  const started = Date.now();
  let fetched = 0;
  const tell = (): void => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const detail = fetched > 0 ? `, ${fetched} modules fetched` : "";
    onProgress?.(`engine: building ${target.what} with Go ${goVersion} (${seconds} s${detail})`);
  };
  tell();
  const timer = setInterval(tell, 15_000);
  try {
    const variables = {
      "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${engineVersion}`,
      ...target.variables,
    };
    const linked = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
    const [program = go, ...words] = [...untilWeEnd(), go];
    const built = await run(
      program,
      [
        ...words,
        // go.sum holds every hash: what the proxy serves is what was pinned, or the build fails.
        ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${linked.join(" ")}`],
        ...["-o", target.output, target.package],
      ],
      {
        directory: target.module,
        // A go.work above the project would shut the pinned module out; flags of the user's could change the build.
        environment: { GOWORK: "off", GOFLAGS: "", CGO_ENABLED: "0" },
        signal,
        onLine: (line) => void (line.startsWith("go: downloading") && fetched++),
      },
    );
    if (built.exitCode !== 0) {
      const lines = built.stderr
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("go: downloading"));
      throw new Error(`building ${target.what} failed (exit ${built.exitCode}):\n${lines.slice(-15).join("\n")}`);
    }
  } finally {
    clearInterval(timer);
  }
}

import * as path from "node:path";
import { run, type Ran } from "./run";
import { atLeast, buildModule, engineVersion, oldestGo, versionIn } from "./version";

export interface BuildOptions {
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** Program to build with. @default "go" */
  go?: string;
}

/** Go's version, or why it cannot build the engine. */
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

/**
 * Builds the engine from the pinned Go modules into `binDirectory`: minutes the first time, since about 300 modules are
 * fetched and compiled. Only the CLI comes of it, which is all that inline programs need.
 */
export async function buildEngine(binDirectory: string, options: BuildOptions = {}): Promise<void> {
  const go = options.go ?? "go";
  const { signal, onProgress } = options;
  const goVersion = await checkGo(go, signal);
  const started = Date.now();
  let fetched = 0;
  const tell = (): void => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const detail = fetched > 0 ? `, ${fetched} modules fetched` : "";
    onProgress?.(`engine: building Pulumi ${engineVersion} with Go ${goVersion} (${seconds} s${detail})`);
  };
  tell();
  const timer = setInterval(tell, 15_000);
  try {
    const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`;
    const [program = go, ...words] = [...untilWeEnd(), go];
    const built = await run(
      program,
      [
        ...words,
        // go.sum holds every hash: what the proxy serves is what was pinned, or the build fails.
        ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${version}`],
        ...["-o", path.join(binDirectory, "pulumi"), "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
      ],
      {
        directory: buildModule,
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
      throw new Error(`building the Pulumi engine failed (exit ${built.exitCode}):\n${lines.slice(-15).join("\n")}`);
    }
  } finally {
    clearInterval(timer);
  }
}

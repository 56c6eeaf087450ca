import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Image } from "../cloud/core/records";
import { withLock } from "../engine/lock";
import { hostAptSources } from "./aptSources";

/** Regions for which the package repository has a name, `packages.s3.REGION.amazonaws.com`, in its certificate. */
export const packageRegions = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"],
  ...["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7"],
  ...["af-south-1", "il-central-1", "me-central-1", "me-south-1"],
];

export interface ImageOptions {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** Folder of the cache. @default `$XDG_CACHE_HOME/gwlb-inspection`, else `~/.cache/gwlb-inspection` */
  cacheDirectory?: string;
}

/** What instances boot from; made once by `image-build.sh` and never written to again. */
export interface ImageFiles {
  /** Lower layers of an instance's overlay, the topmost first, for each kind of root file system. */
  layers: Record<Image["rootFilesystem"], string[]>;
  /** Flat apt repositories (packages, `Packages` and `Release`), by the first segment of their URL's path. */
  repositories: Record<"debian" | "al2023", string>;
  /** `server.pem`, `server.key` of the package repository and `ca.pem`, which the image trusts. */
  tls: string;
}

export function imageFiles(imagePath: string): ImageFiles {
  const debian = path.join(imagePath, "root");
  const amazonLinux = path.join(imagePath, "amazon-linux");
  return {
    layers: { debian: [debian], "amazon-linux": [path.join(amazonLinux, "layer"), debian] },
    repositories: { debian: path.join(imagePath, "repository"), al2023: path.join(amazonLinux, "repository") },
    tls: path.join(imagePath, "tls"),
  };
}

const recipe = path.join(__dirname, "image-build.sh");
const lookAlike = path.join(__dirname, "amazon-linux");

/** Everything that the image is made of, except the packages. */
function ingredients(): string[] {
  const files = fs.readdirSync(lookAlike).sort();
  return [recipe, ...files.map((file) => path.join(lookAlike, file))].map((file) => fs.readFileSync(file, "utf8"));
}

/**
 * The folder of the instances' image, built on first use (about a minute, needs root and a Debian archive) and kept
 * under a name that changes with its recipe. @throws Error with the build's last lines when it fails.
 */
export async function ensureImage(options: ImageOptions = {}): Promise<{ path: string; built: boolean }> {
  const sources = hostAptSources();
  const cache =
    options.cacheDirectory ??
    path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "gwlb-inspection");
  const hash = createHash("sha256");
  hash.update(JSON.stringify([ingredients(), sources.suite, packageRegions, process.arch]));
  const finished = path.join(cache, `image-${hash.digest("hex").slice(0, 12)}`);
  if (fs.existsSync(finished)) return { path: finished, built: false };

  const onWait = (holder: number): void =>
    options.onProgress?.(`process ${holder} is already building it; waiting for that`);
  return withLock(path.join(cache, "image.lock"), { signal: options.signal, onWait }, async () => {
    if (fs.existsSync(finished)) return { path: finished, built: false };
    removeAbandoned(cache);
    const partial = path.join(cache, `partial-${process.pid}`);
    const aptOptions = path.join(partial, "apt-options");
    fs.mkdirSync(partial, { mode: 0o755 });
    try {
      fs.mkdirSync(temporaryFolder(partial));
      fs.writeFileSync(aptOptions, sources.options, { mode: 0o600 });
      await build(partial, aptOptions, sources, options);
      fs.rmSync(aptOptions);
      fs.rmSync(temporaryFolder(partial), { recursive: true });
      // One step: the image is whole or absent.
      fs.renameSync(partial, finished);
    } finally {
      fs.rmSync(partial, { recursive: true, force: true });
    }
    return { path: finished, built: true };
  });
}

/** A killed build's temporary files go away with the rest of it. */
const temporaryFolder = (partial: string): string => path.join(partial, "tmp");

/** Builds that were killed: for the holder of the lock, beside whom nobody builds. */
function removeAbandoned(cache: string): void {
  for (const entry of fs.readdirSync(cache)) {
    if (/^partial-\d+$/.test(entry)) fs.rmSync(path.join(cache, entry), { recursive: true, force: true });
  }
}

async function build(
  target: string,
  aptOptions: string,
  sources: ReturnType<typeof hostAptSources>,
  { onProgress, signal }: ImageOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(
    // All of it dies with us, however we end; and what it mounts is seen by nobody else.
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"],
      ...["sh", recipe, "--target", target, "--suite", sources.suite],
      ...["--apt-options", aptOptions, "--regions", packageRegions.join(" ")],
    ],
    // Out of the reach of Ctrl-C on our terminal, which aborts us.
    {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      env: { ...process.env, TMPDIR: temporaryFolder(target) },
    },
  );
  const last: string[] = [];
  const read = (stream: NodeJS.ReadableStream): void => {
    readline.createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > 15) last.shift();
      const step = /^I: (.*?)(?:\.\.\.|$)/.exec(line)?.[1];
      if (step !== undefined && !step.startsWith("running --")) onProgress?.(`image: ${step}`);
    });
  };
  read(child.stdout);
  read(child.stderr);
  child.stdin.on("error", () => undefined);
  child.stdin.end(sources.entries);
  const abort = (): void => {
    // Nothing of it needs to clean up, and a namespace's first process ignores SIGTERM.
    child.kill("SIGKILL");
  };
  signal?.addEventListener("abort", abort);
  try {
    const status = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, killedBy) => resolve(code ?? killedBy));
    });
    signal?.throwIfAborted();
    if (status !== 0) throw new Error(`Building the instances' image failed (${status}):\n${last.join("\n")}`);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

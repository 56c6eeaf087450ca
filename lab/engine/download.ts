import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "./run";
import { engineVersion } from "./version";

/** The vendor's release folder. Neither it nor the file names below could be tried where this was written: UNVERIFIED. */
export const releases = "https://get.pulumi.com/releases/sdk";

export interface DownloadOptions {
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** @default `releases` */
  source?: string;
  /** Milliseconds until the server must have answered; the transfer itself may take longer. @default 5000 */
  answerTimeout?: number;
}

/** File name of the release for this machine. @throws Error on a platform without one. */
export function archiveName(platform: string = process.platform, arch: string = process.arch): string {
  if (!["linux", "darwin"].includes(platform) || !["x64", "arm64"].includes(arch)) {
    throw new Error(`no Pulumi release for ${platform} ${arch} is known; expected linux or darwin, x64 or arm64`);
  }
  return `pulumi-v${engineVersion}-${platform}-${arch}.tar.gz`;
}

/** SHA-256 of `file` in a list of `HASH  FILE` lines. @throws Error when the list lacks it. */
export function checksumOf(list: string, file: string): string {
  for (const line of list.split("\n")) {
    const found = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trim());
    if (found?.[1] !== undefined && found[2] === file) return found[1];
  }
  throw new Error(`the release's checksums do not name ${file}`);
}

/** Answer of a server that began to answer in time. Node's fetch alone would wait for a black hole for minutes. */
async function request(url: string, options: DownloadOptions): Promise<Response> {
  const timeout = options.answerTimeout ?? 5000;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeout / 1000} s`)), timeout);
  const signals = [late.signal, ...(options.signal ? [options.signal] : [])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    return response;
  } catch (error) {
    options.signal?.throwIfAborted();
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Puts the vendor's `pulumi` and `pulumi-language-nodejs` into `binDirectory`. The archive must have the SHA-256 that
 * the release publishes beside it.
 */
export async function downloadEngine(binDirectory: string, options: DownloadOptions = {}): Promise<void> {
  const source = options.source ?? releases;
  const name = archiveName();
  const list = await (await request(`${source}/pulumi-${engineVersion}-checksums.txt`, options)).text();
  const expected = checksumOf(list, name);
  options.onProgress?.(`engine: downloading ${source}/${name}`);
  const archive = Buffer.from(await (await request(`${source}/${name}`, options)).arrayBuffer());
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== expected) {
    throw new Error(`${source}/${name}: SHA-256 is ${actual}, the release's checksums say ${expected}`);
  }
  const file = path.join(binDirectory, name);
  fs.writeFileSync(file, archive);
  try {
    const wanted = ["pulumi/pulumi", "pulumi/pulumi-language-nodejs"];
    const args = ["--extract", "--gzip", "--file", file, "--directory", binDirectory, "--strip-components=1"];
    const tar = await run("tar", [...args, ...wanted], { signal: options.signal });
    if (tar.exitCode !== 0) throw new Error(`tar could not unpack ${name}: ${tar.stderr.trim()}`);
  } finally {
    fs.rmSync(file, { force: true });
  }
}

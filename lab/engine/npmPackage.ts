import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "./run";
import { engineVersion } from "./version";

/**
 * What the vendor's npm package `pulumi` fetches first, by Node's own `fetch` as we do here, and runs (`lib/download.js` of pulumi
 * 3.259.0). Its answer could not be had where this was written: UNVERIFIED.
 */
export const installScript = "https://get.pulumi.com/install.sh";

export interface NpmPackageOptions {
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** Asked before npm is. @default `installScript` */
  source?: string;
  /** Milliseconds until it must have answered. @default 5000 */
  answerTimeout?: number;
}

/** Milliseconds for package and command line, some 150 MB. */
const installTimeout = 300_000;

/** The package tells of an address that cannot be reached no more than `fetch failed`. @throws Error with the cause */
async function checkReachable(options: NpmPackageOptions): Promise<void> {
  const { source = installScript, answerTimeout = 5000, signal } = options;
  const late = AbortSignal.timeout(answerTimeout);
  try {
    const response = await fetch(source, { signal: signal ? AbortSignal.any([signal, late]) : late });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
  } catch (error) {
    signal?.throwIfAborted();
    const { message, cause } = error as Error;
    const reason = late.aborted ? `no answer within ${answerTimeout / 1000} s` : (cause as Error | undefined)?.message;
    throw new Error(`${source}: ${reason ?? message}`, { cause: error });
  }
}

/**
 * Puts what the vendor's npm package `pulumi` brings into `binDirectory`: `pulumi` and its language hosts. npm checks the
 * package's integrity; what the package itself fetches is as safe as its TLS.
 *
 * @throws Error with the cause, within seconds where there is no network
 */
export async function installByNpm(binDirectory: string, options: NpmPackageOptions = {}): Promise<void> {
  await checkReachable(options);
  const name = `pulumi@${engineVersion}`;
  options.onProgress?.(`engine: installing it by the npm package ${name}`);
  // The package keeps what it brings in versions/VERSION of this folder (`lib/cache.js`).
  const home = path.join(path.dirname(binDirectory), "pulumi-home");
  const late = AbortSignal.timeout(installTimeout);
  const command = ["exec", "--yes", "--loglevel=error", "--fetch-retries=0", "--fetch-timeout=15000"];
  try {
    fs.mkdirSync(home);
    const ran = await run("npm", [...command, "--package", name, "--", "pulumi", "version"], {
      // Not the caller's folder, whose packages npm would look through first.
      directory: home,
      environment: {
        PULUMI_HOME: home,
        PULUMI_VERSION: engineVersion,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        npm_config_update_notifier: "false",
      },
      signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
    });
    if (ran.exitCode !== 0) {
      const said = `${ran.stdout}\n${ran.stderr}`.split("\n").filter((line) => line.trim() !== "");
      throw new Error(`the npm package ${name} ended with ${ran.exitCode}:\n${said.slice(-10).join("\n")}`);
    }
    const brought = path.join(home, "versions", engineVersion, "bin");
    for (const entry of fs.readdirSync(brought))
      fs.renameSync(path.join(brought, entry), path.join(binDirectory, entry));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (late.aborted)
      throw new Error(`the npm package ${name} was not done in ${installTimeout / 1000} s`, { cause: error });
    throw error;
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

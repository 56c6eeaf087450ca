import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineCache } from "./cache";
import { run } from "./run";

/** Version of `@pulumi/command` that the program is pinned to. */
export const commandVersion = "1.2.1";

const program = "pulumi-resource-command";
const folder = `resource-command-v${commandVersion}`;
/** Folder of the stand-in's program, which has the plugin's name. */
const standIn = path.join(__dirname, "../providers/standIn");

export interface CommandPlugin {
  /** Folder that holds `pulumi-resource-command`. */
  directory: string;
  /** Who made it. */
  origin: "vendor" | "own";
}

export interface FindCommandPluginOptions {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** @default as for the engine */
  cacheDirectory?: string;
  /** Folder in which Pulumi keeps its plugins. @default `$PULUMI_HOME/plugins`, else `~/.pulumi/plugins` */
  installed?: string;
}

/** Milliseconds for the download of some 20 MB. */
const downloadTimeout = 60_000;
/** Milliseconds until a download that failed is tried again: a machine without internet should not wait at every start. */
const patience = 24 * 3600 * 1000;

/** For people: which plugin a run has. */
export function describeCommandPlugin({ origin, directory }: CommandPlugin): string {
  return origin === "own" ? `the lab's stand-in for version ${commandVersion}` : directory;
}

/**
 * The `command` plugin: the vendor's, where Pulumi has installed it, else in the cache, where the engine itself downloads it
 * to; where neither is possible, the lab's stand-in.
 *
 * @param engine path of the `pulumi` program
 */
export async function findCommandPlugin(
  engine: string,
  options: FindCommandPluginOptions = {},
): Promise<CommandPlugin> {
  const vendor = await vendorsPlugin(engine, options);
  return vendor === undefined ? standInPlugin : { directory: vendor, origin: "vendor" };
}

/** Makes engines with this PULUMI_HOME take the plugin as one that they have installed. Of one on PATH they warn in every run. */
export function installCommandPlugin({ directory }: CommandPlugin, home: string): void {
  const place = path.join(home, "plugins", folder, program);
  const target = path.join(directory, program);
  if (fs.existsSync(place) && fs.readlinkSync(place) === target) return;
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.rmSync(place, { force: true });
  fs.symlinkSync(target, place);
}

export const standInPlugin: CommandPlugin = { directory: standIn, origin: "own" };

async function vendorsPlugin(engine: string, options: FindCommandPluginOptions): Promise<string | undefined> {
  const home = process.env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
  const cache = engineCache(options.cacheDirectory).directory;
  const cached = path.join(cache, "plugins", folder);
  const candidates = [path.join(options.installed ?? path.join(home, "plugins"), folder), cached];
  const found = candidates.find((directory) => fs.existsSync(path.join(directory, program)));
  if (found !== undefined) return found;

  const refused = path.join(cache, `${folder}.refused`);
  if (fs.existsSync(refused) && Date.now() - fs.statSync(refused).mtimeMs < patience) return undefined;
  options.onProgress?.(`command plugin: looking for version ${commandVersion}`);
  fs.mkdirSync(cache, { recursive: true });
  const timeout = AbortSignal.timeout(downloadTimeout);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const answer = await run(engine, ["plugin", "install", "resource", "command", commandVersion], {
      signal,
      environment: { PULUMI_HOME: cache, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    if (answer.exitCode === 0 && fs.existsSync(path.join(cached, program))) return cached;
  } catch {
    options.signal?.throwIfAborted();
  }
  fs.writeFileSync(refused, "");
  options.onProgress?.("command plugin: no download; the lab's stand-in takes its place");
  return undefined;
}

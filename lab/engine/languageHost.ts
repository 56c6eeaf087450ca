import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineCache } from "./cache";
import { goBuild, type BuildOptions } from "./goBuild";
import { withLock } from "./lock";
import { run } from "./run";
import { engineVersion, versionIn } from "./version";

const program = "pulumi-language-nodejs";

/** Folder of the Go module that becomes the lab's own host. */
const sources = path.join(__dirname, "hostProgram");

/** What the engine runs the program with. */
export interface LanguageHost {
  /** Folder that holds `pulumi-language-nodejs`. First on PATH, it is the one that the engine takes. */
  directory: string;
  /** Who made it. */
  origin: "vendor" | "own";
  version: string;
}

export interface FindLanguageHostOptions extends BuildOptions {
  /** Folders to look through, separated as PATH is. @default PATH */
  searchPath?: string;
  /** PULUMI_HOME. @default `~/.pulumi` */
  home?: string;
  /** @default `$XDG_CACHE_HOME/gwlb-inspection`, else `~/.cache/gwlb-inspection` */
  cacheDirectory?: string;
}

/** For people: which host a run has. */
export function describeLanguageHost(host: LanguageHost): string {
  return `language host: ${host.origin === "own" ? "the lab's own" : `the vendor's ${host.version}`} (${host.directory})`;
}

/** What a host's `-version` tells. The vendor's prints its version alone, ours also who it is and of which sources. */
async function reported(
  directory: string,
  signal?: AbortSignal,
): Promise<{ version: string; own?: string } | undefined> {
  const file = path.join(directory, program);
  if (!fs.existsSync(file)) return undefined;
  try {
    const { exitCode, stdout } = await run(file, ["-version"], { signal });
    const version = exitCode === 0 ? versionIn(stdout) : undefined;
    if (version === undefined) return undefined;
    const own = / gwlb-inspection-lab (\S+)/.exec(stdout)?.[1];
    return { version, ...(own !== undefined && { own }) };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Where a host of the vendor's can be, beside the engine first: on PATH, and where Pulumi installs it. */
function places(engine: string, searchPath: string, home: string): string[] {
  const plugins = path.join(home, "plugins");
  const installed = fs.existsSync(plugins)
    ? fs.readdirSync(plugins).filter((entry) => /^language-nodejs-v[^.]+\.[^.]+\.\d[^.]*$/.test(entry))
    : [];
  return [
    path.dirname(engine),
    ...searchPath.split(path.delimiter).filter((directory) => directory !== ""),
    path.join(home, "bin"),
    ...installed.map((entry) => path.join(plugins, entry)),
  ];
}

/** Changes with every file that the lab's own host is built from. */
function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const name of fs.readdirSync(sources).sort()) hash.update(fs.readFileSync(path.join(sources, name)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * The Node language host, without which the engine cannot run a program: the vendor's, where there is one, else the lab's own,
 * which is built once and kept, beside the engine where that is the cache's own.
 *
 * @param engine path of the `pulumi` program
 * @throws Error that says why none could be built and what would help
 */
export async function findLanguageHost(engine: string, options: FindLanguageHostOptions = {}): Promise<LanguageHost> {
  const { signal, searchPath = process.env["PATH"] ?? "" } = options;
  const home = options.home ?? process.env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
  for (const directory of places(engine, searchPath, home)) {
    const found = await reported(directory, signal);
    if (found !== undefined && found.own === undefined) return { directory, origin: "vendor", version: found.version };
  }
  return ownHost(engine, options);
}

async function ownHost(engine: string, options: FindLanguageHostOptions): Promise<LanguageHost> {
  const { signal, onProgress } = options;
  const cache = engineCache(options.cacheDirectory);
  // The engine warns of a host that is not beside it.
  const directory = engine === cache.engine ? path.dirname(engine) : path.join(cache.directory, "language-host");
  const hash = sourcesHash();
  const ready = async (): Promise<LanguageHost | undefined> => {
    const found = await reported(directory, signal);
    return found?.own === hash ? { directory, origin: "own", version: found.version } : undefined;
  };
  const onWait = (holder: number): void =>
    onProgress?.(`language host: process ${holder} is building it; waiting for that`);
  return (
    (await ready()) ??
    (await withLock(path.join(cache.directory, "language-host.lock"), { signal, onWait }, async () => {
      const meanwhile = await ready();
      if (meanwhile) return meanwhile;
      fs.mkdirSync(directory, { recursive: true });
      const partial = path.join(directory, `.${program}.partial`);
      try {
        await goBuild(
          {
            what: "a Node language host",
            module: sources,
            package: ".",
            output: partial,
            variables: { "main.sources": hash },
          },
          options,
        );
        // One step: an engine that starts meanwhile finds a whole host, the old one or this.
        fs.renameSync(partial, path.join(directory, program));
      } finally {
        fs.rmSync(partial, { force: true });
      }
      const built = await ready();
      if (!built)
        throw new Error(`${path.join(directory, program)} was built for Pulumi ${engineVersion} and does not run`);
      return built;
    }))
  );
}

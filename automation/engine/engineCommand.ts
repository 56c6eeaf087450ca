import type * as Sdk from "@pulumi/pulumi/automation";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { engineErrors } from "../errors";
import { makeTemporaryFolder } from "./temporaryFolder";

/** A `pulumi` command that failed. The message is what it wrote to standard error. */
export class EngineCommandError extends Error {
  override readonly name = "EngineCommandError";

  constructor(readonly stderr: string) {
    super(engineErrors(stderr));
  }
}

export interface CommandOptions {
  /** What the command reads, for what must not be seen in a list of processes. */
  stdin?: string;
  /** Besides that of all commands. */
  environment?: Record<string, string>;
  /** Stops the command as one Ctrl-C does. */
  signal?: AbortSignal;
}

/** Seconds that an engine gets to unlock its stack after it was told to stop at once. */
const lastRespite = 3;

/**
 * `$1 …` with this shell's process id. When file 3 ends, since whoever holds its other end was killed, the engine is
 * stopped as by Ctrl-C.
 */
const onALeash = '(cat; kill -INT $$) <&3 >/dev/null 2>&1 & exec 3<&-; exec "$@"';

/** Runs `pulumi` commands in one project folder, for us and for Pulumi's SDK. docs/decisions/automation.md says why not the SDK itself. */
export class EngineCommand {
  /**
   * @param engine path of `pulumi`, or just its name
   * @param directory folder with the project's settings
   * @param killSignal stops whatever runs at once, as a second Ctrl-C does; the stack may stay locked
   */
  constructor(
    private readonly engine: string,
    readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
    private readonly killSignal?: AbortSignal,
  ) {}

  /** The same engine in another folder. */
  in(directory: string): EngineCommand {
    return new EngineCommand(this.engine, directory, this.environment, this.killSignal);
  }

  /** @returns the command's standard output @throws EngineCommandError */
  run(args: string[], { stdin = "", environment = {}, signal }: CommandOptions = {}): Promise<string> {
    // What goes on after we were killed must not fail at writing, so nothing of it is a pipe: the SDK has all it wants from events.
    const isOperation = args.includes("--event-log");
    const errors = temporaryFile();
    return new Promise<string>((resolve, reject) => {
      const child = spawn("sh", ["-c", onALeash, "sh", this.engine, ...args, "--non-interactive"], {
        cwd: this.directory,
        env: { ...this.environment, ...environment },
        stdio: ["pipe", isOperation ? "ignore" : "pipe", errors, "pipe"],
        // A group of its own: a terminal's Ctrl-C reaches it only through us, once.
        detached: true,
      });
      const stop = (): void => void child.kill("SIGINT");
      let timer: NodeJS.Timeout | undefined;
      const kill = (): void => {
        stop();
        timer = setTimeout(() => killGroup(child.pid), lastRespite * 1000);
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.killSignal?.addEventListener("abort", kill, { once: true });
      // A signal that was given earlier tells nobody any more.
      if (this.killSignal?.aborted === true) kill();
      else if (signal?.aborted === true) stop();
      let stdout = "";
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      // A command that ends without reading is judged by its exit code.
      child.stdin?.on("error", () => undefined).end(stdin);
      child.on("error", reject);
      // The leash holds file 3 open: without its end the child would never be closed.
      child.on("exit", () => killGroup(child.pid));
      child.on("close", (code, killedBy) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.killSignal?.removeEventListener("abort", kill);
        if (code === 0) resolve(stdout);
        else if (code === 127) {
          reject(notFound(this.engine));
        } else {
          const text = contentOf(errors) || `error: pulumi ${args[0] ?? ""} ended with ${killedBy ?? code}`;
          reject(new EngineCommandError(text));
        }
      });
    }).finally(() => fs.closeSync(errors));
  }

  /** As the SDK runs commands: `@pulumi/pulumi/automation/cmd`, PulumiCommand.run, which its declarations leave out. */
  async pulumiCommand(): Promise<Sdk.PulumiCommand> {
    const version = await usableVersion(this.engine);
    const run = async (
      args: string[],
      _directory: string,
      environment: Record<string, string>,
      _onOutput?: unknown,
      _onError?: unknown,
      signal?: AbortSignal,
    ) => {
      const options = { environment: { ...environment, PULUMI_AUTOMATION_API: "true" }, ...(signal && { signal }) };
      return { stdout: await this.run(args, options), stderr: "", code: 0 };
    };
    return { command: this.engine, version, run } as Sdk.PulumiCommand;
  }

  /** URL of the backend that the state is in. */
  async backendUrl(): Promise<string> {
    const wanted = this.environment["PULUMI_BACKEND_URL"];
    if (wanted !== undefined && wanted !== "") return wanted;
    return (JSON.parse(await this.run(["whoami", "--verbose", "--json"])) as { url: string }).url;
  }

  /** Whether the backend has this stack. */
  async hasStack(stack: string): Promise<boolean> {
    try {
      await this.run(["stack", "--stack", stack, "--show-name"]);
      return true;
    } catch (error) {
      if (error instanceof EngineCommandError && /no stack named .* found/.test(error.stderr)) return false;
      throw error;
    }
  }
}

/** By engine: to know it, the engine is run. */
const versions = new Map<string, Promise<Sdk.PulumiCommand["version"]>>();

const notFound = (engine: string): EngineCommandError =>
  new EngineCommandError(
    `error: the Pulumi CLI was not found (${engine}); install it (https://www.pulumi.com/docs/install) or name its path`,
  );

/** Version of an engine. @throws EngineCommandError when there is none @throws Error of the SDK's when it is too old for it */
function usableVersion(engine: string): Promise<Sdk.PulumiCommand["version"]> {
  const known = versions.get(engine);
  if (known !== undefined) return known;
  const root = path.isAbsolute(engine) ? { root: path.dirname(path.dirname(engine)) } : {};
  const version = automationSdk()
    .PulumiCommand.get(root)
    .then(
      (command) => command.version,
      (error: unknown) => {
        throw isMissing(error) ? notFound(engine) : error;
      },
    );
  versions.set(engine, version);
  // Another try may find another engine.
  version.catch(() => versions.delete(engine));
  return version;
}

const isMissing = (error: unknown): boolean => error instanceof Error && /\bENOENT\b/.test(error.message);

/** Loaded with the first command only: it takes half a second. */
export function automationSdk(): typeof Sdk {
  return createRequire(__filename)("@pulumi/pulumi/automation") as typeof Sdk;
}

/** `environment` with the engine's folder first on PATH, so that its own plugins and language hosts are found. */
export function engineEnvironment(engine: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!path.isAbsolute(engine)) return environment;
  return { ...environment, PATH: [path.dirname(engine), environment["PATH"]].filter(Boolean).join(path.delimiter) };
}

/** A file without a name, gone when it is closed. */
function temporaryFile(): number {
  const folder = makeTemporaryFolder();
  const file = fs.openSync(path.join(folder, "stderr"), "w+", 0o600);
  fs.rmSync(folder, { recursive: true });
  return file;
}

function contentOf(file: number): string {
  const content = Buffer.alloc(fs.fstatSync(file).size);
  fs.readSync(file, content, 0, content.length, 0);
  return content.toString();
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

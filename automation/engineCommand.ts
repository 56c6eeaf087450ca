import { spawn } from "node:child_process";
import * as path from "node:path";
import { engineErrors } from "./errors";

/** A `pulumi` command that failed. The message is what it wrote to standard error. */
export class EngineCommandError extends Error {
  override readonly name = "EngineCommandError";

  constructor(readonly stderr: string) {
    super(engineErrors(stderr));
  }
}

/** Runs single `pulumi` commands. */
export class EngineCommand {
  /**
   * @param engine path of `pulumi`, or just its name
   * @param directory folder with the project's settings
   */
  constructor(
    private readonly engine: string,
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /**
   * @param stdin what the command reads, for what must not be seen in a list of processes
   * @param environment besides that of all commands
   * @returns its standard output
   * @throws EngineCommandError
   */
  run(args: string[], stdin = "", environment: Record<string, string> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.engine, [...args, "--non-interactive", "--color", "never"], {
        cwd: this.directory,
        env: { ...this.environment, ...environment },
        stdio: ["pipe", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      // A command that ends without reading is judged by its exit code.
      child.stdin.on("error", () => undefined).end(stdin);
      child.on("error", (error: NodeJS.ErrnoException) => {
        reject(
          error.code === "ENOENT"
            ? new EngineCommandError(
                `error: the Pulumi CLI was not found (${this.engine}); install it (https://www.pulumi.com/docs/install) or name its path`,
              )
            : error,
        );
      });
      child.on("close", (code, signal) => {
        if (code === 0) resolve(stdout);
        else reject(new EngineCommandError(stderr || `error: pulumi ${args[0] ?? ""} ended with ${signal ?? code}`));
      });
    });
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

/** `environment` with the engine's folder first on PATH, so that its own plugins and language hosts are found. */
export function engineEnvironment(engine: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!path.isAbsolute(engine)) return environment;
  return { ...environment, PATH: [path.dirname(engine), environment["PATH"]].filter(Boolean).join(path.delimiter) };
}

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { installCommandPlugin, standInPlugin } from "../../../lab/engine/commandPlugin";
import type { Done, Run } from "./stackRun";

/** A stack on a backend of its own, deployed by the real engine with the lab's providers. */
export class Stack {
  private constructor(
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** @param awsPort of the lab's aws provider */
  static async create(engine: string, awsPort: number): Promise<Stack> {
    const directory = await mkdtemp(path.join(tmpdir(), "providers-"));
    for (const folder of ["home", "backend", "work"]) await mkdir(path.join(directory, folder));
    installCommandPlugin(standInPlugin, path.join(directory, "home"));
    return new Stack(directory, {
      ...process.env,
      PATH: [path.dirname(engine), process.env.PATH].join(path.delimiter),
      PULUMI_HOME: path.join(directory, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(directory, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      PULUMI_DEBUG_PROVIDERS: `aws:${awsPort}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
  }

  /** @param during is given what the run has said so far, and a way to interrupt it as Ctrl-C does */
  async run(
    operation: Run["operation"],
    settings: Run["settings"],
    during?: (said: () => string, interrupt: () => void) => Promise<void>,
  ): Promise<Done> {
    const program = path.join(__dirname, "stackRun.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program], {
      cwd: path.resolve(__dirname, "../../.."),
      env: this.environment,
      stdio: "pipe",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<string>((resolve) =>
      child.once("close", (code, signal) => resolve(`exit ${code ?? ""}${signal ?? ""}`)),
    );
    child.stdin.end(JSON.stringify({ operation, settings, workDirectory: path.join(this.directory, "work") }));
    try {
      await during?.(
        () => stderr,
        () => child.kill("SIGINT"),
      );
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
    const how = await ended;
    const last = stdout.trim().split("\n").at(-1) ?? "";
    if (!last.startsWith("{")) throw new Error(`the run said no result (${how}):\n${stderr}`);
    return JSON.parse(last) as Done;
  }

  /** The state as it lies on disk. */
  state(): Promise<string> {
    return readFile(path.join(this.directory, "backend/.pulumi/stacks/providers/tests.json"), "utf8");
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

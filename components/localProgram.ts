import { fork, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";

/** One of this package's programs, as inputs of a local command. */
export interface LocalProgram {
  interpreter: string[];
  create: string;
  /** Left out: the folder that the plugin runs in. */
  dir?: string;
}

const root = fs.realpathSync(path.join(__dirname, ".."));
const launcher = "bin/localProgram.mjs";

/**
 * A program that runs in the project's folder, with inputs that are the same wherever the project is checked out: `node` is the
 * one on PATH, which the language host runs the project with, too, and the package is named by its way from that folder.
 *
 * The engine starts plugins there (pulumi 3.259.0 pkg/engine/deployment.go:57-68 and project.go:45-72, the folder of Pulumi.yaml's
 * `main`, else Pulumi.yaml's own; sdk/go/common/resource/plugin/provider_plugin.go:287 and plugin.go:599), a local command runs
 * in the plugin's folder (pulumi-command 1.2.1 local/commandOutputs.go, `os.Getwd`), and the SDK's own entry points for programs and
 * component packages go there, too (3.259.0 cmd/run/run.js:231, cmd/run-plugin/run.js:136). Of a function that a tool hands to the
 * Automation API the engine's folder is a temporary one: there all paths are absolute.
 *
 * @param name path in the package without ending, as `verification/main`
 * @param folder the project's; undefined where the engine's is another one
 */
export function localProgram(name: string, folder: string | undefined = projectFolder()): LocalProgram {
  if (folder !== undefined) return { interpreter: ["node", pathTo(folder)], create: name };
  return { interpreter: ["node", path.join(root, launcher)], create: name, dir: process.cwd() };
}

/** Runs one of the package's programs now, in this process's folder. */
export async function runProgram(
  name: string,
  stdin: string,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--no-warnings", path.join(root, launcher), name], { stdio: "pipe" });
  const exit = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
  // Of one that has ended already its exit tells.
  child.stdin.on("error", () => undefined).end(stdin);
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** Starts one of them, to send it messages; what it prints on standard error is the stack's. */
export function forkProgram(name: string): ChildProcess {
  return fork(path.join(root, launcher), [name], {
    execArgv: ["--no-warnings"],
    // By which Pulumi hands all settings to this process, secrets in the clear.
    env: { ...process.env, PULUMI_CONFIG: undefined },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** The folder that this process shares with the engine's plugins, if it does. */
function projectFolder(): string | undefined {
  const entry = require.main?.filename ?? "";
  return /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run(-plugin)?[\\/]/.test(entry) ? process.cwd() : undefined;
}

/**
 * From a folder to the launcher. An installed package goes by its place in node_modules, also where that is a link into a store or a
 * cache of this machine.
 */
function pathTo(folder: string): string {
  // A checkout, which has a link to itself: the lab's package depends on it.
  if (path.relative(root, folder) === "") return launcher;
  const installed = above(folder)
    .map((each) => path.join(each, "node_modules/gwlb-inspection"))
    .find((each) => fs.existsSync(each) && fs.realpathSync(each) === root);
  return path
    .relative(folder, path.join(installed ?? root, launcher))
    .split(path.sep)
    .join("/");
}

function above(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

import { spawn } from "node:child_process";
import { AccessError, type RemoteAccess, type RunOptions, type RunResult } from "./access";
import { ErrorOutput, Output, tooLong } from "./hostOutput";
import { stdinFor } from "./remoteScript";

/** Ends the script's group when the other end of descriptor 3 is closed, as it is when this process is gone. */
const watch = "(read -r _ <&3; kill -s TERM 0) >/dev/null 2>&1 &\nexec 3<&-\n";

/** The machine that measures, as one more host. Nothing is run as root here. */
export const localAccess: RemoteAccess = { run, close: () => Promise.resolve() };

function run(
  script: string,
  args: string[],
  { stdin, sudo, timeout, signal, longest }: RunOptions,
): Promise<RunResult> {
  if (sudo) throw new Error("Nothing runs as root on the machine that measures");
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) throw new AccessError("aborted", "the command on this machine was interrupted");
    // A group of its own, so that what the script starts ends with it.
    const child = spawn("sh", ["-s", "--", ...args], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] },
    });
    const stdout = new Output(longest);
    const stderr = new ErrorOutput();
    let failure: AccessError | undefined;
    const end = (why: AccessError): void => {
      failure ??= why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    };
    const timer = setTimeout(
      () => end(new AccessError("timeout", `the command on this machine did not end within ${timeout} s`)),
      timeout * 1000,
    );
    const onAbort = (): void => end(new AccessError("aborted", "the command on this machine was interrupted"));
    signal?.addEventListener("abort", onAbort, { once: true });
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      action();
    };
    child.stdout.on("data", (data: Buffer) => {
      if (!stdout.add(data)) end(tooLong("the command on this machine", stdout.longest));
    });
    child.stderr.on("data", (data: Buffer) => stderr.add(data));
    // A shell that ends early leaves us writing into the void; its exit code tells.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) =>
      settle(() => reject(new AccessError("unreachable", `sh does not run on this machine: ${error.message}`))),
    );
    child.on("exit", () => child.stdio[3]?.destroy());
    child.on("close", (exitCode, killedBy) =>
      settle(() => {
        if (failure !== undefined) return reject(failure);
        if (exitCode === null) {
          return reject(new AccessError("connection-lost", `the command on this machine was ended by ${killedBy}`));
        }
        resolve({ stdout: stdout.text(), stderr: stderr.text(), exitCode });
      }),
    );
    child.stdin.end(watch + stdinFor(script, stdin));
  });
}

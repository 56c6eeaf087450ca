import { spawn } from "node:child_process";
import * as os from "node:os";
import type { Lab } from "./lab";
import { insideProcess } from "./world";

/**
 * Runs a command inside the lab that goes on until it is told to end, and then ends in order: our SIGINT, SIGTERM or SIGHUP
 * reaches it as SIGINT. When we are killed it ends, too. Resolves with its exit code, with 0 when it was told to end.
 *
 * @param stdout - descriptor of what it prints @default ours
 */
export function runUntilInterrupted(
  lab: Lab,
  command: string[],
  stdout: number | "inherit" = "inherit",
): Promise<number> {
  // prctl(2), PR_SET_PDEATHSIG: nsenter ends with us, and the command with nsenter.
  const withParent = (signal: string): string[] => ["setpriv", "--pdeathsig", signal, "--"];
  const [program = "", ...rest] = [...withParent("KILL"), ...lab.inside([...withParent("TERM"), ...command])];
  return new Promise((resolve, reject) => {
    // A session of its own: Ctrl-C on the terminal reaches it through us, and does not reach nsenter.
    const child = spawn(program, rest, { detached: true, stdio: ["ignore", stdout, "inherit"] });
    let told = false;
    const tell = (): void => {
      told = true;
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(insideProcess(child.pid), "SIGINT");
      } catch {
        // It has just ended.
      }
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const name of signals) process.on(name, tell);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, tell);
      resolve(told ? 0 : (code ?? 128 + os.constants.signals[signal ?? "SIGTERM"]));
    });
  });
}

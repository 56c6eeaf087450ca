import * as fs from "node:fs";
import * as net from "node:net";
import * as readline from "node:readline";
import type { Impairment } from "../gateway/impairment";

/** What may be asked of a lab's daemon over its Unix socket: one JSON object a line, one answer a line. */
export type ControlRequest =
  | { kind: "status" }
  /** Lets the lab outlive the process that started it. */
  | { kind: "detach" }
  | { kind: "inspect" }
  /** Gateway counters per GWLB. */
  | { kind: "counters" }
  /** A fault of `faults/`, made behind the program's back. Answers with what was changed. */
  | { kind: "break"; fault: string }
  /** Delay and loss in every gateway; none when left out. */
  | { kind: "impair"; impairment?: Impairment }
  /** Takes back one fault, or every one made so far, and delay and loss. */
  | { kind: "repair"; fault?: string }
  /** Answers with the command line that runs a command inside an instance, as root, from within the lab. */
  | { kind: "enter"; instance: string; command: string[] }
  | { kind: "reboot"; instance: string }
  | { kind: "shutdown" };

export type ControlAnswer = { ok: true; value: unknown } | { ok: false; error: string };

/** Serves requests on a Unix socket that only root may open. */
export async function serveControl(
  socketPath: string,
  handle: (request: ControlRequest) => Promise<unknown>,
): Promise<net.Server> {
  const server = net.createServer((connection) => {
    connection.on("error", () => connection.destroy());
    const lines = readline.createInterface({ input: connection });
    lines.on("line", (line) => {
      void answer(line, handle).then((reply) => {
        if (connection.writable) connection.write(JSON.stringify(reply) + "\n");
      });
    });
    lines.on("error", () => connection.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  fs.chmodSync(socketPath, 0o600);
  return server;
}

async function answer(line: string, handle: (request: ControlRequest) => Promise<unknown>): Promise<ControlAnswer> {
  try {
    return { ok: true, value: await handle(JSON.parse(line) as ControlRequest) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Seconds that an answer may take. A reboot waits for an instance's sshd. */
const patience: Partial<Record<ControlRequest["kind"], number>> = { reboot: 180, shutdown: 5 };
const usualPatience = 30;

/**
 * Sends one request and resolves with the answer's value.
 *
 * @throws Error with the daemon's message, or when there is no answer in time: it hangs, or somebody has stopped it
 */
export function askDaemon(
  socketPath: string,
  request: ControlRequest,
  seconds: number = patience[request.kind] ?? usualPatience,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socketPath);
    const late = `The lab's daemon has not answered within ${seconds} s: it hangs, or was stopped. \`lab down\` ends it`;
    const timer = setTimeout(() => connection.destroy(new Error(late)), seconds * 1000);
    connection.on("close", () => clearTimeout(timer));
    connection.on("error", reject);
    connection.on("close", () => reject(new Error(`The lab's daemon closed ${socketPath} without an answer`)));
    const lines = readline.createInterface({ input: connection });
    // It repeats the connection's errors.
    lines.on("error", reject);
    lines.once("line", (line) => {
      const reply = JSON.parse(line) as ControlAnswer;
      if (reply.ok) resolve(reply.value);
      else reject(new Error(reply.error));
      connection.destroy();
    });
    connection.write(JSON.stringify(request) + "\n");
  });
}

import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import { python } from "../tools";

/** A script of this folder that is asked one line of JSON at a time. */
export class Witness {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;
  private errors = "";

  /** @param enter - command that runs the given one where the named namespaces are */
  constructor(script: string, enter: (command: string[]) => string[], setting: unknown) {
    const [program = "", ...args] = enter([python, "-B", path.join(__dirname, script), JSON.stringify(setting)]);
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    this.child.stdin.on("error", () => undefined);
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with the script's last words when it has ended */
  async ask<Answer>(question: object): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`the witness ended: ${this.errors.trim().slice(-2000)}`);
    const answer = JSON.parse(line.value) as Answer | { error: string };
    if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(String(answer.error));
    return answer;
  }

  /** It ends when there is nothing more to read. */
  async close(): Promise<void> {
    this.child.stdin.end();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await new Promise((resolve) => this.child.once("close", resolve));
    }
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { readPings, readStreams, type Pings, type Streams } from "./figures";

/** TCP's echo (RFC 862); the destination serves it for as long as it is asked to. */
export const streamPort = 7;
/** Streams that are kept busy. */
export const streamCount = 10;

/** Command line that runs a command in an instance, from where we are. */
export type Enter = (command: string[]) => Promise<string[]>;

/** A ping each 0.1 s, which ends with its standard input. */
const pinging = 'ping -D -O -n -i 0.1 "$1" & cat >/dev/null; kill -INT $!; wait $!';

/** A program in an instance that ends with its standard input, and so with us. */
class Running {
  text = "";
  private errors = "";
  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.text += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    child.stdin?.on("error", () => undefined);
    this.closed = once(child, "close");
  }

  static async in(enter: Enter, command: string[]): Promise<Running> {
    const [program = "", ...args] = await enter(command);
    return new Running(spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true }));
  }

  /** @throws Error when it ends instead, or says nothing in time */
  async said(words: RegExp): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!words.test(this.text)) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${this.child.spawnargs.slice(-3).join(" ")}: ${this.errors.trim() || "said nothing"}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    await this.closed;
  }
}

/** A steady ping and TCP streams from one instance to another. */
export class Traffic {
  private readonly running: Running[] = [];
  private pinged: Running | undefined;
  private streamed: Running | undefined;

  constructor(
    private readonly source: Enter,
    private readonly destination: { enter: Enter; address: string },
  ) {}

  /** Resolves when a ping was answered. */
  async ping(): Promise<void> {
    this.pinged = await this.begin(this.source, ["sh", "-c", pinging, "sh", this.destination.address], /bytes from/);
  }

  /** Resolves when all streams have had an answer. */
  async stream(): Promise<void> {
    const program = fs.readFileSync(path.join(__dirname, "streams.py"), "utf8");
    const { enter, address } = this.destination;
    await this.begin(enter, ["python3", "-c", program, "serve", String(streamPort)], /listening/);
    const sender = ["python3", "-c", program, "send", address, String(streamPort), String(streamCount)];
    this.streamed = await this.begin(this.source, sender, new RegExp(`answer ${streamCount - 1} `));
  }

  pings(): Pings {
    return readPings(this.pinged?.text ?? "");
  }

  streams(): Streams {
    return readStreams(this.streamed?.text ?? "");
  }

  /** The senders first, so that nothing is sent to who listens no more. */
  async end(): Promise<void> {
    for (const each of this.running.splice(0).reverse()) await each.end();
  }

  private async begin(enter: Enter, command: string[], until: RegExp): Promise<Running> {
    const running = await Running.in(enter, command);
    this.running.push(running);
    await running.said(until);
    return running;
  }
}

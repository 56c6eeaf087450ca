import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { World } from "../gateway/world";
import { python } from "../tools";

/** What is opened in one namespace; "" is the world's own. */
export interface Opened {
  namespace: string;
  watch: boolean;
  /** That servers listen on. @default all */
  address?: string;
  tcp: number[];
  udp: number[];
}

/** One packet; number and index tell it from all others. */
export interface Sent {
  namespace: string;
  protocol: "icmp" | "udp" | "tcp";
  source: string;
  destination: string;
  number: number;
  index: number;
}

/** A packet of {@link Sent}, or its answer, at an interface. */
export interface Seen {
  namespace: string;
  link: string;
  /** As the namespace sees it. */
  way: "in" | "out";
  protocol: Sent["protocol"];
  number: number;
  index: number;
  leg: "request" | "reply";
  source: string;
  destination: string;
  outer?: { source: string; destination: string };
}

type Line = [
  time: string,
  namespace: string,
  link: string,
  way: Seen["way"],
  protocol: Seen["protocol"],
  number: number,
  index: number,
  leg: Seen["leg"],
  source: string,
  destination: string,
  outer: [string, string] | null,
];

/** One process with sockets in all of a world's namespaces. It ends with the world. */
export class Observer {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: ((line: string) => void)[] = [];
  private readonly failed: Promise<never>;

  constructor(world: World) {
    const [program, ...args] = [...world.enter, python, path.join(__dirname, "observer.py")] as const;
    this.process = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.process.stdin.on("error", () => undefined);
    readline.createInterface({ input: this.process.stdout }).on("line", (line) => this.answers.shift()?.(line));
    this.failed = new Promise((_, reject) => {
      this.process.once("error", reject);
      this.process.once("exit", (code, signal) => reject(new Error(`observer: ${signal ?? `exit ${code}`}`)));
    });
    this.failed.catch(() => undefined);
  }

  async open(namespaces: Opened[]): Promise<void> {
    await this.ask({ open: namespaces });
  }

  async send(packets: Sent[]): Promise<void> {
    await this.ask({ send: packets });
  }

  /** Everything seen since the last time, by time. */
  async collect(): Promise<Seen[]> {
    const lines = JSON.parse(await this.ask({ collect: true })) as Line[];
    return lines.map(([, namespace, link, way, protocol, number, index, leg, source, destination, outer]) => ({
      namespace,
      link,
      way,
      protocol,
      number,
      index,
      leg,
      source,
      destination,
      ...(outer !== null && { outer: { source: outer[0], destination: outer[1] } }),
    }));
  }

  private ask(command: object): Promise<string> {
    const answered = new Promise<string>((resolve) => this.answers.push(resolve));
    this.process.stdin.write(`${JSON.stringify(command)}\n`);
    return Promise.race([answered, this.failed]);
  }
}

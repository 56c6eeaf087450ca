import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { settleLimited } from "../../automation/order";
import { until } from "../../lab/world";
import { commandLine } from "./commandLine";
import { Leftovers, variable } from "./leftovers";

const root = path.resolve(__dirname, "../..");

type Deed = "Ctrl-C" | "Ctrl-C, and again" | "SIGTERM" | "SIGKILL" | "SIGKILL of its daemon";

interface Case {
  deed: Deed;
  moment: string;
  /** Milliseconds after the moment's begin. */
  delay: number;
}

/** When a moment of `lab start` has begun: by what is there and what was printed, not by time. */
const moments: Record<string, { begun: (start: Start) => boolean; milliseconds: number }> = {
  "while its world starts": { begun: ({ directory }) => fs.existsSync(directory), milliseconds: 500 },
  "while security is deployed": {
    begun: ({ output }) => output.includes("security: created Vpc "),
    milliseconds: 9_000,
  },
  "while system is deployed": { begun: ({ output }) => output.includes("system: created Vpc "), milliseconds: 3_000 },
  "while the path is measured": { begun: ({ output }) => /system: created command/.test(output), milliseconds: 2_000 },
  "while it is destroyed": { begun: ({ output }) => output.includes("system: deleted"), milliseconds: 3_000 },
};

/** Pairs what is done with when, by chance. */
function cases(random: () => number): Case[] {
  const deeds: Deed[] = ["Ctrl-C", "Ctrl-C, and again", "SIGTERM", "SIGKILL", "SIGKILL", "SIGKILL of its daemon"];
  const names = Object.keys(moments);
  const shuffled = [...names, names[Math.floor(random() * names.length)] ?? ""]
    .map((name) => ({ name, key: random() }))
    .sort((one, other) => one.key - other.key);
  return deeds.map((deed, index) => {
    const moment = shuffled[index]?.name ?? "";
    return { deed, moment, delay: Math.floor(random() * (moments[moment]?.milliseconds ?? 0)) };
  });
}

/** mulberry32: the same seed gives the same numbers from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A `lab start` that is under way, the leader of its process group as a command typed into a terminal is. */
class Start {
  readonly directory: string;
  readonly leftovers: Leftovers;
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  output = "";
  running = true;

  constructor(readonly lab: string) {
    this.directory = path.join("/run/gwlb-inspection", lab);
    const args = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", "start", "--name", lab];
    const child = spawn(process.execPath, args, {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, [variable]: lab },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        this.running = false;
        resolve({ code, signal });
      });
    });
    if (child.pid === undefined) throw new Error("lab start could not be started");
    this.pid = child.pid;
    this.leftovers = new Leftovers(lab, child.pid);
  }

  daemon(): number | undefined {
    this.leftovers.look();
    return this.leftovers.find((line) => line.startsWith(process.execPath) && line.includes("lab/daemon.ts"));
  }
}

/** Runs one case. @throws AssertionError for an exit code or a leftover that must not be */
async function interrupt({ deed, moment, delay }: Case, lab: string): Promise<void> {
  const start = new Start(lab);
  await until(() => !start.running || moments[moment]?.begun(start) === true, 120_000, `${lab} ${moment}`);
  await new Promise((resolve) => setTimeout(resolve, delay));
  if (deed === "SIGKILL of its daemon") await until(() => start.daemon() !== undefined, 10_000, "the daemon");
  start.leftovers.look();
  if (!start.running) throw new Error(`lab start had ended ${moment} + ${delay} ms:\n${start.output}`);

  if (deed === "SIGTERM" || deed === "SIGKILL") process.kill(start.pid, deed);
  else if (deed === "SIGKILL of its daemon") process.kill(start.daemon() ?? NaN, "SIGKILL");
  else process.kill(-start.pid, "SIGINT");
  if (deed === "Ctrl-C, and again") {
    await until(() => start.output.includes("Interrupted"), 10_000, "the first Ctrl-C to be heard");
    // It may have ended already: then there is nobody to be interrupted again.
    if (start.running) process.kill(-start.pid, "SIGINT");
  }

  const { code, signal } = await start.ended;
  if (deed === "SIGKILL") expect(signal).to.equal("SIGKILL");
  else if (deed === "SIGKILL of its daemon") {
    expect(code, start.output).to.be.greaterThan(0);
    await commandLine("lab", "down", "--name", lab);
  } else expect(code, start.output).to.equal(130);

  await until(() => start.leftovers.now().length === 0, 20_000, "nothing to be left").catch(() => undefined);
  expect(start.leftovers.now(), start.output).to.deep.equal([]);
  if (moment !== "while its world starts") expect(start.leftovers.seen).to.be.greaterThan(10);
}

describe("a lab that is interrupted", function () {
  this.timeout(300_000);
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  const all = cases(randomNumbers(seed));
  const labOf = (index: number): string => `exit-${process.pid}-${index}`;
  let outcomes: PromiseSettledResult<void>[];

  before(async () => {
    await commandLine("lab", "setup");
    // Side by side, since most of their time is waiting: what one leaves is told apart by name and descent.
    outcomes = await settleLimited([...all.entries()], 3, ([index, each]) => interrupt(each, labOf(index)));
  });

  after(async () => {
    for (const index of all.keys()) await commandLine("lab", "down", "--name", labOf(index));
  });

  for (const [index, { deed, moment, delay }] of all.entries()) {
    it(`leaves nothing after ${deed} ${moment} + ${delay} ms (SEED=${seed})`, () => {
      const outcome = outcomes[index];
      if (outcome?.status === "rejected") throw outcome.reason;
      expect(outcome?.status).to.equal("fulfilled");
    });
  }

  it("starts again under its name", async () => {
    const { exitCode, stderr } = await commandLine("lab", "start", "--name", labOf(all.length - 1));
    expect(exitCode, stderr).to.equal(0);
  });
});

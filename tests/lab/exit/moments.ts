import { expect } from "chai";
import * as path from "node:path";
import { ensureImage } from "../../../lab/fabric/image";
import { Lab } from "../../../lab/world/lab";
import { runningWorld, until } from "../../../lab/world/world";
import { Command } from "./command";
import type { Leftovers } from "./leftovers";
import type { Deed, Moment, Operation } from "./plan";

/** What became of a moment. */
export interface Row {
  moment: Moment;
  lab: string;
  /** Milliseconds after the command's start. */
  after: number;
  /** What the command had said last. */
  doing: string;
  /** How the command ended. */
  end: string;
  /** Seconds until all was as it must be. */
  cleaning: number;
}

const words: Record<Operation, string[]> = {
  start: ["start"],
  up: ["up"],
  "up again": ["up"],
  verify: ["verify"],
  down: ["down"],
};

/** Length of a start, which destroys everything at last, in terms of an up's. */
const destroyed = 1.2;

/** Runs commands, and interrupts them at moments within their measured length. */
export class Moments {
  readonly rows: Row[] = [];
  private readonly lengths = new Map<
    Operation,
    { promise: Promise<number>; resolve: (milliseconds: number) => void }
  >();

  /** @param program folder with the program that the commands deploy */
  constructor(
    private readonly program: () => string,
    private readonly say: (line: string) => void,
  ) {}

  /** Runs it to its end, which must be a good one, and remembers how long that took. */
  async complete(operation: Operation, lab: string): Promise<Command> {
    const command = this.command(operation, lab);
    const { code } = await command.ended;
    this.length(operation).resolve(command.age);
    // A start is an up, and then some.
    if (operation === "up") this.length("start").resolve(command.age * destroyed);
    expect(code, `lab ${operation} of ${lab}:\n${command.output}`).to.equal(0);
    return command;
  }

  /**
   * Does the moment's deed. When the command was faster than measured, the next attempt is made earlier.
   *
   * @param prepare makes what the operation needs, before each attempt
   */
  async interrupt(moment: Moment, leftovers: Leftovers, prepare = (): Promise<void> => Promise.resolve()) {
    const { operation, deed } = moment;
    const { lab } = leftovers;
    const length = await this.length(operation).promise;
    for (let at = moment.at; ; at *= 0.8) {
      await prepare();
      const command = this.command(operation, lab);
      await command.reach(at * length);
      const victim = await victimOf(deed, leftovers, command);
      leftovers.look();
      if (!command.running) continue;
      const after = command.age;
      const doing = command.lastLine;
      command.do(deed, victim);
      if (deed === "Ctrl-C twice") await again(command);
      const { code, signal } = await command.ended;
      const end = signal ?? `exit code ${code}`;
      const since = performance.now();
      const cleaned = (): void => {
        const cleaning = (performance.now() - since) / 1000;
        this.rows.push({ moment, lab, after, doing, end, cleaning });
        this.say(rowText(this.rows.at(-1)));
      };
      return { command, code, signal, cleaned };
    }
  }

  private command(operation: Operation, lab: string): Command {
    return new Command(lab, ...words[operation], ...(operation === "down" ? [] : ["--program", this.program()]));
  }

  private length(operation: Operation): { promise: Promise<number>; resolve: (milliseconds: number) => void } {
    let known = this.lengths.get(operation);
    if (known === undefined) {
      let resolve: (milliseconds: number) => void = () => undefined;
      const promise = new Promise<number>((fulfil) => (resolve = fulfil));
      this.lengths.set(operation, (known = { promise, resolve }));
    }
    return known;
  }
}

async function again(command: Command): Promise<void> {
  await until(() => !command.running || command.output.includes("Interrupted"), 10_000, "the first Ctrl-C to be heard");
  // It may have ended already: then there is nobody to be interrupted again.
  if (command.running) command.do("Ctrl-C");
}

/** Waits for the process that the deed is done to, unless it is the command's own. */
async function victimOf(deed: Deed, leftovers: Leftovers, command: Command): Promise<number | undefined> {
  const find = {
    "SIGKILL of the daemon": () =>
      leftovers.find((line) => line.startsWith(process.execPath) && line.includes("lab/daemon.ts")),
    "SIGKILL of the world's init": () => runningWorld(leftovers.lab),
    "SIGKILL of the engine": () => leftovers.find((line) => /^\S*pulumi up /.test(line)),
  }[deed as string];
  if (find === undefined) return undefined;
  let victim: number | undefined;
  await until(() => !command.running || (victim = find()) !== undefined, 20_000, deed);
  return victim;
}

/** A lab without any resource, where taking it down is what counts. */
export async function bareLab(name: string): Promise<void> {
  if (runningWorld(name) !== undefined) return;
  const { path: imagePath } = await ensureImage();
  const lab = await Lab.start({ name, imagePath });
  await lab.detach();
}

/** @throws AssertionError when something of the lab stays */
export async function nothingLeft(leftovers: Leftovers): Promise<void> {
  await until(() => leftovers.now().length === 0, 20_000, "nothing to be left").catch(() => undefined);
  expect(leftovers.now(), `left of ${leftovers.lab}`).to.deep.equal([]);
}

export function rowText(row: Row | undefined): string {
  if (row === undefined) return "";
  const { moment, lab, after, doing, end, cleaning } = row;
  const columns = [
    `${moment.operation} (${path.basename(lab)})`.padEnd(26),
    moment.deed.padEnd(27),
    `${(after / 1000).toFixed(2)} s`.padStart(8),
    end.padEnd(13),
    `${cleaning.toFixed(1)} s`.padStart(7),
    doing.slice(0, 90),
  ];
  return columns.join("  ");
}

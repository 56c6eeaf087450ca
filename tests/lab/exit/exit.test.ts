import { expect } from "chai";
import { labNames, runningWorld, until } from "../../../lab/world/world";
import { commandLine } from "../commandLine";
import { oneZoneProgram, type ProgramCopy } from "../programCopy";
import { hostDifferences, hostState, type HostState } from "./host";
import { Leftovers } from "./leftovers";
import { bareLab, Moments, nothingLeft, rowText } from "./moments";
import { Chance, plan, type Moment } from "./plan";

describe("a lab whose commands are interrupted", function () {
  this.timeout(480_000);
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  const moments = plan(new Chance(seed));
  const labs = `exit-${process.pid}`;
  let program: ProgramCopy;
  const runs = new Moments(
    () => program.folder,
    (line) => void process.stdout.write(`      ${line}\n`),
  );
  const outcomes = new Map<Moment, Promise<void>>();
  let hostBefore: HostState;

  /** Tests are reported one by one, whatever became of others. */
  const note = async (moment: Moment, work: Promise<void>): Promise<void> => {
    outcomes.set(moment, work);
    await work.catch(() => undefined);
  };

  /** Signals that a command can hear end it in order; before it listens, they end it at once. */
  function endedInOrder({ code, signal }: { code: number | null; signal: string | null }, output: string): void {
    if (signal === null) expect([130, 143], output).to.include(code);
    else expect(["SIGINT", "SIGTERM"], output).to.include(signal);
  }

  async function down(lab: string): Promise<void> {
    const { exitCode, stderr } = await commandLine("lab", "down", "--name", lab);
    expect(exitCode, stderr).to.equal(0);
  }

  async function interruptStart(moment: Moment, lab: string): Promise<void> {
    const leftovers = new Leftovers(lab);
    const run = await runs.interrupt(moment, leftovers);
    const { deed } = moment;
    if (deed === "SIGKILL") expect(run.signal).to.equal("SIGKILL");
    else if (deed.startsWith("SIGKILL")) expect(run.code, run.command.output).to.be.greaterThan(0);
    else endedInOrder(run, run.command.output);
    if (deed.startsWith("SIGKILL")) await down(lab);
    await nothingLeft(leftovers);
    run.cleaned();
  }

  /** @param then what is to happen to a lab that a killed `up` has left */
  async function interruptUp(moment: Moment, lab: string, then: (lab: string) => Promise<void>): Promise<void> {
    const leftovers = new Leftovers(lab);
    const run = await runs.interrupt(moment, leftovers, async () => {
      if (runningWorld(lab) !== undefined) await down(lab);
    });
    if (moment.deed === "SIGKILL") {
      expect(run.signal).to.equal("SIGKILL");
      await then(lab);
      run.cleaned();
      return;
    }
    endedInOrder(run, run.command.output);
    await nothingLeft(leftovers);
    run.cleaned();
  }

  async function interruptUpAgain(moment: Moment, lab: string): Promise<void> {
    const leftovers = new Leftovers(lab);
    const run = await runs.interrupt(moment, leftovers);
    if (moment.deed === "SIGKILL") expect(run.signal).to.equal("SIGKILL");
    else if (moment.deed.startsWith("SIGKILL")) expect(run.code, run.command.output).to.be.greaterThan(0);
    // When the signal comes all may be done, and only the telling of it left.
    else if (run.code !== 0 || !/system: \d+ unchanged/.test(run.command.output)) endedInOrder(run, run.command.output);
    expect(run.command.output).not.to.match(/lock/);
    if (moment.deed.startsWith("SIGKILL")) await runs.complete("up again", lab);
    run.cleaned();
  }

  async function interruptVerify(moment: Moment, lab: string): Promise<void> {
    const leftovers = new Leftovers(lab);
    const run = await runs.interrupt(moment, leftovers);
    if (moment.deed === "SIGKILL") expect(run.signal).to.equal("SIGKILL");
    // What was measured until then is reported: as inconclusive, unless only the collecting was left to do.
    else if (run.code !== 2 && run.code !== 0) endedInOrder(run, run.command.output);
    await until(() => leftovers.measuring().length === 0, 25_000, "measuring to end").catch(() => undefined);
    expect(leftovers.measuring()).to.deep.equal([]);
    run.cleaned();
  }

  async function interruptDown(moment: Moment, lab: string): Promise<void> {
    const leftovers = new Leftovers(lab);
    const run = await runs.interrupt(moment, leftovers, () => bareLab(lab));
    await down(lab);
    await nothingLeft(leftovers);
    run.cleaned();
  }

  /** One lab that is up all the time: measured, deployed again, and taken down at last. */
  async function keptLab(lab: string, downs: Moment[]): Promise<void> {
    await runs.complete("up", lab);
    // What is not to be left later must be there now.
    const leftovers = new Leftovers(lab);
    const [, measuring] = await Promise.all([runs.complete("verify", lab), leftovers.seenMeasuring(20_000)]);
    expect(measuring, "what a verify does on its instances").to.include.members(["capture", "ping", "tcpdump"]);
    for (const moment of moments.verify) await note(moment, interruptVerify(moment, lab));
    await runs.complete("up again", lab);
    for (const moment of moments["up again"]) await note(moment, interruptUpAgain(moment, lab));
    await runs.complete("verify", lab);
    for (const moment of downs) await note(moment, interruptDown(moment, lab));
  }

  /** What a killed `up` has left is taken down, also by a `down` that is interrupted, too. */
  async function killedLabs(lab: string, downs: Moment[]): Promise<void> {
    for (const moment of moments.up) {
      await note(
        moment,
        interruptUp(moment, lab, async () => {
          const next = downs.shift();
          if (next !== undefined) await note(next, interruptDown(next, lab));
        }),
      );
    }
    for (const moment of downs) await note(moment, interruptDown(moment, lab));
    await down(lab);
  }

  async function bareLabs(lab: string, downs: Moment[]): Promise<void> {
    await bareLab(lab);
    await runs.complete("down", lab);
    for (const moment of downs) await note(moment, interruptDown(moment, lab));
  }

  before(async () => {
    program = oneZoneProgram();
    hostBefore = hostState();
    process.stdout.write(`      SEED=${seed}\n`);
    const starts = [...moments.start];
    const rest = async (lab: string): Promise<void> => {
      for (let moment = starts.shift(); moment !== undefined; moment = starts.shift()) {
        await note(moment, interruptStart(moment, lab));
      }
    };
    // Side by side, since most of their time is waiting: what one leaves is told apart by name and descent.
    const { down: downs } = moments;
    const lanes = [
      keptLab(`${labs}-kept`, downs.slice(0, 1)).then(() => rest(`${labs}-kept`)),
      killedLabs(`${labs}-killed`, downs.slice(1, 4)).then(() => rest(`${labs}-killed`)),
      bareLabs(`${labs}-bare`, downs.slice(4)).then(() => rest(`${labs}-bare`)),
    ];
    for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
  });

  after(async () => {
    program.remove();
    for (const name of labNames().filter((each) => each.startsWith(`${labs}-`))) await down(name);
    process.stdout.write(`\n      SEED=${seed}\n${runs.rows.map((row) => `      ${rowText(row)}\n`).join("")}`);
  });

  for (const moment of Object.values(moments).flat()) {
    it(`${moment.operation}, ${moment.deed} at ${(moment.at * 100).toFixed(0)} %: ends in order (SEED=${seed})`, async () => {
      expect([...outcomes.keys()]).to.include(moment);
      await outcomes.get(moment);
    });
  }

  it("was interrupted at thirty moments or more", () => {
    expect(runs.rows).to.have.length.greaterThanOrEqual(30);
  });

  it("has left the host as it was", () => {
    expect(labNames().filter((name) => name.startsWith(`${labs}-`))).to.deep.equal([]);
    const { ours, foreign } = hostDifferences(hostBefore, hostState(), labs);
    if (foreign.length > 0) process.stdout.write(`      others changed:\n      ${foreign.join("\n      ")}\n`);
    expect(ours).to.deep.equal([]);
  });

  it("starts again", async () => {
    const { exitCode, stderr } = await commandLine("lab", "start", "--name", `${labs}-kept`);
    expect(exitCode, stderr).to.equal(0);
  });
});

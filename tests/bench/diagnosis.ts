import Table from "cli-table3";
import type { Finding, PairReport, PathReport, Verdict } from "../../path/report";
import { expectedVerdict } from "../lab/expectedVerdict";
import { accessFaultCases, faultCases, type FaultCase } from "../lab/faultCases";
import { NamedLab } from "../lab/namedLab";

/**
 * How good the diagnosis is: every fault of the lab by itself, at once and when old state is gone, and pairs of two faults at once, chosen
 * by a seed. Each is made, measured, taken back by what the first cause named, and measured again. What needs other stacks (`internet…`),
 * ssh, or a new target to be set up is left out, and is in tests/lab.
 * Usage: `npm run bench:diagnosis [-- SEED]`.
 */
const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 1_000_000));
const combinations = 20;
/** Of a pair of faults: one repair after the other. */
const mostRepairs = 3;

interface Row {
  what: string;
  verdict: boolean;
  first: boolean;
  healed: boolean;
  falseCauses: string[];
  /** What was wrong, in words. */
  wrong: string[];
}

const targets = ["security-target-apne1-az1", "security-target-apne1-az4"];

class Bench {
  constructor(private readonly lab: NamedLab) {}

  async start(): Promise<void> {
    await this.lab.succeed("up");
    // Known flows live as long as if somebody's traffic kept them alive.
    await this.onTargets("sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600");
  }

  async stop(): Promise<void> {
    await this.lab.run("down");
  }

  async single(of: FaultCase): Promise<Row> {
    await this.lab.succeed("break", of.fault);
    const row = emptyRow(of.fault);
    if (of.forgotten === true) await this.lab.forgetFlows();
    this.judge(row, await this.measure(), [of], () => of.verdict);
    if (of.later !== undefined) {
      await this.lab.forgetFlows();
      this.judge(row, await this.measure(), [of], () => of.later ?? of.verdict);
    }
    await this.lab.succeed("repair", of.fault);
    this.judgeHealed(row, await this.measure());
    return row;
  }

  /** @returns undefined where the two cannot be made together */
  async pair(of: [FaultCase, FaultCase]): Promise<Row | undefined> {
    for (const { fault } of of) {
      if ((await this.lab.run("break", fault)).exitCode !== 0) {
        await this.lab.succeed("repair");
        return undefined;
      }
    }
    const row = emptyRow(of.map(({ fault }) => fault).join(" + "));
    const expected = (left: FaultCase[], azId: string): Verdict =>
      expectedVerdict(left.filter((each) => concerns(each, azId)).map(({ effect = {} }) => effect));
    let left: FaultCase[] = of;
    for (let repair = 0; repair < mostRepairs; repair++) {
      await this.lab.forgetFlows();
      const report = await this.measure();
      if (repair === 0) this.judge(row, report, left, (azId) => expected(left, azId));
      if (isHealthy(report)) break;
      const named = left.find((each) => report.pairs.some(({ findings }) => isNamed(each, findings[0])));
      if (named === undefined) break;
      await this.lab.succeed("repair", named.fault);
      left = left.filter((each) => each !== named);
    }
    // What harms nothing need not be named while something does.
    for (const { fault } of left) await this.lab.run("repair", fault);
    const unnamed = left.filter((each) => each.effect !== undefined && isHarmful(each) && each.first !== undefined);
    if (unnamed.length > 0) row.wrong.push(`never named: ${unnamed.map(({ fault }) => fault).join()}`);
    await this.lab.forgetFlows();
    this.judgeHealed(row, await this.measure());
    row.healed &&= unnamed.length === 0;
    return row;
  }

  private judge(row: Row, report: PathReport, made: FaultCase[], expected: (azId: string) => Verdict): void {
    for (const pair of report.pairs) {
      const { azId } = pair.source;
      const here = made.filter((each) => concerns(each, azId));
      const verdict = here.length === 0 ? "inspected" : expected(azId);
      if (pair.verdict !== verdict) {
        row.verdict = false;
        row.wrong.push(`${nameOf(pair)}: ${pair.verdict}, expected ${verdict}`);
      }
      const harmful = here.filter(isHarmful);
      const right = (harmful.length > 0 ? harmful : here).filter(({ first }) => first !== undefined);
      const [first] = pair.findings;
      // Of an unharmed pair a finding may concern a target that is none of its own.
      const isFalse = first?.nature === "cause" && !made.some((each) => isTrueOf(each, first));
      if (right.length > 0 ? !right.some((each) => isNamed(each, first)) : isFalse) {
        row.first = false;
        row.wrong.push(`${nameOf(pair)}: first ${first === undefined ? "nothing" : `${first.code} at ${first.hop}`}`);
      }
      // A target that one pair crosses may be wrong for another.
      row.falseCauses.push(
        ...pair.findings
          .filter((found) => found.nature === "cause" && !made.some((each) => isTrueOf(each, found)))
          .map(({ code, hop }) => `${code} at ${hop}`),
      );
    }
  }

  private judgeHealed(row: Row, report: PathReport): void {
    row.healed = isHealthy(report);
    if (!row.healed) row.wrong.push(`not healed: ${report.verdict}`);
  }

  private async measure(): Promise<PathReport> {
    return (await this.lab.verify()).report;
  }

  private async onTargets(command: string): Promise<void> {
    for (const target of targets) await this.lab.succeed("exec", target, "--", "sh", "-c", command);
  }
}

function emptyRow(what: string): Row {
  return { what, verdict: true, first: true, healed: false, falseCauses: [], wrong: [] };
}

function concerns({ azId }: FaultCase, of: string): boolean {
  return azId === undefined || azId === of;
}

function isHarmful({ verdict }: FaultCase): boolean {
  return verdict !== "inspected";
}

function isNamed({ first, at }: FaultCase, found: Finding | undefined): boolean {
  return found !== undefined && found.code === first && (at === undefined || at.test(found.hop));
}

function isTrueOf(of: FaultCase, found: Finding): boolean {
  return isNamed(of, found) || (of.also ?? []).some((code) => code === found.code);
}

function isHealthy({ verdict, pairs }: PathReport): boolean {
  return verdict === "inspected" && pairs.every(({ findings }) => findings.every(({ nature }) => nature !== "cause"));
}

function nameOf({ source, destination }: PairReport): string {
  return `${source.azId} → ${destination.azId ?? destination.name}`;
}

/** mulberry32: the same numbers, 0 to 1, for the same seed. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function say(row: Row): Row {
  const marks = [row.verdict, row.first, row.healed].map((good) => (good ? "✓" : "✗")).join(" ");
  const wrong = [...row.wrong, ...row.falseCauses.map((each) => `false: ${each}`)];
  process.stderr.write(`${marks} ${row.what}${wrong.map((each) => `\n      ${each}`).join("")}\n`);
  return row;
}

async function inLab(name: string, work: (bench: Bench) => Promise<Row[]>): Promise<Row[]> {
  const bench = new Bench(new NamedLab(`${name}-${process.pid}`));
  try {
    await bench.start();
    return await work(bench);
  } finally {
    await bench.stop();
  }
}

async function singles(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const each of [...faultCases, ...accessFaultCases.ssm]) rows.push(say(await bench.single(each)));
  return rows;
}

async function pairs(bench: Bench): Promise<Row[]> {
  const random = randomOf(seed);
  const possible = faultCases.filter(({ effect }) => effect !== undefined);
  const draw = (): FaultCase | undefined => possible[Math.floor(random() * possible.length)];
  const rows: Row[] = [];
  while (rows.length < combinations) {
    const [one, other] = [draw(), draw()];
    if (one === undefined || other === undefined || one === other) continue;
    const row = await bench.pair([one, other]);
    if (row !== undefined) rows.push(say(row));
  }
  return rows;
}

async function main(): Promise<void> {
  if (!Number.isInteger(seed)) throw new Error(`seed "${process.argv[2]}": expected a whole number`);
  process.stdout.write(`Seed of the pairs: ${seed}\n`);
  const rows = (await Promise.all([inLab("bench-single", singles), inLab("bench-pairs", pairs)])).flat();
  const table = new Table({
    head: ["fault", "verdict", "first cause", "healed", "false causes"],
    style: { head: [], border: [] },
  });
  const mark = (good: boolean): string => (good ? "right" : "WRONG");
  for (const { what, verdict, first, healed, falseCauses } of rows) {
    table.push([what, mark(verdict), mark(first), mark(healed), falseCauses.length]);
  }
  const share = (good: (row: Row) => boolean): string => `${rows.filter(good).length} of ${rows.length}`;
  table.push([
    "in total",
    share(({ verdict }) => verdict),
    share(({ first }) => first),
    share(({ healed }) => healed),
    rows.reduce((sum, { falseCauses }) => sum + falseCauses.length, 0),
  ]);
  process.stdout.write(`${table.toString()}\n`);
}

void main();

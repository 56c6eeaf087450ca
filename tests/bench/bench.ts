import Table from "cli-table3";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { commandLine } from "../lab/commandLine";
import { benchCheck } from "./check";
import { benchConsumers, designs } from "./consumers";
import { benchSpokes } from "./spokes";
import { benchStartUp } from "./startUp";
import { throughputs, type Throughput } from "./throughput";
import { benchTrace } from "./trace";

/**
 * How long plain `pulumi preview` takes beside an empty program; what the lab's path carries, beside a bare veth and the kernel's hairpin; where the time of `npm start` goes, phase by
 * phase, and how long the unit tests take. With caches: the first run of `npm start` is not counted.
 * Usage: `npm run bench [-- RUNS]`.
 */
const runs = Number(process.argv[2] ?? 3);
const root = path.resolve(__dirname, "../..");

/** `engine and image 0.2 s, lab 0.4 s, …; 33.4 s in all`, the last line but one of `lab start`. */
function phasesIn(output: string): Map<string, number> {
  const line = /^(.* s); ([\d.]+) s in all$/m.exec(output);
  if (line?.[1] === undefined || line[2] === undefined) throw new Error(`lab start told no times:\n${output}`);
  const phases = line[1].split(", ").map((part): [string, number] => {
    const [, what = part, seconds] = /^(.*) ([\d.]+) s$/.exec(part) ?? [];
    return [what, Number(seconds)];
  });
  return new Map([...phases, ["to the proof", Number(line[2])]]);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function throughputTable(measured: Map<string, Throughput[]>): string {
  const table = new Table({
    head: [
      "way",
      "Mbit/s",
      "of the bare veth",
      "packets/s",
      "gateway µs/packet",
      "of them in the kernel",
      "each round, Mbit/s",
    ],
    style: { head: [] },
  });
  const of = (rows: Throughput[], what: keyof Throughput): number => median(rows.map((row) => row[what] ?? NaN));
  const text = (value: number): string => (Number.isNaN(value) ? "" : value.toFixed(value < 100 ? 1 : 0));
  const [bare = []] = measured.values();
  for (const [way, rows] of measured) {
    const speed = of(rows, "megabitsPerSecond");
    table.push([
      ...[way, text(speed), (speed / of(bare, "megabitsPerSecond")).toFixed(2)],
      ...(["packetsPerSecond", "gatewayMicroseconds", "kernelMicroseconds"] as const).map((what) =>
        text(of(rows, what)),
      ),
      rows.map((row) => text(row.megabitsPerSecond)).join(" "),
    ]);
  }
  return table.toString();
}

async function main(): Promise<void> {
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`runs "${process.argv[2]}": expected a whole number from 1`);
  process.stdout.write(`${await benchStartUp(runs)}\n`);
  process.stderr.write("throughput\n");
  process.stdout.write(`${throughputTable(await throughputs(runs))}\n`);
  const columns: Map<string, number>[] = [];
  for (let run = 0; run <= runs; run++) {
    process.stderr.write(run === 0 ? "warming up\n" : `run ${run} of ${runs}\n`);
    const outcome = await commandLine("lab", "start", "--name", `bench-${process.pid}`);
    if (outcome.exitCode !== 0) throw new Error(`lab start: exit ${outcome.exitCode}\n${outcome.stderr}`);
    if (run > 0) columns.push(phasesIn(outcome.stderr));
  }
  const begin = performance.now();
  const unit = spawnSync("npm", ["run", "--silent", "test:unit"], { cwd: root, encoding: "utf8" });
  if (unit.status !== 0) throw new Error(`unit tests failed:\n${unit.stdout}`);
  const unitSeconds = (performance.now() - begin) / 1000;

  const table = new Table({
    head: ["phase", ...columns.map((_, run) => `run ${run + 1}`), "median", "share"],
    style: { head: [] },
  });
  const totals = median(columns.map((column) => column.get("to the proof") ?? NaN));
  for (const phase of columns[0]?.keys() ?? []) {
    const values = columns.map((column) => column.get(phase) ?? NaN);
    const middle = median(values);
    const share = `${Math.round((middle / totals) * 100)} %`;
    table.push([phase, ...values.map((value) => value.toFixed(1)), middle.toFixed(1), share]);
  }
  process.stdout.write(`${table.toString()}\nSeconds. Unit tests: ${unitSeconds.toFixed(1)} s.\n`);
  process.stdout.write(`\nA trace, by the number of consumers:\n${await benchTrace()}\n`);
  process.stdout.write(`\nA trace from spoke to spoke, by the number of spokes:\n${await benchSpokes()}\n`);
  process.stdout.write(`\nA check of all flows, by the number of subnets:\n${await benchCheck()}\n`);
  process.stdout.write("\nConsumer stacks, four at a time, without hosts:\n");
  for (const design of designs) process.stdout.write(`${await benchConsumers(design, [1, 10, 50])}\n`);
}

void main();

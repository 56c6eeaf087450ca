import Table from "cli-table3";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { NamedLab } from "../lab/namedLab";

const root = path.resolve(__dirname, "../..");

/** Told by the run of a stack's program: seconds until the command ended, and the most memory that Node took for the program. */
interface Run {
  seconds: number;
  megabytes: number;
}

/** What Pulumi's templates for JavaScript begin with, and nothing else. */
function writeEmptyProgram(folder: string): void {
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: empty\nruntime: nodejs\n");
  fs.writeFileSync(path.join(folder, "package.json"), '{ "main": "index.js" }\n');
  fs.writeFileSync(path.join(folder, "index.js"), 'require("@pulumi/pulumi");\n');
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
}

/** Loaded by every Node process of a run: the program's tells its memory at its end. */
const teller = `
if (process.argv[1]?.includes("cmd/run"))
  process.on("exit", () => require("fs").writeFileSync(process.env.TELL, String(process.resourceUsage().maxRSS)));
`;

/**
 * Runs in the lab's shell. Arguments: where the teller is, rounds, folder of the empty program. Prints what it measured as JSON.
 * Each round takes all of them, one after the other: what else the machine does meets all alike.
 */
const measuring = `
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const [teller, rounds, empty] = process.argv.slice(1);
const settings = process.cwd();
const measured = {};
function pulumi(cwd, env, ...args) {
  const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], { cwd, env: { ...process.env, ...env }, encoding: "utf8" });
  if (status !== 0) throw new Error(args.join(" ") + ": exit " + status + "\\n" + stdout + stderr);
}
function preview(what, cwd, stack, more = {}) {
  const env = { NODE_OPTIONS: "--require " + teller, TELL: path.join(empty, "told"), ...more };
  const begin = performance.now();
  pulumi(cwd, env, "preview", "--stack", stack, ...(stack === "empty" ? [] : ["--expect-no-changes"]));
  const seconds = (performance.now() - begin) / 1000;
  (measured[what] ??= []).push({ seconds, megabytes: Number(fs.readFileSync(env.TELL, "utf8")) / 1024 });
}
pulumi(empty, {}, "stack", "init", "empty");
for (let round = 0; round < Number(rounds); round++) {
  preview("an empty program", empty, "empty");
  for (const stack of ["security", "system"]) preview(stack, settings, stack);
  const cache = fs.mkdtempSync(path.join(empty, "cache-"));
  preview("system, nothing compiled yet", settings, "system", { XDG_CACHE_HOME: cache });
}
console.log(JSON.stringify(measured));
`;

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** `pulumi preview` of the shipped stacks, deployed and unchanged, beside an empty program under the same engine and backend. */
export async function benchStartUp(rounds: number): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-start-up-"));
  const lab = new NamedLab(`bench-start-${process.pid}`);
  try {
    process.stderr.write("start-up: deploying\n");
    await lab.succeed("up");
    const tellerFile = path.join(folder, "teller.cjs");
    fs.writeFileSync(tellerFile, teller);
    writeEmptyProgram(path.join(folder, "empty"));
    process.stderr.write("start-up: previews\n");
    const words = ["--eval", measuring, "--", tellerFile, String(rounds), path.join(folder, "empty")];
    const { stdout } = await lab.succeed("shell", "--", process.execPath, ...words);
    const measured = JSON.parse(stdout) as Record<string, Run[]>;
    const seconds = (runs: Run[]): number => median(runs.map((run) => run.seconds));
    const empty = seconds(measured["an empty program"] ?? []);
    const head = ["pulumi preview", "seconds", "of an empty program", "MB of Node", "each round, seconds"];
    const table = new Table({ head, style: { head: [] } });
    for (const [what, runs] of Object.entries(measured)) {
      table.push([
        ...[what, seconds(runs).toFixed(2), (seconds(runs) / empty).toFixed(2)],
        Math.max(...runs.map((run) => run.megabytes)).toFixed(0),
        runs.map((run) => run.seconds.toFixed(2)).join(" "),
      ]);
    }
    return table.toString();
  } finally {
    await lab.run("down");
    fs.rmSync(folder, { recursive: true });
  }
}

/** By itself: `npx tsx tests/bench/startUp.ts [ROUNDS]`. */
if (require.main === module) {
  void benchStartUp(Number(process.argv[2] ?? 5)).then((text) => process.stdout.write(`${text}\n`));
}

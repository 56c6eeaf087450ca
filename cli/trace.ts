import { Option, type Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { readTopology, SettingsError } from "../automation/index";
import {
  AnswersFileError,
  parseStackExport,
  parseTerraformState,
  savedAt,
  StateFileError,
  TerraformFileError,
  topologyFromAnswers,
  topologyFromStates,
  trace,
  TraceError,
  traceVersion,
  withStates,
  type Topology,
  type TraceProtocol,
  type TraceResult,
} from "../path/topology/index";
import { exitCodes } from "./exitCode";
import { liveAnswers, liveOption } from "./liveAnswers";
import { snapshotTopology } from "./snapshot";
import { selectStacks } from "./stackFiles";
import { traceText } from "./traceText";
import { withWorkspace, workspaceOf, type WorkspaceOptions } from "./workspaceOptions";
import { printJson, printOwn, say } from "../verification/terminal";
import { view } from "./view";

/** Of a trace. */
export interface TraceOptions {
  /** `icmp`, `tcp:PORT` or `udp:PORT`. */
  protocol: string;
  /** Of what is printed. */
  format: "table" | "json";
}

export interface TopologyOptions extends WorkspaceOptions {
  plan?: boolean;
  state?: string[];
  terraform?: string[];
  live?: true | string[];
  snapshot?: string;
}

type CommandOptions = TopologyOptions & TraceOptions;

/** @throws SettingsError */
export function parseProtocol(text: string): TraceProtocol {
  if (text === "icmp") return text;
  const [, protocol, port] = /^(tcp|udp):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if ((protocol !== "tcp" && protocol !== "udp") || number < 1 || number > 65535) {
    throw new SettingsError(`--protocol "${text}": expected icmp, tcp:PORT or udp:PORT, with a PORT of 1 to 65535`);
  }
  return { protocol, port: number };
}

/** Proven is only what holds for every target that the GWLB may choose. */
export function traceExitCode({ possibleVerdicts }: Pick<TraceResult, "possibleVerdicts">): number {
  const others = possibleVerdicts.filter((verdict) => verdict !== "inspected");
  if (others.length === 0) return exitCodes.proven;
  return others.every((verdict) => verdict === "inconclusive") ? exitCodes.unknown : exitCodes.notProven;
}

/** Traces, prints and sets the exit code. */
export function traceAndPrint(topology: Topology, source: string, destination: string, options: TraceOptions): void {
  const protocol = parseProtocol(options.protocol);
  const result = refusing(() => trace(topology, { source, destination, protocol }));
  if (options.format === "json") printJson({ schemaVersion: traceVersion, ...result }, 2);
  else printOwn(`${traceText(result, view())}\n`);
  process.exitCode = traceExitCode(result);
}

/** The topology that the command line asks for. */
export async function topologyOf(options: TopologyOptions): Promise<Topology> {
  const { snapshot, live, state, terraform } = options;
  const files = state === undefined && terraform === undefined ? undefined : refusing(() => topologyOfFiles(options));
  if (live !== undefined) return joined(topologyFromAnswers(await liveAnswers(live)), files);
  if (snapshot !== undefined)
    return joined(
      refusing(() => snapshotTopology(snapshot)),
      files,
    );
  if (files !== undefined) return files;
  const stacks = selectStacks(options.program, [], options.design);
  if (options.plan === true) {
    // With the program and lab/, a package of its own: loaded only when asked for.
    const { plannedStates } = await import("./plannedStates");
    const names = stacks.map(({ name }) => name);
    return topologyFromStates(await plannedStates(path.resolve(options.program), names, say), "plan");
  }
  return readTopology({ workspace: workspaceOf(options), stacks });
}

const joined = (told: Topology, files: Topology | undefined): Topology =>
  files === undefined ? told : withStates(told, files);

function topologyOfFiles({ state = [], terraform = [] }: TopologyOptions): Topology {
  const exports = state.map((file) => [file, readFile("--state", file, "`pulumi stack export` wrote")] as const);
  const states = [
    ...exports.flatMap(([file, text]) => parseStackExport(text, `--state "${file}"`)),
    ...terraform.flatMap((file) => {
      const text = readFile("--terraform", file, "Terraform or OpenTofu wrote");
      return parseTerraformState(text, `--terraform "${file}"`);
    }),
  ];
  const saved = exports.flatMap(([file, text]) => {
    const time = savedAt(JSON.parse(text));
    return time === undefined ? [] : [[path.basename(file), time] as const];
  });
  return { ...topologyFromStates(states), savedAt: Object.fromEntries(saved) };
}

function readFile(option: string, file: string, whose: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    throw new SettingsError(`${option} "${file}": expected a file that ${whose}`);
  }
}

/** What is wrong with files and names is wrong with the command line. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isOfCommandLine = [TraceError, StateFileError, TerraformFileError, AnswersFileError].some(
      (each) => error instanceof each,
    );
    if (isOfCommandLine && error instanceof Error) throw new SettingsError(error.message);
    throw error;
  }
}

/** Options that `trace` and `lab trace` share. */
export function withTrace(command: Command): Command {
  return command
    .argument(
      "<source>",
      "instance: its id, name or private address; a subnet's id for any host in it; or an address in the internet",
    )
    .argument("<destination>", "instance, as the source; or any IPv4 address")
    .option("--protocol <protocol>", "icmp, tcp:PORT or udp:PORT", "icmp")
    .addOption(new Option("--format <format>", "of the result").choices(["table", "json"]).default("table"));
}

/** Options that say where the topology comes from. Files of states may stand beside AWS's answers, as of other accounts. */
export function withTopology(command: Command): Command {
  const sources = ["plan", "live", "snapshot"];
  const but = (own: string): string[] => sources.filter((each) => each !== own);
  return withWorkspace(command)
    .addOption(
      new Option("--plan", "before anything is deployed: from a dry run of the stacks").conflicts([
        ...but("plan"),
        "state",
        "terraform",
      ]),
    )
    .addOption(liveOption().conflicts(but("live")))
    .addOption(
      new Option("--snapshot <folder>", "from what `snapshot` kept of AWS's answers").conflicts(but("snapshot")),
    )
    .option(
      "--terraform <files...>",
      "from these states of Terraform or OpenTofu: terraform.tfstate, or what `terraform show -json` printed",
    )
    .option("--state <files...>", "from these exports of stacks (default: of every stack that has settings)");
}

export function registerTrace(program: Command): void {
  withTrace(withTopology(program.command("trace")))
    .description("follow a packet and its answer hop by hop through the stacks' states, without sending one")
    .action(async (source: string, destination: string, options: CommandOptions) => {
      parseProtocol(options.protocol);
      traceAndPrint(await topologyOf(options), source, destination, options);
    });
}

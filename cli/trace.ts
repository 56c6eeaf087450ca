import { Option, type Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { readTopology, SettingsError } from "../automation/index";
import {
  AnswersFileError,
  parseStackExport,
  savedAt,
  StateFileError,
  topologyFromAnswers,
  topologyFromStates,
  trace,
  TraceError,
  traceVersion,
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

export interface TraceOptions {
  protocol: string;
  format: "table" | "json";
}

export interface TopologyOptions extends WorkspaceOptions {
  plan?: boolean;
  state?: string[];
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
    throw new SettingsError(`--protocol "${text}": expected icmp, tcp:PORT or udp:PORT`);
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
  if (options.state !== undefined) return refusing(() => topologyOfFiles(options.state ?? []));
  if (options.live !== undefined) return topologyFromAnswers(await liveAnswers(options.live));
  const { snapshot } = options;
  if (snapshot !== undefined) return refusing(() => snapshotTopology(snapshot));
  const stacks = selectStacks(options.program, []);
  if (options.plan === true) {
    // With the program and lab/, a package of its own: loaded only when asked for.
    const { plannedStates } = await import("./plannedStates");
    const names = stacks.map(({ name }) => name);
    return topologyFromStates(await plannedStates(path.resolve(options.program), names, say), "plan");
  }
  return readTopology({ workspace: workspaceOf(options), stacks });
}

function topologyOfFiles(files: string[]): Topology {
  const texts = files.map((file) => [file, readFile(file)] as const);
  const states = texts.flatMap(([file, text]) => parseStackExport(text, `--state "${file}"`));
  const saved = texts.flatMap(([file, text]) => {
    const time = savedAt(JSON.parse(text));
    return time === undefined ? [] : [[path.basename(file), time] as const];
  });
  return { ...topologyFromStates(states), savedAt: Object.fromEntries(saved) };
}

function readFile(file: string): string {
  if (!fs.existsSync(file))
    throw new SettingsError(`--state "${file}": expected a file that \`pulumi stack export\` wrote`);
  return fs.readFileSync(file, "utf8");
}

/** What is wrong with files and names is wrong with the command line. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isOfCommandLine = [TraceError, StateFileError, AnswersFileError].some((each) => error instanceof each);
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

/** What a topology may come from beside the deployed stacks: one of them. */
const sources = (own: string): string[] => ["plan", "state", "live", "snapshot"].filter((each) => each !== own);

/** Options that say where the topology comes from. */
export function withTopology(command: Command): Command {
  return withWorkspace(command)
    .addOption(
      new Option("--plan", "before anything is deployed: from a dry run of the stacks").conflicts(sources("plan")),
    )
    .addOption(liveOption().conflicts(sources("live")))
    .addOption(
      new Option("--snapshot <folder>", "from what `snapshot` kept of AWS's answers").conflicts(sources("snapshot")),
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

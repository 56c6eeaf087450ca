import { Option, type Command } from "commander";
import * as fs from "node:fs";
import { SettingsError } from "../automation/index";
import { prepareReportFile } from "../verification/reportFile";
import type { Topology } from "../path/topology/index";
import { layout, toDot, toMermaid, toSvg, topologyGraph } from "../path/render/diagram/index";
import { topologyOf, withTopology, type TopologyOptions } from "./trace";
import { printOwn, say } from "../verification/terminal";

/** Of a drawing. */
export interface GraphOptions {
  /** Of the text that is written. */
  format: "mermaid" | "dot" | "svg";
  /** File. @default standard output */
  output?: string;
}

/** Makes the folders of the file, before anything is asked, and says so. @throws SettingsError when there is no place for it */
export function prepareOutput(output: string | undefined): void {
  if (output === undefined) return;
  try {
    const made = prepareReportFile(output);
    if (made !== undefined) say(`Made the folder ${made}.`);
  } catch (error) {
    throw new SettingsError(`--output ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Draws, and prints or writes it. */
export async function drawAndPrint(topology: Topology, { format, output }: GraphOptions): Promise<void> {
  const graph = topologyGraph(topology);
  const drawn = { mermaid: toMermaid, dot: toDot, svg: async (each: typeof graph) => toSvg(await layout(each)) };
  const text = await drawn[format](graph);
  if (output === undefined) printOwn(text);
  else fs.writeFileSync(output, text);
}

/** Options that `graph` and `lab graph` share. */
export function withGraph(command: Command): Command {
  return command
    .description("draw accounts, VPCs, subnets and routes, from the stacks' states")
    .addOption(new Option("--format <format>", "of the drawing").choices(["mermaid", "dot", "svg"]).default("mermaid"))
    .option("--output <file>", "write it to this file (default: standard output)");
}

export function registerGraph(program: Command): void {
  withGraph(withTopology(program.command("graph"))).action(async (options: TopologyOptions & GraphOptions) => {
    prepareOutput(options.output);
    await drawAndPrint(await topologyOf(options), options);
  });
}

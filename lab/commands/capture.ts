import type { Command } from "commander";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { SettingsError } from "gwlb-inspection/automation";
import type { FabricEntry } from "../fabric/inspect";
import { numberOption } from "gwlb-inspection/cli";
import { orItsEnd } from "./end";
import { lookedUp } from "./names";
import { nameOption, runningLab, type NameOptions } from "./options";

interface CaptureCommandOptions extends NameOptions {
  write?: string;
  count?: number;
  filter?: string;
}

async function capture(node: string, { name, write, count, filter }: CaptureCommandOptions): Promise<number> {
  const { captureCommand, capturePoint, filterCommand } = await import("../capture");
  const { runUntilInterrupted } = await import("../world/untilInterrupted");
  const lab = await runningLab(name);
  const entries = (await lab.ask({ kind: "inspect" })) as FabricEntry[];
  const point = lookedUp(() => capturePoint(entries, node));
  if (filter !== undefined) checkFilter(filter, lab.inside(filterCommand(point, filter)));
  const command = captureCommand(point, {
    pcap: write !== undefined,
    ...(count !== undefined && { count }),
    ...(filter !== undefined && { filter }),
  });
  if (write === undefined || write === "-") return orItsEnd(lab, runUntilInterrupted(lab, command));
  // Opened here: inside the lab, some folders are others.
  const file = fs.openSync(write, "w");
  try {
    return await orItsEnd(lab, runUntilInterrupted(lab, command, file));
  } finally {
    // tcpdump writes the file's header as soon as it listens: without it there is nothing to keep.
    if (fs.fstatSync(file).size === 0 && fs.statSync(write).isFile()) fs.rmSync(write);
    fs.closeSync(file);
  }
}

/** @throws SettingsError with what tcpdump, run by this command line, says of the filter */
function checkFilter(filter: string, [program = "", ...args]: string[]): void {
  try {
    execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const said =
      String((error as { stderr?: Buffer }).stderr)
        .trim()
        .split("\n")
        .at(-1) ?? "";
    throw new SettingsError(`--filter "${filter}": ${said}: expected an expression of pcap-filter(7)`);
  }
}

export function registerCapture(lab: Command): void {
  lab
    .command("capture <node>")
    .description("show the packets of an instance, ENI, link, endpoint, VPC router or load balancer, until Ctrl-C")
    .addOption(nameOption())
    .option("--write <file>", "write pcap, packet by packet; - is standard output")
    .option("--count <n>", "end after n packets", numberOption("a whole number from 1", isCount))
    .option("--filter <expression>", "as for tcpdump: pcap-filter(7)")
    .action(async (node: string, options: CaptureCommandOptions, command: Command) => {
      if (options.write === "-" && process.stdout.isTTY) {
        command.error("error: --write - to a terminal: expected a pipe, as in `… --write - | tshark -r -`");
      }
      process.exitCode = await capture(node, options);
    });
}

const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 1;

import * as path from "node:path";
import { verify, type Workspace } from "../automation";
import type { PathReport } from "../report";
import { diagnosed } from "./diagnosis";
import { writeReport } from "./reportFolder";
import { printReports } from "./reports";
import { deployedTopology } from "./trace";

export interface MeasureOptions {
  workspace: Workspace;
  /** Consumer stacks to measure, one after another. */
  consumers: string[];
  /** The other stacks of their paths. */
  hubs: string[];
  format: "table" | "json";
  /** Folder for the report as a page; with several consumers each gets a folder of its own in it. */
  folder?: string | undefined;
  /** Seconds. @default as deployed */
  healthDeadline?: number;
  /** Seconds during which connecting to a host is tried. @default the verification's */
  connectDeadline?: number;
  signal: AbortSignal;
}

/** Measures the consumers' paths, says why where something is wrong, and prints the reports. @returns the exit code */
export async function measure(options: MeasureOptions): Promise<number> {
  const { workspace, consumers, hubs, format, folder, healthDeadline, connectDeadline, signal } = options;
  const reports: Record<string, PathReport> = {};
  for (const stack of consumers) {
    const stacks = [...hubs, stack];
    const onProgress = (line: string): void => void process.stderr.write(`${stack}: ${line}\n`);
    const captures = new Map<string, Uint8Array>();
    const onCapture = (target: string, pcap: Buffer): void => void captures.set(target, pcap);
    const measured = await verify({
      ...{ workspace, stack, onProgress, onCapture, signal },
      ...(healthDeadline !== undefined && { healthDeadline }),
      ...(connectDeadline !== undefined && { connectDeadline }),
    });
    const report = await diagnosed(measured, { workspace, stacks, onProgress });
    reports[stack] = report;
    if (folder === undefined) continue;
    const directory = consumers.length > 1 ? path.join(folder, stack) : folder;
    await writeReport(directory, { stack, report, captures }, () => deployedTopology(workspace, stacks));
  }
  return printReports(reports, format);
}

import * as fs from "node:fs";
import { watch, type WatchEvent, type WatchOptions, SettingsError } from "../automation/index";
import type { Finding, PathReport } from "../path/proof/index";
import { exitCodes, reportExitCode } from "./exitCode";
import type { Emit } from "./jsonEvents";
import { History } from "./history";
import { Captures, topologyAround } from "./measure";
import type { Topology } from "../path/topology/index";
import { worstExitCode } from "./reports";
import { isOutputGone, print, say } from "../verification/terminal";
import { placeInWords, renderMetrics } from "../path/render/index";
import { words } from "./reportFolder";
import { prepareReportFile } from "../verification/reportFile";

/** Says what one measurement changed, and nothing when that is nothing. */
export class WatchLines {
  private readonly problems = new Map<string, string>();

  /** @param now ISO 8601 */
  lines(event: WatchEvent, now = new Date().toISOString()): string[] {
    const { stack } = event;
    const begin = `${now.slice(0, 19)}Z ${stack}:`;
    if (event.kind === "failed") {
      if (this.problems.get(stack) === event.message) return [];
      this.problems.set(stack, event.message);
      return [`${begin} could not be measured: ${event.message}`];
    }
    this.problems.delete(stack);
    return event.changes.flatMap(({ source, destination, from, to }) => [
      `${begin} ${source} → ${destination}: ${from === undefined ? "" : `${from} → `}${to}`,
      ...findingsOf(event.report, source, destination).map(
        (found) => `${" ".repeat(begin.length)} ${found.code} ${placeInWords(found)}`,
      ),
    ]);
  }
}

function findingsOf({ pairs }: PathReport, source: string, destination: string): Finding[] {
  return pairs
    .filter((pair) => pair.source.name === source && pair.destination.name === destination)
    .flatMap(({ findings }) => findings);
}

export interface WatchAndPrintOptions extends WatchOptions {
  /** Events instead of anything printed. */
  emit?: Emit | undefined;
  /** File that always has what was measured last. */
  metrics?: string | undefined;
  /** Folder for the history. */
  folder?: string | undefined;
}

/**
 * Measures again and again until interrupted, and prints what changes.
 *
 * @returns the exit code of what was found last; `interrupted` when nothing was
 */
export async function watchAndPrint({ emit, metrics, folder, ...options }: WatchAndPrintOptions): Promise<number> {
  if (metrics !== undefined) prepareMetrics(metrics);
  const history = folder === undefined ? undefined : new History(folder);
  const captures = new Captures();
  const reports: Record<string, PathReport> = {};
  const text = new WatchLines();
  const codes = new Map<string, number>();
  for await (const event of watch({ ...options, ...(history && { onEvent: captures.keep }) })) {
    codes.set(event.stack, event.kind === "failed" ? exitCodes.unknown : reportExitCode(event.report));
    if (event.kind === "measured") reports[event.stack] = event.report;
    // What could not be measured proves nothing any more.
    else Reflect.deleteProperty(reports, event.stack);
    if (metrics !== undefined) writeMetrics(metrics, reports);
    const topologyOf = (): Promise<Topology> => topologyAround(event.stack, options);
    await history?.add(event, { captures: captures.take(event.stack), topologyOf });
    if (emit) emit(event);
    else text.lines(event).forEach(print);
    if (isOutputGone()) break;
  }
  return codes.size === 0 ? exitCodes.interrupted : worstExitCode([...codes.values()]);
}

/** Makes the folders of the file, before anything is measured. @throws SettingsError when there is no place for it */
function prepareMetrics(file: string): void {
  try {
    prepareReportFile(file);
  } catch (error) {
    throw new SettingsError(`--metrics ${words(error)}`);
  }
}

/** In one step: whoever reads it has the old or the new. The next round goes on where it cannot be written. */
function writeMetrics(file: string, reports: Record<string, PathReport>): void {
  try {
    const partial = `${file}.${process.pid}`;
    fs.writeFileSync(partial, renderMetrics(reports));
    fs.renameSync(partial, file);
  } catch (error) {
    say(`error: The metrics could not be written to ${file}: ${words(error)}`);
  }
}

import * as fs from "node:fs";
import * as path from "node:path";
import { SettingsError } from "../automation/index";
import { reportFileProblem } from "../verification/reportFile";
import { type PathReport } from "../path/proof/index";
import { renderJson } from "../path/render/index";
import { renderPage, type PageContent } from "../path/render/html/index";
import { TraceError, type Topology } from "../path/topology/index";
import { diagramStyle, layout, reportPaths, topologyGraph, toSvg } from "../path/render/diagram/index";

/** What is kept of one measurement. */
export interface Measured {
  stack: string;
  report: PathReport;
  /** Capture files by target. */
  captures: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes index.html, report.json and the captures, which only their owner may read, into `directory`, which is made if need be. Without a topology the page says
 * why it has no drawing.
 *
 * @param topologyOf of the measured stack and the security stack
 */
export async function writeReport(
  directory: string,
  { stack, report, captures }: Measured,
  topologyOf: () => Promise<Topology>,
): Promise<void> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const files = [...captures].map(([target, pcap], index) => {
    // A name from outside must not lead elsewhere; the number keeps two apart that look alike now.
    const file = `capture-${index + 1}-${target.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80)}.pcap`;
    writePrivately(path.join(directory, file), pcap);
    return { target, file };
  });
  writePrivately(path.join(directory, "report.json"), renderJson(report));
  const drawings = await drawn(report, topologyOf);
  const page = renderPage({ stack, report, captures: files, drawingStyle: diagramStyle, ...drawings });
  writePrivately(path.join(directory, "index.html"), page);
}

/** Makes the folder, before anything is measured. @throws SettingsError when there is no place for it */
export function prepareReportFolder(directory: string): void {
  const problem = reportFileProblem(path.join(directory, "index.html"));
  if (problem !== undefined) throw new SettingsError(`--report "${directory}": ${problem}`);
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SettingsError(`--report "${directory}": it cannot be made: ${words(error)}`);
  }
}

/** What a network looks like inside is for its owner alone, also where the file was there before. */
export function writePrivately(file: string, content: string | Uint8Array): void {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, content, { mode: 0o600, flag: "wx" });
}

type Drawings = Pick<PageContent, "paths" | "noDrawing" | "topology">;

/** A report without a drawing is worth more than none. */
async function drawn(report: PathReport, topologyOf: () => Promise<Topology>): Promise<Drawings> {
  let topology: Topology;
  try {
    topology = await topologyOf();
  } catch (error) {
    return { paths: [], noDrawing: `No drawing and no hops: the stacks' states could not be read. ${words(error)}` };
  }
  const whole = toSvg(await layout(topologyGraph(topology)), { id: "topology", withoutStyle: true });
  try {
    return { paths: await reportPaths(topology, report), topology: whole };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return { paths: [], topology: whole, noDrawing: `No paths are drawn: ${words(error)}` };
  }
}

/** What an error says. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

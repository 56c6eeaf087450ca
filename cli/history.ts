import * as fs from "node:fs";
import * as path from "node:path";
import { SettingsError, type WatchEvent } from "../automation/index";
import { renderHistory } from "../path/render/html/index";
import { historyLine, parseHistory, roundOf, type Round } from "../path/render/index";
import { prepareReportFolder, words, writePrivately, writeReport, type Measured } from "./reportFolder";
import type { Topology } from "../path/topology/index";
import { say } from "../verification/terminal";

/** What is needed for a page of its own, which a round gets whose verdicts are not those before it. */
interface Pages {
  captures: Measured["captures"];
  topologyOf: () => Promise<Topology>;
}

/**
 * A folder in which every round of measurements is kept: `history.jsonl`, a folder with the report's page for each round that changed a verdict, and
 * `index.html` with the trend. A run that begins in it goes on with it.
 */
export class History {
  private readonly rounds: Round[];
  private readonly file: string;

  /** @throws SettingsError where the folder cannot be made, or has a history that cannot be read */
  constructor(private readonly folder: string) {
    prepareReportFolder(folder);
    this.file = path.join(folder, "history.jsonl");
    try {
      const text = fs.existsSync(this.file) ? fs.readFileSync(this.file, "utf8") : "";
      this.rounds = parseHistory(text);
      // The half of a line that a killed run has left.
      if (text !== "" && !text.endsWith("\n")) fs.truncateSync(this.file, Buffer.byteLength(completeLines(text)));
    } catch (error) {
      throw new SettingsError(`--report "${folder}": history.jsonl: ${words(error)}`);
    }
  }

  /** The next round goes on where it cannot be written. */
  async add(event: WatchEvent, { captures, topologyOf }: Pages): Promise<void> {
    const { stack } = event;
    try {
      const page = event.kind === "measured" && event.changes.length > 0 ? pageOf(event) : undefined;
      if (event.kind === "measured" && page !== undefined) {
        const { report } = event;
        await writeReport(path.join(this.folder, path.dirname(page)), { stack, report, captures }, topologyOf);
      }
      const round =
        event.kind === "measured"
          ? roundOf(stack, event.report, page)
          : { stack, measuredAt: new Date().toISOString(), proven: false, pairs: [], failed: event.message };
      this.rounds.push(round);
      fs.appendFileSync(this.file, `${historyLine(round)}\n`, { mode: 0o600 });
      writePrivately(path.join(this.folder, "index.html"), renderHistory(this.rounds));
    } catch (error) {
      say(`error: The history could not be written to ${this.folder}: ${words(error)}`);
    }
  }
}

function completeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function pageOf({ stack, report }: Extract<WatchEvent, { kind: "measured" }>): string {
  return `${stack}-${report.measuredAt.replace(/[-:]|\.\d+/g, "")}/index.html`;
}

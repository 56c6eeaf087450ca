import * as fs from "node:fs";
import { SettingsError } from "../automation/index";
import type { PathReport } from "../path/proof/index";
import { renderMetrics } from "../path/render/index";
import { words } from "./reportFolder";
import { prepareReportFile } from "../verification/reportFile";
import { say } from "../verification/terminal";

/** Makes the folders of the file, before anything is measured. @throws SettingsError when there is no place for it */
export function prepareMetrics(file: string): void {
  try {
    prepareReportFile(file);
  } catch (error) {
    throw new SettingsError(`--metrics ${words(error)}`);
  }
}

/** In one step: whoever reads it has the old or the new. The next round goes on where it cannot be written. */
export function writeMetrics(file: string, reports: Record<string, PathReport>): void {
  try {
    const partial = `${file}.${process.pid}`;
    fs.writeFileSync(partial, renderMetrics(reports));
    fs.renameSync(partial, file);
  } catch (error) {
    say(`error: The metrics could not be written to ${file}: ${words(error)}`);
  }
}

import type { Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { SettingsError } from "../automation/index";
import { parseAnswers, topologyFromAnswers, type Topology } from "../path/topology/index";
import { say } from "../verification/terminal";
import { liveAnswers, liveOption } from "./liveAnswers";

/** The topology of a folder that `snapshot` wrote. @throws SettingsError | AnswersFileError naming folder or file, and what was expected */
export function snapshotTopology(folder: string): Topology {
  const files = filesOf(folder).filter((file) => file.endsWith(".json"));
  if (files.length === 0) throw refusal(folder, "expected a folder that `gwlb-inspection snapshot` wrote");
  return topologyFromAnswers(
    files.map((name) => {
      const file = path.join(folder, name);
      return parseAnswers(fs.readFileSync(file, "utf8"), `--snapshot "${file}"`);
    }),
  );
}

function filesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    throw refusal(folder, error instanceof Error ? error.message : String(error));
  }
}

function refusal(folder: string, why: string): SettingsError {
  return new SettingsError(`snapshot "${folder}": ${why}`);
}

/** Letters that every file system takes. */
function fileName(source: string, place: number): string {
  return `${place + 1}-${source.replace(/[^\w.-]+/g, "-")}.json`;
}

async function snapshot(folder: string, live: true | string[]): Promise<void> {
  if (fs.existsSync(folder) && filesOf(folder).length > 0)
    throw refusal(folder, "expected a new folder, or an empty one");
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refusal(folder, error instanceof Error ? error.message : String(error));
  }
  const all = await liveAnswers(live);
  for (const [place, answers] of all.entries()) {
    const file = path.join(folder, fileName(answers.source, place));
    fs.writeFileSync(file, `${JSON.stringify({ schemaVersion: 1, ...answers }, null, 2)}\n`, { mode: 0o600 });
    for (const each of answers.unread) say(`not told: ${each}`);
    say(`${file}: ${answers.source}`);
  }
}

export function registerSnapshot(program: Command): void {
  program
    .command("snapshot")
    .description("keep what AWS tells of accounts in a folder, for `--snapshot` of trace and graph")
    .argument("<folder>", "a new folder, or an empty one")
    .addOption(liveOption().makeOptionMandatory())
    .action((folder: string, { live }: { live: true | string[] }) => snapshot(folder, live));
}

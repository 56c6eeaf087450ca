import type { Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";
import { SettingsError } from "../automation/index";
import {
  answersOfDescribed,
  isDescribed,
  parseAnswers,
  snapshotVersion,
  topologyFromAnswers,
  type Topology,
} from "../path/topology/index";
import { say } from "../verification/terminal";
import { liveAnswers, liveOption } from "./liveAnswers";

/**
 * The topology of a folder that `snapshot` wrote, or of what `aws ec2 describe-…` and `aws elbv2 describe-…` printed as JSON.
 *
 * @throws SettingsError | AnswersFileError naming folder or file, and what was expected
 */
export function snapshotTopology(folder: string): Topology {
  const names = filesOf(folder, expectedFolder).filter((file) => file.endsWith(".json"));
  if (names.length === 0) throw refusal(folder, expectedFolder);
  const files = names.map((name) => {
    const file = path.join(folder, name);
    return { what: `--snapshot "${file}"`, file, text: fs.readFileSync(file, "utf8") };
  });
  const described = files.flatMap(({ what, file, text }) => {
    const content = describedContent(text);
    return content === undefined ? [] : [{ what, content, file }];
  });
  const kept = files.filter(({ file }) => described.every((each) => each.file !== file));
  const all = kept.map(({ text, what }) => parseAnswers(text, what));
  if (described.length > 0) {
    const oldest = Math.min(...described.map(({ file }) => fs.statSync(file).mtimeMs));
    all.push(answersOfDescribed(described, `--snapshot "${folder}"`, new Date(oldest).toISOString()));
  }
  return topologyFromAnswers(all);
}

function describedContent(text: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isDescribed(content) ? content : undefined;
  } catch {
    // The reader of kept answers says what is wrong.
    return undefined;
  }
}

function filesOf(folder: string, expected: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    throw refusal(folder, `${error instanceof Error ? error.message : String(error)}: ${expected}`);
  }
}

const expectedFolder = "expected a folder that `gwlb-inspection snapshot` wrote";

function refusal(folder: string, why: string): SettingsError {
  return new SettingsError(`snapshot "${folder}": ${why}`);
}

/** Letters that every file system takes. */
function fileName(source: string, place: number): string {
  return `${place + 1}-${source.replace(/[^\w.-]+/g, "-")}.json`;
}

async function snapshot(folder: string, live: true | string[]): Promise<void> {
  const expected = "expected a new folder, or an empty one";
  if (fs.existsSync(folder) && filesOf(folder, expected).length > 0) throw refusal(folder, expected);
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refusal(folder, error instanceof Error ? error.message : String(error));
  }
  const all = await liveAnswers(live);
  for (const [place, answers] of all.entries()) {
    const file = path.join(folder, fileName(answers.source, place));
    fs.writeFileSync(file, `${JSON.stringify({ schemaVersion: snapshotVersion, ...answers }, null, 2)}\n`, {
      mode: 0o600,
    });
    for (const each of answers.unread) say(`not told: ${each}`);
    say(`${file}: ${answers.source}`);
  }
}

export function registerSnapshot(program: Command): void {
  program
    .command("snapshot")
    .description("save what AWS says about accounts in a folder, for `--snapshot` of trace, graph and check")
    .argument("<folder>", "a new folder, or an empty one")
    .addOption(liveOption().makeOptionMandatory())
    .action((folder: string, { live }: { live: true | string[] }) => snapshot(folder, live));
}

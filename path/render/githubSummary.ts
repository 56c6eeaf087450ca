import { exercisedInWords } from "../proof/exercise";
import { verdictInWords } from "../proof/proof";
import { answeredInWords } from "../proof/statistics";
import type { PathReport } from "../proof/pathReport";
import { cardSections, firstSection, pairsInWords, type Card, type CardSection } from "./cards";
import { signOf } from "./lines";
import { printableLine } from "./printable";
import { countsInWords, sawAny } from "./targetCounts";

/**
 * Reports by stack in GitHub's Markdown, for a job's summary ($GITHUB_STEP_SUMMARY): verdict, what is to be mended first, a table of the
 * pairs, and each other remedy with its places. Names are text there, whatever stands in them. Ends with a newline.
 */
export function renderGithubSummary(reports: Record<string, PathReport>): string {
  return Object.entries(reports)
    .map(([stack, report]) => section(stack, report))
    .join("\n");
}

function section(stack: string, report: PathReport): string {
  const { pairs, ...whole } = report;
  const about = [
    `${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}`,
    exercisedInWords(report),
    report.measuredAt,
  ];
  const rows = pairs.map((pair, index) => {
    const { source, destination, verdict, targets } = pair;
    const seen = targets.filter(sawAny).map((each) => `${each.azId} ${countsInWords(each)}`);
    const cells = [
      String(index + 1),
      source.name,
      destination.name,
      `${signOf({ ...whole, verdict })} ${verdict}`,
      answeredInWords(pair),
      seen.join(", ") || "by none",
    ];
    return `| ${cells.map(text).join(" | ")} |`;
  });
  const sections = cardSections(pairs);
  const first = firstSection(sections);
  return [
    `## ${signOf(report)} ${text(stack)}: ${text(verdictInWords(report))}`,
    "",
    text(about.filter((part) => part !== undefined).join(", ")),
    "",
    ...(first === undefined ? [] : sectionLines(first, pairs.length)),
    "| | source | destination | verdict | answered | seen: requests in·out, replies in·out |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    ...sections.filter((each) => each !== first).flatMap((each) => sectionLines(each, pairs.length)),
  ].join("\n");
}

function sectionLines({ title, folded, cards }: CardSection, total: number): string[] {
  if (!folded) return [`### ${text(title)}`, "", ...cards.flatMap((card) => cardLines(card, total))];
  const lines = cards.flatMap(({ code, places }) =>
    places.map((place) => `- ${text(code)} ${text(`${place.text}${pairsInWords(place, total)}`)}`),
  );
  return ["<details>", `<summary>${text(title)}</summary>`, "", ...lines, "", "</details>", ""];
}

function cardLines({ code, expected, remedy, places }: Card, total: number): string[] {
  return [
    `#### ${text(code)}`,
    "",
    ...places.map((place) => {
      const wanted = place.expected === undefined ? "" : `; ${place.expected}`;
      return `- ${text(`${place.text}${wanted}${pairsInWords(place, total)}`)}`;
    }),
    ...(expected === undefined ? [] : [`- expected: ${withCode(expected)}`]),
    `- **remedy: ${withCode(remedy)}**`,
    "",
  ];
}

/** What Markdown, GitHub's references (#1, @name) or HTML would take for something else. */
function text(raw: string): string {
  return printableLine(raw).replace(/[\\`*_{}[\]()#+!|~<>&@$:]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** What stands between backquotes is something to type. */
function withCode(raw: string): string {
  return text(raw).replace(/&#96;(.+?)&#96;/g, "<code>$1</code>");
}

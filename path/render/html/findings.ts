import type { PairReport } from "../../proof/pathReport";
import { cards, type Card } from "../cards";
import { findingKinds, isFindingCode } from "../../proof/findings";
import { escaped } from "./escape";

const sections = [
  ["cause", "Causes"],
  ["symptom", "What follows from them"],
  ["unknown", "What could not be looked at"],
  ["risk", "Risks: no harm yet"],
] as const;

/** One card for each remedy with its places; causes first, risks apart. */
export function findingsSections(pairs: PairReport[]): string {
  const all = cards(pairs);
  if (all.length === 0) return `<p class="soft">Nothing was found.</p>`;
  return sections
    .map(([nature, title]) => {
      const own = all.filter(({ finding }) => finding.nature === nature);
      if (own.length === 0) return "";
      return `<section class="nature"><h3>${title}</h3>${own.map((card) => cardHtml(card, pairs.length, 4)).join("\n")}</section>`;
    })
    .join("\n");
}

/** The first that is to be mended; undefined where nothing is. */
export function firstCause(pairs: PairReport[]): Card | undefined {
  const all = cards(pairs);
  const first = (nature: string): Card | undefined => all.find(({ finding }) => finding.nature === nature);
  return first("cause") ?? first("unknown") ?? first("symptom");
}

/** @param level of its heading */
export function cardHtml({ finding, places }: Card, total: number, level: 3 | 4): string {
  const seen = [...places].map(([place, pairs]) => {
    const links = pairs.map((number) => `<a href="#pair-${number}">${number}</a>`).join(", ");
    const where =
      pairs.length === total
        ? total > 1
          ? " (all pairs)"
          : ""
        : ` (${pairs.length === 1 ? "pair" : "pairs"} ${links})`;
    return `<li>${escaped(place)}${where}</li>`;
  });
  return (
    `<article class="finding ${finding.nature}"><h${level}>${escaped(finding.code)}</h${level}>` +
    `<dl><dt>seen</dt><dd><ul>${seen.join("")}</ul></dd><dt>expected</dt><dd>${escaped(finding.expected)}</dd>` +
    `<dt>remedy</dt><dd class="remedy">${escaped(finding.remedy)}</dd></dl>${meaning(finding.code)}</article>`
  );
}

/** As `explain` tells it; nothing where the report is of a version that has other codes. */
function meaning(code: string): string {
  if (!isFindingCode(code)) return "";
  return `<details class="meaning"><summary>What it means</summary><p>${escaped(findingKinds[code].meaning)}</p></details>`;
}

import type { PairReport } from "../../proof/pathReport";
import { findingKinds, isFindingCode } from "../../proof/findings";
import { cardSections, type Card } from "../cards";
import { escaped } from "./escape";

/** One card for each remedy with its places; causes first, what follows from them folded, risks apart. */
export function findingsSections(pairs: PairReport[]): string {
  const sections = cardSections(pairs);
  if (sections.length === 0) return `<p class="soft">Nothing was found.</p>`;
  return sections
    .map(({ title, folded, cards }) => {
      const all = cards.map((card) => cardHtml(card, pairs.length, 4)).join("\n");
      return folded
        ? `<details class="nature"><summary><h3>${title}</h3></summary>${all}</details>`
        : `<section class="nature"><h3>${title}</h3>${all}</section>`;
    })
    .join("\n");
}

/** @param level of its heading */
export function cardHtml({ code, nature, expected, remedy, places }: Card, total: number, level: 3 | 4): string {
  const seen = places.map((place) => {
    const links = place.pairs.map((number) => `<a href="#pair-${number}">${number}</a>`).join(", ");
    const where =
      place.pairs.length === total
        ? total > 1
          ? " (all pairs)"
          : ""
        : ` (${place.pairs.length === 1 ? "pair" : "pairs"} ${links})`;
    const wanted = place.expected === undefined ? "" : `<br><span class="soft">${escaped(place.expected)}</span>`;
    return `<li>${escaped(place.text)}${where}${wanted}</li>`;
  });
  return (
    `<article class="finding ${nature}"><h${level}>${escaped(code)}</h${level}>` +
    `<dl><dt>seen</dt><dd><ul>${seen.join("")}</ul></dd>` +
    (expected === undefined ? "" : `<dt>expected</dt><dd>${escaped(expected)}</dd>`) +
    `<dt>remedy</dt><dd class="remedy">${escaped(remedy)}</dd></dl>${meaning(code)}</article>`
  );
}

/** As `explain` tells it; nothing where the report is of a version that has other codes. */
function meaning(code: string): string {
  if (!isFindingCode(code)) return "";
  return `<details class="meaning"><summary>What it means</summary><p>${escaped(findingKinds[code].meaning)}</p></details>`;
}

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

/** Places that the card at the head of the page names. */
const mostPlaces = 2;

/** The card that is to be looked at first: with a few places, for the remedy has to be in the first screen of a phone, too. */
export function firstCardHtml(card: Card, total: number): string {
  const more = card.places.length - mostPlaces;
  const places = more > 1 ? card.places.slice(0, mostPlaces) : card.places;
  const others = more > 1 ? `<li><a href="#findings">${more} more places</a></li>` : "";
  return cardHtml({ ...card, places }, total, 3, others);
}

/**
 * @param level of its heading
 * @param others an item of HTML behind the places
 */
export function cardHtml(
  { code, nature, expected, remedy, places }: Card,
  total: number,
  level: 3 | 4,
  others = "",
): string {
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
    `<dl><dt>seen</dt><dd><ul>${seen.join("")}${others}</ul></dd>` +
    (expected === undefined ? "" : `<dt>expected</dt><dd>${withCode(expected)}</dd>`) +
    `<dt>remedy</dt><dd class="remedy">${withCode(remedy)}</dd></dl>${meaning(code)}</article>`
  );
}

/** Text as HTML, in which what stands between backquotes is something to type. */
function withCode(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** As `explain` tells it; nothing where the report is of a version that has other codes. */
function meaning(code: string): string {
  if (!isFindingCode(code)) return "";
  return `<details class="meaning"><summary>What it means</summary><p>${withCode(findingKinds[code].meaning)}</p></details>`;
}

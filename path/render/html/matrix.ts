import type { PairReport } from "../../proof/pathReport";
import { isProven } from "../../proof/proof";
import { answeredInWords } from "../../proof/statistics";
import { escaped } from "./escape";
import { badge, badgeOf, pairName, type Judged } from "./parts";
import { wordsOf } from "./verdicts";

/** From so many pairs on a matrix shows more than a list. */
export const manyPairs = 9;

/** Sources by destinations, each cell leading to its pair: answered pings, and the verdict where it is not proven. */
export function matrix(pairs: PairReport[], report: Judged): string {
  const names = (end: (pair: PairReport) => { name: string; address: string }): Map<string, string> =>
    new Map(pairs.map((pair) => [keyOf(end(pair)), end(pair).name] as const));
  const sources = names(({ source }) => source);
  const destinations = names(({ destination }) => destination);
  const cells = new Map<string, string[]>();
  for (const [index, pair] of pairs.entries()) {
    const key = `${keyOf(pair.source)}\n${keyOf(pair.destination)}`;
    const answered = answeredInWords(pair);
    const judged = { ...report, verdict: pair.verdict };
    const shown = isProven(judged) ? badgeOf(wordsOf(judged), answered) : `${badge(judged)} ${answered}`;
    const link = `<a href="#pair-${index + 1}" aria-label="${escaped(`${pairName(pair)}: ${pair.verdict}, ${answered}`)}">${shown}</a>`;
    cells.set(key, [...(cells.get(key) ?? []), link]);
  }
  const head = [...destinations.values()].map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
  const rows = [...sources].map(
    ([source, name]) =>
      `<tr><th scope="row">${escaped(name)}</th>${[...destinations.keys()]
        .map((destination) => `<td>${(cells.get(`${source}\n${destination}`) ?? ["–"]).join("<br>")}</td>`)
        .join("")}</tr>`,
  );
  return (
    `<div class="scroll" role="group" tabindex="0" aria-label="Sources by destinations"><table class="matrix"><caption>Sources by destinations</caption>` +
    `<thead><tr><td></td>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function keyOf({ name, address }: { name: string; address: string }): string {
  return `${name} ${address}`;
}

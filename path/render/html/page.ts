import type { PathReport } from "../../proof/pathReport";
import { exercisedInWords } from "../../proof/exercise";
import { isProven } from "../../proof/proof";
import { renderDocument } from "./document";
import { escaped } from "./escape";
import { filtersOf, type Filters } from "./filters";
import { firstCard } from "../cards";
import { findingsSections, firstCardHtml } from "./findings";
import { manyPairs, matrix } from "./matrix";
import {
  badge,
  countsTable,
  exerciseTable,
  hopsTable,
  packetsTable,
  pairName,
  pingTable,
  targetsTable,
  type HopRow,
} from "./parts";
import { strip } from "./strip";
import { pageStyle } from "./style";
import { wordsOf } from "./verdicts";

/** What is known of one pair's way beside the measurement. */
export interface PairPath {
  /** An SVG element, its text escaped already. */
  drawing: string;
  hops: HopRow[];
  /** What the states foretell, where the packets showed something else. */
  foretold?: PathReport["verdict"];
}

export interface PageContent {
  /** The stack whose paths were measured. */
  stack: string;
  report: PathReport;
  /** In the order of the report's pairs; empty with `noDrawing` saying why. */
  paths: PairPath[];
  noDrawing?: string;
  /** An SVG element of the whole topology. */
  topology?: string;
  /** Style of the drawings. */
  drawingStyle: string;
  /** Files beside the page. */
  captures: { target: string; file: string }[];
}

/** The report of one measurement as a page. */
export function renderPage(content: PageContent): string {
  const { stack, report } = content;
  const filters = filtersOf(report.pairs);
  const style = [pageStyle, content.drawingStyle, filters.style].join("\n");
  const cause = firstCard(report.pairs);
  const { tone, sign, meaning } = wordsOf(report);
  const pairs = `${report.pairs.length} ${report.pairs.length === 1 ? "pair" : "pairs"}`;
  const counts = [pairs + verdictsInWords(report.pairs), exercisedInWords(report)]
    .filter((part) => part !== undefined)
    .join(", ");
  const body = `<header class="${tone}">
<p class="eyebrow">GWLB inspection · stack ${escaped(stack)}</p>
<h1><span aria-hidden="true">${sign}</span> ${escaped(report.verdict)}</h1>
<p>${escaped(meaning)}</p>
<p class="soft">${counts}, measured <time datetime="${escaped(report.measuredAt)}">${escaped(report.measuredAt)}</time></p>
${cause === undefined || isProven(report) ? "" : `<section class="first"><h2>To be looked at first</h2>${firstCardHtml(cause, report.pairs.length)}</section>`}
</header>
<main>
${report.pairs.length >= manyPairs ? `<section><h2>All pairs</h2>\n${matrix(report.pairs, report)}</section>` : ""}
<section><h2>Ways, as they were measured</h2>
${filters.controls}
${report.pairs.map((_, index) => pairSection(content, index, filters)).join("\n")}
</section>
<section><h2 id="findings">Findings</h2>
${findingsSections(report.pairs)}
</section>
<section><h2>Ping statistics</h2>
${pingTable(report)}
</section>
<section><h2>Targets</h2>
${exerciseTable(report)}
${report.targetGroup === undefined ? "" : targetsTable(report.targetGroup)}
</section>
${content.noDrawing === undefined ? "" : `<p class="note">${escaped(content.noDrawing)}</p>`}
${content.topology === undefined ? "" : topologySection(content.topology)}
<section><h2>Files</h2>
<ul class="files"><li><a href="report.json">report.json</a>: this report for programs</li>
${content.captures.map(({ target, file }) => `<li><a href="${escaped(encodeURI(file))}">${escaped(file)}</a>: GENEVE packets on ${escaped(target)}</li>`).join("\n")}</ul>
${content.captures.length === 0 ? `<p class="soft">No capture was kept.</p>` : ""}
</section>
</main>`;
  return renderDocument({ title: `${stack}: ${report.verdict}`, style, body });
}

/** `: 96 inspected, 4 bypassed`, the most frequent first; nothing where all have the same. */
function verdictsInWords(pairs: PathReport["pairs"]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of pairs) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  if (counts.size < 2) return "";
  const parts = [...counts].sort(([, one], [, other]) => other - one).map(([verdict, count]) => `${count} ${verdict}`);
  return `: ${parts.join(", ")}`;
}

/** What the size of a drawing may be: by style alone. It is moved by scrolling, with the arrow keys, too. */
const sizes = [
  ["width", "fits the page"],
  ["actual", "as drawn"],
  ["double", "twice as large"],
] as const;

function topologySection(drawing: string): string {
  const choices = sizes.map(
    ([id, label]) =>
      `<label><input type="radio" name="size" id="size-${id}"${id === "actual" ? " checked" : ""}> ${label}</label>`,
  );
  return `<section class="topology"><h2>Topology</h2>
<details><summary>Everything that the stacks hold</summary>
<form class="filters" aria-label="Size of the drawing"><fieldset><legend>Size</legend>${choices.join("")}</fieldset></form>
${figure("Topology", drawing)}</details></section>`;
}

/** Drawn in its own size, so that its text reads, and scrolled: by a finger, a wheel or the keys. */
function figure(label: string, drawing: string): string {
  return `<figure class="scroll" role="group" tabindex="0" aria-label="${escaped(label)}">${drawing}</figure>`;
}

/** Of many pairs only so many that are not well are open at first. */
const mostOpen = 5;

function isOpen({ pairs, ...report }: PageContent["report"], index: number): boolean {
  const isWrong = pairs.map(({ verdict }) => !isProven({ ...report, verdict }));
  if (isWrong[index] === true) return isWrong.slice(0, index).filter(Boolean).length < mostOpen;
  return index === 0 && pairs.length < manyPairs;
}

function pairSection({ report, paths }: PageContent, index: number, { classes }: Filters): string {
  const pair = report.pairs[index];
  if (pair === undefined) return "";
  const path = paths[index];
  const foretold =
    path?.foretold === undefined
      ? ""
      : `<p class="note">The stacks' states foretell “${escaped(path.foretold)}”, the packets show “${escaped(pair.verdict)}”: something differs from the states.</p>`;
  const states =
    path === undefined
      ? ""
      : `<details class="hops"><summary>The way by the stacks' states, ${path.hops.length} hops</summary>${figure(`Way by the states, ${pairName(pair)}`, path.drawing)}${hopsTable(path.hops)}</details>`;
  return `<details class="pair ${classes(pair)}"${isOpen(report, index) ? " open" : ""}>
<summary><span class="pair-name">${index + 1}. ${escaped(pairName(pair))}</span> ${badge({ ...report, verdict: pair.verdict })}</summary>
<div id="pair-${index + 1}">
${strip(pair)}
${foretold}
<details class="numbers"><summary>Counts and packets</summary>
${countsTable(pair)}
${packetsTable(pair)}
</details>
${states}
</div>
</details>`;
}

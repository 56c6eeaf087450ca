import { createHash } from "node:crypto";
import type { PathReport } from "../../proof/pathReport";
import { exercisedInWords } from "../../proof/exercise";
import { escaped } from "./escape";
import {
  badge,
  countsTable,
  exerciseTable,
  findingsList,
  hopsTable,
  packetsTable,
  pairName,
  pingTable,
  targetsTable,
  type HopRow,
} from "./parts";
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

/** A page that needs nothing but itself: no script, no font, no picture from elsewhere; its policy forbids them, too. */
export function renderPage(content: PageContent): string {
  const { stack, report } = content;
  const style = `${pageStyle}\n${content.drawingStyle}`;
  const hash = createHash("sha256").update(style).digest("base64");
  const { tone, sign, meaning } = wordsOf(report);
  const pairs = `${report.pairs.length} ${report.pairs.length === 1 ? "pair" : "pairs"}`;
  const counts = [pairs, exercisedInWords(report)].filter((part) => part !== undefined).join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(`${stack}: ${report.verdict}`)}</title>
<style>${style}</style>
</head>
<body>
<header class="${tone}">
<p class="eyebrow">GWLB inspection · stack ${escaped(stack)}</p>
<h1><span aria-hidden="true">${sign}</span> ${escaped(report.verdict)}</h1>
<p>${escaped(meaning)}</p>
<p class="soft">${counts}, measured <time datetime="${escaped(report.measuredAt)}">${escaped(report.measuredAt)}</time></p>
</header>
<main>
<section><h2>Findings</h2>
${findingsList(report.pairs)}
</section>
<section><h2>Ping statistics</h2>
${pingTable(report.pairs)}
</section>
<section><h2>Targets</h2>
${exerciseTable(report)}
${report.targetGroup === undefined ? "" : targetsTable(report.targetGroup)}
</section>
<section><h2>Paths</h2>
${content.noDrawing === undefined ? "" : `<p class="note">${escaped(content.noDrawing)}</p>`}
${report.pairs.map((_, index) => pairSection(content, index)).join("\n")}
</section>
${content.topology === undefined ? "" : `<section><h2>Topology</h2>\n<details><summary>Everything that the stacks hold</summary><figure class="scroll" tabindex="0" aria-label="Topology">${content.topology}</figure></details></section>`}
<section><h2>Files</h2>
<ul class="files"><li><a href="report.json">report.json</a>: this report for programs</li>
${content.captures.map(({ target, file }) => `<li><a href="${escaped(encodeURI(file))}">${escaped(file)}</a>: GENEVE packets on ${escaped(target)}</li>`).join("\n")}</ul>
${content.captures.length === 0 ? `<p class="soft">No capture was kept.</p>` : ""}
</section>
</main>
</body>
</html>
`;
}

function pairSection({ report, paths }: PageContent, index: number): string {
  const pair = report.pairs[index];
  if (pair === undefined) return "";
  const path = paths[index];
  const foretold =
    path?.foretold === undefined
      ? ""
      : `<p class="note">The stacks' states foretell “${escaped(path.foretold)}”, the packets show “${escaped(pair.verdict)}”: something differs from the states. The way below is the one of the states.</p>`;
  return `<details class="pair" ${index === 0 || pair.verdict !== "inspected" ? "open" : ""}>
<summary><span class="pair-name">${escaped(pairName(pair))}</span> ${badge(pair.verdict)}</summary>
<p class="soft">${escaped(pair.source.address)} → ${escaped(pair.destination.address)}${pair.expectReply ? "" : ", no reply expected"}</p>
${foretold}${path === undefined ? "" : `<figure class="scroll" tabindex="0" aria-label="${escaped(`Path ${pairName(pair)}`)}">${path.drawing}</figure>`}
${countsTable(pair)}
${packetsTable(pair)}
${path === undefined ? "" : `<details class="hops"><summary>${path.hops.length} hops</summary>${hopsTable(path.hops)}</details>`}
</details>`;
}

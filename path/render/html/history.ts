import type { Round } from "../history";
import { renderDocument } from "./document";
import { escaped } from "./escape";
import { badgeOf, table } from "./parts";
import { pageStyle } from "./style";
import { verdictWords, type VerdictWords } from "./verdicts";

/** Rounds that are drawn and listed, the newest ones: the file beside the page has all. */
const most = 1000;

/** What was measured again and again, by stack: verdicts, loss and round trip times by time, and the page of each change. */
export function renderHistory(rounds: readonly Round[]): string {
  const stacks = [...new Set(rounds.map(({ stack }) => stack))];
  const latest = stacks.flatMap((stack) => rounds.findLast((round) => round.stack === stack) ?? []);
  const tones = latest.map((round) => wordsOfRound(round).tone);
  const tone = (["bad", "unknown", "good"] as const).find((each) => tones.includes(each)) ?? "unknown";
  const body = `<header class="${tone}">
<p class="eyebrow">GWLB inspection · measured again and again</p>
<h1>${latest.every(({ proven }) => proven) ? "All is proven" : "Not all is proven"}</h1>
${latest.map((round) => `<p>${escaped(round.stack)}: ${badgeOfRound(round)} <span class="soft">${timeOf(round)}</span></p>`).join("\n")}
</header>
<main>
${stacks.map((stack) => stackSection(rounds.filter((round) => round.stack === stack))).join("\n")}
<section><h2>Files</h2><p><a href="history.jsonl">history.jsonl</a>: every round for programs, one JSON object a line</p></section>
</main>`;
  return renderDocument({
    title: `History of ${stacks.join(", ")}`,
    style: [pageStyle, historyStyle].join("\n"),
    body,
  });
}

const historyStyle = `
.trend { display: block; }
.trend .good { fill: var(--good-ink); }
.trend .bad, .trend .loss { fill: var(--bad-ink); }
.trend .unknown { fill: none; stroke: var(--unknown-ink); }
.trend .rtt { fill: none; stroke: var(--text); stroke-width: 1.5; }
.trend .base { stroke: var(--rule); }
`.trim();

function stackSection(all: Round[]): string {
  const rounds = all.slice(-most);
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (first === undefined || last === undefined) return "";
  const proven = rounds.filter((round) => round.proven).length;
  const { sent, answered } = pingsOf(rounds);
  const facts = [
    `${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}${all.length > most ? ` of ${all.length}` : ""}, ${timeOf(first)} to ${timeOf(last)}`,
    `proven in ${percent(proven, rounds.length)} of them`,
    `${answered} of ${sent} pings answered`,
  ];
  return `<section><h2>${escaped(last.stack)}</h2>
<p>${facts.join("; ")}.</p>
${trend(rounds)}
${changesTable(rounds)}
<details><summary>All rounds</summary>${roundsTable(rounds)}</details>
</section>`;
}

const column = 8;
/** Heights of the three bands. */
const heights = { verdict: 20, loss: 40, rtt: 40 };

/** A column for each round, the oldest at the left: verdict, loss and round trip time. */
function trend(rounds: Round[]): string {
  const losses = rounds.map((round) => lossOf(round) ?? 0);
  const rtts = rounds.map(rttOf);
  const highest = { loss: Math.max(...losses), rtt: Math.max(...rtts.map((rtt) => rtt ?? 0)) };
  const [lossBase, rttBase] = [heights.verdict + 6 + heights.loss, heights.verdict + 12 + heights.loss + heights.rtt];
  const cells = rounds.map((round, index) => {
    const { tone } = wordsOfRound(round);
    // What is not proven is told by its height, too.
    const height = tone === "good" ? heights.verdict / 2 : heights.verdict;
    const x = index * column + 1;
    const loss = highest.loss === 0 ? 0 : (heights.loss * (losses[index] ?? 0)) / highest.loss;
    return (
      `<rect class="${tone}" x="${x}" y="${heights.verdict - height}" width="${column - 2}" height="${height}"/>` +
      (loss === 0
        ? ""
        : `<rect class="loss" x="${x}" y="${(lossBase - loss).toFixed(1)}" width="${column - 2}" height="${loss.toFixed(1)}"/>`)
    );
  });
  const points = rtts.map((rtt, index) =>
    rtt === undefined || highest.rtt === 0
      ? undefined
      : `${index * column + column / 2},${(rttBase - (heights.rtt * rtt) / highest.rtt).toFixed(1)}`,
  );
  const width = rounds.length * column;
  const lines = runsOf(points).map((run) => `<polyline class="rtt" points="${run.join(" ")}"/>`);
  const bases = [lossBase, rttBase].map((y) => `<line class="base" x1="0" y1="${y}" x2="${width}" y2="${y}"/>`);
  const label = `Verdict, loss and round trip time of ${rounds.length} rounds`;
  return `<div class="scroll" role="group" tabindex="0" aria-label="${label}"><svg class="trend" role="img" aria-label="${label}" width="${width}" height="${rttBase + 2}" viewBox="0 0 ${width} ${rttBase + 2}">${[...bases, ...cells, ...lines].join("")}</svg></div>
<p class="soft">A column for each round, the oldest at the left. From above: the verdict, low where it is proven and high where it is not; pings lost, up to ${highest.loss.toFixed(0)} %; average round trip time, up to ${highest.rtt.toFixed(3)} ms.</p>`;
}

/** Neighbours that are there. */
function runsOf(points: (string | undefined)[]): string[][] {
  const runs: string[][] = [[]];
  for (const point of points) {
    if (point === undefined) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

/** The newest first. */
function changesTable(rounds: Round[]): string {
  const changes = rounds.flatMap((round, index) => {
    const what = changesOf(rounds[index - 1], round);
    return what.length === 0 ? [] : [{ round, what }];
  });
  const rows = changes.toReversed().map(({ round, what }) => [
    round.measuredAt,
    { html: badgeOfRound(round) },
    { html: what.map(escaped).join("<br>") },
    {
      html:
        round.page === undefined ? "–" : `<a href="${escaped(encodeURI(round.page))}">report of ${timeOf(round)}</a>`,
    },
  ]);
  return table("Changes", ["measured", "verdict", "what changed", "report"], rows);
}

/** Of a round and the one before it. */
function changesOf(before: Round | undefined, now: Round): string[] {
  if (now.failed !== undefined) return before?.failed === now.failed ? [] : [`could not be measured: ${now.failed}`];
  return now.pairs.flatMap(({ source, destination, verdict }) => {
    const old = before?.pairs.find((pair) => pair.source === source && pair.destination === destination)?.verdict;
    return old === verdict ? [] : [`${source} → ${destination}: ${old === undefined ? "" : `${old} → `}${verdict}`];
  });
}

function roundsTable(rounds: Round[]): string {
  const rows = rounds.toReversed().map((round) => {
    const { sent, answered } = pingsOf([round]);
    const rtt = rttOf(round);
    return [
      round.measuredAt,
      { html: badgeOfRound(round) },
      `${answered}/${sent}`,
      percent(sent - answered, sent),
      rtt?.toFixed(3) ?? "–",
    ];
  });
  return table("Rounds", ["measured", "verdict", "answered", "loss", "rtt avg ms"], rows);
}

/** As of its verdict, which may be proof by the settings; what could not be measured is inconclusive. */
function wordsOfRound({ verdict = "inconclusive", proven }: Round): VerdictWords {
  return verdictWords[proven ? "inspected" : verdict];
}

function badgeOfRound(round: Round): string {
  return badgeOf(wordsOfRound(round), round.verdict ?? "not measured");
}

/** To the second. */
function timeOf({ measuredAt }: Round): string {
  const text = measuredAt.slice(0, 19).replace("T", " ");
  return `<time datetime="${escaped(measuredAt)}">${escaped(text)}</time>`;
}

function pingsOf(rounds: Round[]): { sent: number; answered: number } {
  const pairs = rounds.flatMap((round) => round.pairs);
  const sum = (key: "sent" | "answered"): number => pairs.reduce((total, pair) => total + (pair[key] ?? 0), 0);
  return { sent: sum("sent"), answered: sum("answered") };
}

function lossOf(round: Round): number | undefined {
  const { sent, answered } = pingsOf([round]);
  return sent === 0 ? undefined : (100 * (sent - answered)) / sent;
}

/** Milliseconds, the mean of the pairs. */
function rttOf({ pairs }: Round): number | undefined {
  const times = pairs.flatMap(({ rtt }) => rtt ?? []);
  return times.length === 0 ? undefined : times.reduce((sum, rtt) => sum + rtt, 0) / times.length;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Number(((100 * part) / whole).toFixed(2))} %`;
}

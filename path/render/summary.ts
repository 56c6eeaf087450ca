import { exercisedInWords } from "../proof/exercise";
import type { Finding, PairReport, PathReport, TargetCounts } from "../proof/pathReport";
import { printableLine } from "./printable";
import { watchedInWords } from "../proof/targetGroup";
import { isProven, verdictInWords } from "../proof/proof";

/** The engine indents a diagnostic by four columns: with them a line has 100. */
const width = 96;

/**
 * The proof in a screenful: the verdict, one line for each pair, and each finding
 * once. No line is longer than
 * {@link width} columns: names lose their beginning, texts go on in the next line.
 */
export function renderSummary(report: PathReport): string {
  const count = `${report.pairs.length} ${report.pairs.length === 1 ? "pair" : "pairs"}`;
  const about = [count, exercisedInWords(report), printableLine(report.measuredAt)].filter(
    (part) => part !== undefined,
  );
  const head = `Verdict: ${verdictInWords(report)} (${about.join(", ")})`;
  return [
    ...wrapped(head, "", "  "),
    ...pairLines(report),
    ...wrapped(legend, "  ", "  "),
    ...exerciseLines(report),
    ...mirroredLines(report),
    ...(report.targetGroup === undefined ? [] : wrapped(watchedInWords(report.targetGroup), "  ", "  ")),
    ...cards(report.pairs).flatMap((card) => ["", ...cardLines(card, report.pairs.length)]),
  ].join("\n");
}

const legend = "(pings answered/sent; by target: requests in·out, replies in·out of its GENEVE packets)";

function sign(judged: Parameters<typeof isProven>[0]): string {
  if (isProven(judged)) return "✓";
  return judged.verdict === "inconclusive" ? "?" : "✗";
}

function pairLines({ pairs, ...report }: PathReport): string[] {
  const columns = pairs.map((pair, index) => ({
    number: String(index + 1),
    source: printableLine(pair.source.name),
    destination: printableLine(pair.destination.name),
    verdict: `${sign({ ...report, verdict: pair.verdict })} ${pair.verdict}`,
    ping: pair.ping === undefined ? "no ping" : `${pair.ping.received}/${pair.ping.transmitted}`,
    seen: seenBy(pair.targets),
  }));
  const widest = (texts: string[]): number => Math.max(...texts.map(length));
  const fixed = {
    number: widest(columns.map(({ number }) => number)),
    verdict: widest(columns.map(({ verdict }) => verdict)),
    ping: widest(columns.map(({ ping }) => ping)),
    // Of many targets the first stands in the line.
    seen: Math.min(22, widest(columns.map(({ seen }) => seen[0] ?? ""))),
  };
  const used = 2 + fixed.number + 1 + 3 + 2 + fixed.verdict + 2 + fixed.ping + 2 + fixed.seen;
  const names = nameWidths(
    width - used,
    widest(columns.map(({ source }) => source)),
    widest(columns.map(({ destination }) => destination)),
  );
  return columns.flatMap(({ number, source, destination, verdict, ping, seen: [first = "", ...others] }) => {
    const from = padded(endOf(source, names.source), names.source);
    const to = padded(endOf(destination, names.destination), names.destination);
    const line =
      `  ${number.padStart(fixed.number)} ${from} → ${to}  ` +
      `${padded(verdict, fixed.verdict)}  ${ping.padStart(fixed.ping)}  `;
    return [
      `${line}${endOf(first, width - length(line))}`.trimEnd(),
      ...others.map((text) => `${" ".repeat(width - fixed.seen)}${endOf(text, fixed.seen)}`),
    ];
  });
}

/** The wider one gives way first. */
function nameWidths(room: number, source: number, destination: number): { source: number; destination: number } {
  if (source + destination <= room) return { source, destination };
  const half = Math.floor(room / 2);
  if (source <= half) return { source, destination: room - source };
  if (destination <= half) return { source: room - destination, destination };
  return { source: half, destination: room - half };
}

/** Targets that saw packets of this ping, with the AZ ID for a name where that tells them apart. */
function seenBy(targets: TargetCounts[]): string[] {
  const seen = targets.filter((target) => target.requestIn + target.requestOut + target.replyIn + target.replyOut > 0);
  if (seen.length === 0) return ["seen by none"];
  return seen.map((target) => {
    const alone = targets.filter(({ azId }) => azId === target.azId).length === 1;
    const counts = `${target.requestIn}·${target.requestOut}·${target.replyIn}·${target.replyOut}`;
    const name = printableLine(alone ? target.azId : target.target);
    return `${endOf(name, Math.max(2, 21 - length(counts)))} ${counts}`;
  });
}

/** Which targets nobody was on. */
function mirroredLines({ pairs }: PathReport): string[] {
  const names = pairs.flatMap(({ targets }) => targets.filter((each) => each.mirrored).map(({ target }) => target));
  return names.length === 0 ? [] : wrapped(`by traffic mirroring: ${[...new Set(names)].join(", ")}`, "  ", "    ");
}

/** What each target had of the flows, which GWLB spreads over all that it may choose. */
function exerciseLines({ exercise = [] }: PathReport): string[] {
  if (exercise.length === 0) return [];
  const texts = exercise.map(({ target, azId, gatewayAzId, flowsIn, flowsOut, usable, exercised }) => {
    const from = gatewayAzId === azId ? "" : ` from ${gatewayAzId}`;
    return `${target}${from} ${flowsIn}·${flowsOut}${usable && !exercised ? " not exercised" : ""}`;
  });
  return wrapped(`flows in·out: ${texts.join(", ")}`, "  ", "    ");
}

/** Findings that the same remedy mends: what was seen where, in which pairs (numbers from 1). */
interface Card {
  finding: Finding;
  places: Map<string, number[]>;
}

/** The same finding often holds for several pairs (an unreachable host), and the same fault for several places. */
function cards(pairs: PairReport[]): Card[] {
  const byRemedy = new Map<string, Card>();
  for (const [index, { findings }] of pairs.entries()) {
    for (const finding of findings) {
      const key = JSON.stringify([finding.code, finding.expected, finding.remedy]);
      const card = byRemedy.get(key) ?? { finding, places: new Map<string, number[]>() };
      byRemedy.set(key, card);
      const { places } = card;
      const place = `at ${finding.hop}: ${finding.seen}`;
      places.set(place, [...new Set([...(places.get(place) ?? []), index + 1])]);
    }
  }
  return [...byRemedy.values()];
}

function cardLines({ finding: { code, expected, remedy }, places }: Card, total: number): string[] {
  const seen = [...places].flatMap(([place, pairs], index) => {
    const where = pairs.length === total ? "" : ` (${pairs.length === 1 ? "pair" : "pairs"} ${pairs.join(", ")})`;
    return wrapped(`${place}${where}`, index === 0 ? "  seen:     " : textColumn, textColumn);
  });
  return [
    ...wrapped(code, "", "  "),
    ...seen,
    ...wrapped(expected, "  expected: ", textColumn),
    ...wrapped(remedy, "  remedy:   ", textColumn),
  ];
}

const textColumn = " ".repeat(12);

/** A text in lines; a word that is longer than a line is cut into pieces. */
function wrapped(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of printableLine(text).split(/ +/)) {
    for (let rest = [...word]; rest.length > 0;) {
      const room = width - length(line) - (empty ? 0 : 1);
      if (rest.length > room && !empty) {
        lines.push(line);
        [line, empty] = [next, true];
        continue;
      }
      line += `${empty ? "" : " "}${rest.splice(0, room).join("")}`;
      empty = false;
    }
  }
  return [...lines, line.trimEnd()];
}

/** At most so many columns of a text: its end, by which generated names differ. */
function endOf(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns
    ? text
    : `…${characters.slice(characters.length - Math.max(0, columns - 1)).join("")}`;
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - length(text)));
}

function length(text: string): number {
  return [...text].length;
}

import type { PathReport, TargetCounts, Verdict } from "../proof/pathReport";
import { isProven } from "../proof/proof";
import { answeredInWords } from "../proof/statistics";
import { columnsOf, endOf, padded, signOf, styled, styleOf, widest, wrapped } from "./lines";
import { printableLine } from "./printable";
import { countsInWords, sawAny } from "./targetCounts";

/** Columns for both names of a pair, in which something is left of them. */
const leastNames = 24;

/** Pairs that have a line of their own; of more those that are not as they should be come first, and the others are counted. */
const mostPairs = 24;

interface Row {
  number: string;
  source: string;
  destination: string;
  verdict: Verdict;
  words: string;
  ping: string;
  targets: TargetCounts[];
}

/**
 * A line for each pair, two where one is too short and the pair is not as it should be. Of many pairs those that are well are counted.
 */
export function pairLines({ pairs, ...report }: PathReport, view: { width: number; colour: boolean }): string[] {
  const all = pairs.map((pair, index): Row => ({
    number: String(index + 1),
    source: printableLine(pair.source.name),
    destination: printableLine(pair.destination.name),
    verdict: pair.verdict,
    words: `${signOf({ ...report, verdict: pair.verdict })} ${pair.verdict}`,
    ping: answeredInWords(pair),
    targets: pair.targets,
  }));
  const isWell = ({ verdict }: Row): boolean => isProven({ ...report, verdict });
  const rows = all.length <= mostPairs ? all : all.filter((row) => !isWell(row)).slice(0, mostPairs);
  const others = countedByVerdict(all.filter((row) => !rows.includes(row)));
  return [
    ...linesOf(rows, report, view),
    ...others.map(([verdict, words, count]) => {
      const shown = styled(words, styleOf({ ...report, verdict }), view);
      return `  ${rows.length > 0 ? `${count} more: ` : `${count} pairs: `}${shown}`;
    }),
  ];
}

function countedByVerdict(rows: Row[]): [Verdict, string, number][] {
  const counts = new Map<Verdict, [Verdict, string, number]>();
  for (const { verdict, words } of rows) counts.set(verdict, [verdict, words, (counts.get(verdict)?.[2] ?? 0) + 1]);
  return [...counts.values()];
}

function linesOf(rows: Row[], report: Omit<PathReport, "pairs">, view: { width: number; colour: boolean }): string[] {
  const fixed = {
    number: widest(rows.map(({ number }) => number)),
    words: widest(rows.map(({ words }) => words)),
    ping: widest(rows.map(({ ping }) => ping)),
  };
  const { names, fits, room } = namesIn(rows, view.width - (fixed.number + fixed.words + fixed.ping + 12));
  const shown = nameWidths(room, widestNames(rows, names).source, widestNames(rows, names).destination);
  return rows.flatMap((row) => {
    const { number, source, destination, verdict, words, ping, targets } = row;
    const judged = { ...report, verdict };
    const begin = `  ${number.padStart(fixed.number)} `;
    const style = styleOf(judged);
    if (!fits && (!isProven(judged) || room < leastNames)) {
      const [head = "", ...others] = blockLines(row, begin, view.width);
      return [head, ...others.map((line) => line.replace(words, (text) => styled(text, style, view)))];
    }
    const [first = "", ...others] = seenBy(targets, names !== whole);
    const from = padded(endOf(shortened(source, names.source), shown.source), shown.source);
    const to = padded(endOf(shortened(destination, names.destination), shown.destination), shown.destination);
    const before = `${begin}${from} → ${to}  `;
    const after = `${" ".repeat(fixed.words - columnsOf(words))}  ${ping.padStart(fixed.ping)}  `;
    const left = view.width - columnsOf(before) - columnsOf(words) - columnsOf(after);
    return [
      `${before}${styled(words, style, view)}${after}${endOf(first, left)}`.trimEnd(),
      ...others.map((text) => `${" ".repeat(view.width - left)}${endOf(text, left)}`),
    ];
  });
}

function blockLines({ source, destination, words, ping, targets }: Row, begin: string, width: number): string[] {
  const ends = nameWidths(width - columnsOf(begin) - 3, columnsOf(source), columnsOf(destination));
  const indent = " ".repeat(columnsOf(begin) + 2);
  return [
    `${begin}${endOf(source, ends.source)} → ${endOf(destination, ends.destination)}`,
    ...wrapped(`${words} ${ping} ${seenBy(targets).join(", ")}`, indent, indent, width),
  ];
}

/** Characters that names lose at their beginning. */
interface Shortened {
  source: number;
  destination: number;
}

const whole: Shortened = { source: 0, destination: 0 };

/**
 * As much of the names as fits: first goes what all begin with, then what those of one side begin with, for which side it is stands in
 * the line. `room`: columns for both names beside each pair's first target, of many.
 *
 * @param width columns for names and target
 */
function namesIn(rows: Row[], width: number): { names: Shortened; fits: boolean; room: number } {
  const [sources, destinations] = [rows.map(({ source }) => source), rows.map(({ destination }) => destination)];
  const all = sharedBeginning([...sources, ...destinations]);
  const common = { source: all, destination: all };
  const perSide = { source: sharedBeginning(sources), destination: sharedBeginning(destinations) };
  const roomFor = (names: Shortened): number =>
    width - Math.min(22, widest(rows.map(({ targets }) => seenBy(targets, names !== whole)[0] ?? "")));
  for (const names of [whole, common, perSide]) {
    const { source, destination } = widestNames(rows, names);
    if (source + destination <= roomFor(names)) return { names, fits: true, room: roomFor(names) };
  }
  return { names: common, fits: false, room: roomFor(common) };
}

function widestNames(rows: Row[], { source, destination }: Shortened): { source: number; destination: number } {
  return {
    source: widest(rows.map((row) => shortened(row.source, source))),
    destination: widest(rows.map((row) => shortened(row.destination, destination))),
  };
}

function shortened(name: string, characters: number): string {
  return characters > 0 ? `…${name.slice(characters)}` : name;
}

/** Characters that all names begin with, up to a hyphen, where more than the sign for them is saved. */
function sharedBeginning(names: string[]): number {
  const [name = ""] = names;
  const ends = [...name.matchAll(/-/g)].map(({ index }) => index + 1);
  const shared = ends.filter((end) => names.every((each) => each.length > end && each.startsWith(name.slice(0, end))));
  return (shared.at(-1) ?? 0) > 2 ? (shared.at(-1) ?? 0) : 0;
}

/** The wider one gives way first. */
function nameWidths(room: number, source: number, destination: number): { source: number; destination: number } {
  if (source + destination <= room) return { source, destination };
  const half = Math.floor(room / 2);
  if (source <= half) return { source, destination: room - source };
  if (destination <= half) return { source: room - destination, destination };
  return { source: half, destination: room - half };
}

/** Targets that saw packets of this ping, with the AZ ID for a name where that tells them apart, `short` without its Region. */
function seenBy(targets: TargetCounts[], short = false): string[] {
  const seen = targets.filter(sawAny);
  if (seen.length === 0) return ["seen by none"];
  return seen.map((target) => {
    const alone = targets.filter(({ azId }) => azId === target.azId).length === 1;
    const counts = countsInWords(target);
    const name = printableLine(
      alone ? (short ? target.azId.replace(/^.*-(?=az\d+$)/, "") : target.azId) : target.target,
    );
    return `${endOf(name, Math.max(2, 21 - columnsOf(counts)))} ${counts}`;
  });
}

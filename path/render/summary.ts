import { exercisedInWords } from "../proof/exercise";
import type { PathReport, TargetCounts, Verdict } from "../proof/pathReport";
import { cardSections, pairsInWords, type Card, type CardSection } from "./cards";
import { columnsOf, endOf, padded, signOf, styled, styleOf, widest, wrapped, type View } from "./lines";
import { printableLine } from "./printable";
import { countsInWords, sawAny } from "./targetCounts";
import { watchedInWords } from "../proof/targetGroup";
import { isProven, verdictInWords } from "../proof/proof";
import { answeredInWords } from "../proof/statistics";

/** The engine indents a diagnostic by four columns: with them a line has 100. */
const usualWidth = 96;
/** Sentences are not read better in longer lines. */
const longestText = 100;

/**
 * The proof in a screenful: the verdict, one line for each pair, and each finding once. No line is longer than `width` columns (96
 * where none is given): names lose their beginning, texts go on in the next line, and a pair that is not as it should be gets two
 * lines where one is too short. All that others have named is escaped: a terminal may have it as it is.
 */
export function renderSummary(report: PathReport, { width = usualWidth, colour = false }: View = {}): string {
  const view = { width, colour };
  const text = { width: Math.min(width, longestText), colour };
  const count = `${report.pairs.length} ${report.pairs.length === 1 ? "pair" : "pairs"}`;
  const about = [count, exercisedInWords(report), printableLine(report.measuredAt)].filter(
    (part) => part !== undefined,
  );
  const [head = "", ...more] = wrapped(
    `Verdict: ${verdictInWords(report)} (${about.join(", ")})`,
    "",
    "  ",
    text.width,
  );
  return [
    head.replace(report.verdict, (verdict) => styled(verdict, styleOf(report), view)),
    ...more,
    ...pairLines(report, view),
    ...wrapped(legend, "  ", "  ", text.width).map((line) => styled(line, "soft", view)),
    ...exerciseLines(report, text.width),
    ...mirroredLines(report, text.width),
    ...(report.targetGroup === undefined ? [] : wrapped(watchedInWords(report.targetGroup), "  ", "  ", text.width)),
    ...cardSections(report.pairs).flatMap((section) => sectionLines(section, report.pairs.length, text)),
  ].join("\n");
}

const legend = "(pings answered/sent; by target: requests in·out, replies in·out of its GENEVE packets)";

/** Columns for both names of a pair, in which something is left of them. */
const leastNames = 24;

function pairLines({ pairs, ...report }: PathReport, view: { width: number; colour: boolean }): string[] {
  const { width } = view;
  const rows = pairs.map((pair, index) => ({
    pair,
    number: String(index + 1),
    source: printableLine(pair.source.name),
    destination: printableLine(pair.destination.name),
    verdict: pair.verdict,
    words: `${signOf({ ...report, verdict: pair.verdict })} ${pair.verdict}`,
    ping: answeredInWords(pair),
    seen: seenBy(pair.targets),
  }));
  const fixed = {
    number: widest(rows.map(({ number }) => number)),
    words: widest(rows.map(({ words }) => words)),
    ping: widest(rows.map(({ ping }) => ping)),
  };
  /** Columns that are left for names where each pair's first target stands in the line, of many. */
  const roomBeside = (seen: string[][]): number =>
    width -
    (2 + fixed.number + 1 + 3 + 2 + fixed.words + 2 + fixed.ping + 2) -
    Math.min(22, widest(seen.map(([first = ""]) => first)));
  const widestOf = (names: (name: string) => string): { source: number; destination: number } => ({
    source: widest(rows.map(({ source }) => names(source))),
    destination: widest(rows.map(({ destination }) => names(destination))),
  });
  const whole = widestOf((name) => name);
  const fits = whole.source + whole.destination <= roomBeside(rows.map(({ seen }) => seen));
  const common = fits ? 0 : sharedBeginning(rows.flatMap(({ source, destination }) => [source, destination]));
  const short = (name: string): string => (common > 0 ? `…${name.slice(common)}` : name);
  const seenIn = ({ pair, seen }: (typeof rows)[number]): string[] => (fits ? seen : seenBy(pair.targets, true));
  const room = roomBeside(rows.map(seenIn));
  const names = widestOf(short);
  const isBlock = (verdict: Verdict): boolean => !fits && (!isProven({ ...report, verdict }) || room < leastNames);
  const shown = nameWidths(room, names.source, names.destination);
  return rows.flatMap((row) => {
    const { number, source, destination, verdict, words, ping } = row;
    const style = styleOf({ ...report, verdict });
    const [first = "", ...others] = seenIn(row);
    const begin = `  ${number.padStart(fixed.number)} `;
    if (isBlock(verdict)) {
      const ends = nameWidths(width - columnsOf(begin) - 3, columnsOf(source), columnsOf(destination));
      const indent = " ".repeat(columnsOf(begin) + 2);
      return [
        `${begin}${endOf(source, ends.source)} → ${endOf(destination, ends.destination)}`,
        ...wrapped(`${words} ${ping} ${row.seen.join(", ")}`, indent, indent, width).map((line) =>
          line.replace(words, (text) => styled(text, style, view)),
        ),
      ];
    }
    const from = padded(endOf(short(source), shown.source), shown.source);
    const to = padded(endOf(short(destination), shown.destination), shown.destination);
    const before = `${begin}${from} → ${to}  `;
    const after = `${" ".repeat(fixed.words - columnsOf(words))}  ${ping.padStart(fixed.ping)}  `;
    const left = width - columnsOf(before) - columnsOf(words) - columnsOf(after);
    return [
      `${before}${styled(words, style, view)}${after}${endOf(first, left)}`.trimEnd(),
      ...others.map((text) => `${" ".repeat(width - left)}${endOf(text, left)}`),
    ];
  });
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

/** Which targets nobody was on. */
function mirroredLines({ pairs }: PathReport, width: number): string[] {
  const names = pairs.flatMap(({ targets }) => targets.filter((each) => each.mirrored).map(({ target }) => target));
  return names.length === 0
    ? []
    : wrapped(`by traffic mirroring: ${[...new Set(names)].join(", ")}`, "  ", "    ", width);
}

/** What each target had of the flows, which GWLB spreads over all that it may choose. */
function exerciseLines({ exercise = [] }: PathReport, width: number): string[] {
  if (exercise.length === 0) return [];
  const texts = exercise.map(({ target, azId, gatewayAzId, flowsIn, flowsOut, usable, exercised }) => {
    const from = gatewayAzId === azId ? "" : ` from ${gatewayAzId}`;
    return `${target}${from} ${flowsIn}·${flowsOut}${usable && !exercised ? " not exercised" : ""}`;
  });
  return wrapped(`flows in·out: ${texts.join(", ")}`, "  ", "    ", width);
}

function sectionLines(
  { title, folded, cards }: CardSection,
  total: number,
  view: { width: number; colour: boolean },
): string[] {
  const head = ["", ...wrapped(`${title}:`, "", "  ", view.width)];
  if (!folded)
    return [
      ...head,
      ...cards.flatMap((card, index) => [...(index === 0 ? [] : [""]), ...cardLines(card, total, view)]),
    ];
  const lines = cards.flatMap(({ code, places }) =>
    places.flatMap((place) => wrapped(`${code} ${place.text}${pairsInWords(place, total)}`, "  ", "    ", view.width)),
  );
  return [...head, ...lines.map((line) => styled(line, "soft", view))];
}

function cardLines(
  { code, expected, remedy, places }: Card,
  total: number,
  view: { width: number; colour: boolean },
): string[] {
  const { width } = view;
  const seen = places.flatMap((place, index) => [
    ...wrapped(
      `${place.text}${pairsInWords(place, total)}`,
      index === 0 ? "  seen:     " : textColumn,
      textColumn,
      width,
    ),
    ...(place.expected === undefined ? [] : wrapped(place.expected, `${textColumn}  `, `${textColumn}  `, width)),
  ]);
  return [
    ...wrapped(code, "", "  ", width).map((line) => styled(line, "heading", view)),
    ...seen,
    ...(expected === undefined ? [] : wrapped(expected, "  expected: ", textColumn, width)),
    ...wrapped(remedy, "  remedy:   ", textColumn, width),
  ];
}

const textColumn = " ".repeat(12);

import { exercisedInWords } from "../proof/exercise";
import type { PathReport } from "../proof/pathReport";
import { cardSections, firstSection, pairsInWords, type Card, type CardSection, type Place } from "./cards";
import { styled, styleOf, wrapped, type View } from "./lines";
import { pairLines } from "./pairLines";
import { printableLine } from "./printable";
import { watchedInWords } from "../proof/targetGroup";
import { verdictInWords } from "../proof/proof";

/** The engine indents a diagnostic by so many columns. */
const engineIndent = 4;
const usualWidth = 100 - engineIndent;

/**
 * Columns for a text that the engine shows: of the terminal that `COLUMNS` tells, and no more than the usual 96, which undefined
 * stands for.
 */
export function diagnosticWidth(environment: Partial<Record<string, string>>): number | undefined {
  const columns = Number(environment["COLUMNS"]);
  return columns >= 1 ? Math.min(Math.max(40, columns) - engineIndent, usualWidth) : undefined;
}
/** Sentences are not read better in longer lines. */
const longestText = 100;

/** Places of a card that are named; of what only follows from a cause the first is enough. */
const mostPlaces = { card: 4, folded: 2 };

/**
 * The proof in a screenful: the verdict, what is to be mended first, one line for each pair, and the other findings, each once. No line
 * is longer than `width` columns (96 where none is given): names lose what all begin with, texts go on in the next line, and a pair that is not
 * as it should be gets two lines where one is too short. All that others have named is escaped: a terminal may have it as it is.
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
  const sections = cardSections(report.pairs);
  const first = firstSection(sections);
  const linesOf = (section: CardSection): string[] => sectionLines(section, report.pairs.length, text);
  return [
    head.replace(report.verdict, (verdict) => styled(verdict, styleOf(report), view)),
    ...more,
    ...(first === undefined ? [] : ["", ...linesOf(first), ""]),
    ...pairLines(report, view),
    ...wrapped(legend, "  ", "  ", text.width).map((line) => styled(line, "soft", view)),
    ...exerciseLines(report, text.width),
    ...mirroredLines(report, text.width),
    ...(report.targetGroup === undefined ? [] : wrapped(watchedInWords(report.targetGroup), "  ", "  ", text.width)),
    ...sections.filter((section) => section !== first).flatMap((section) => ["", ...linesOf(section)]),
  ].join("\n");
}

const legend = "(pings answered/sent; by target: requests in·out, replies in·out of its GENEVE packets)";

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

function sectionLines({ title, folded, cards }: CardSection, total: number, view: TextView): string[] {
  const head = wrapped(`${title}:`, "", "  ", view.width);
  if (!folded)
    return [
      ...head,
      ...cards.flatMap((card, index) => [...(index === 0 ? [] : [""]), ...cardLines(card, total, view)]),
    ];
  const lines = cards.flatMap(({ code, places }) => {
    const { named, others } = namedPlaces(places, total, mostPlaces.folded);
    const texts = named.map((place) => `${code} ${place.text}${pairsInWords(place, total)}`);
    return [...texts, ...(others === undefined ? [] : [`${code} ${others}`])].flatMap((each) =>
      wrapped(each, "  ", "    ", view.width),
    );
  });
  return [...head, ...lines.map((line) => styled(line, "soft", view))];
}

/** So many places at most, and how many others there are, where they are more. */
function namedPlaces(places: Place[], total: number, most: number): { named: Place[]; others?: string } {
  if (places.length <= most) return { named: places };
  const [named, rest] = [places.slice(0, most - 1), places.slice(most - 1)];
  const pairs = [...new Set(rest.flatMap((place) => place.pairs))].sort((one, other) => one - other);
  return { named, others: `at ${rest.length} more places${pairsInWords({ pairs }, total)}: the report names them` };
}

interface TextView {
  width: number;
  colour: boolean;
}

function cardLines({ code, expected, remedy, places }: Card, total: number, view: TextView): string[] {
  const { width } = view;
  const { named, others } = namedPlaces(places, total, mostPlaces.card);
  const seen = named.flatMap((place, index) => [
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
    ...(others === undefined ? [] : wrapped(others, textColumn, textColumn, width)),
    ...(expected === undefined ? [] : wrapped(expected, "  expected: ", textColumn, width)),
    ...wrapped(remedy, "  remedy:   ", textColumn, width),
  ];
}

const textColumn = " ".repeat(12);

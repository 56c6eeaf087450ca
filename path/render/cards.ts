import { natures, type Finding, type Nature, type PairReport } from "../proof/pathReport";

/** Where a card's finding was found: `at HOP: SEEN`. */
export interface Place {
  text: string;
  /** Where the card's places do not all have the same. */
  expected?: string;
  /** Numbers of the pairs, from 1. */
  pairs: number[];
}

/** One fault, or what one remedy mends: findings of one code, wherever they are. */
export interface Card {
  code: string;
  nature: Nature;
  /** Absent where it differs from place to place. */
  expected?: string;
  remedy: string;
  places: Place[];
}

export interface CardSection {
  title: string;
  nature: Nature;
  /** Each of its cards follows from a cause that is shown: its places are enough. */
  folded: boolean;
  cards: Card[];
}

/** All that was found, in the order in which it is to be read: causes first, risks last and apart. Of each section one card at least. */
export function cardSections(pairs: PairReport[]): CardSection[] {
  const all = cards(pairs);
  const caused = new Set(all.filter(({ nature }) => nature === "cause").flatMap(({ places }) => pairsOf(places)));
  const of = (nature: Nature): Card[] => all.filter((card) => card.nature === nature);
  const follows = ({ places }: Card): boolean => pairsOf(places).every((pair) => caused.has(pair));
  const symptoms = of("symptom");
  const sections: CardSection[] = [
    { title: "Causes", nature: "cause", folded: false, cards: of("cause") },
    {
      title: "Symptoms of a cause that is not known",
      nature: "symptom",
      folded: false,
      cards: symptoms.filter((card) => !follows(card)),
    },
    { title: "What follows from the causes", nature: "symptom", folded: true, cards: symptoms.filter(follows) },
    { title: "What could not be looked at", nature: "unknown", folded: false, cards: of("unknown") },
    { title: "Risks: no harm yet", nature: "risk", folded: false, cards: of("risk") },
  ];
  return sections.filter((section) => section.cards.length > 0);
}

/** The section that one has to read first: causes, else what could not be looked at, else symptoms; undefined where nothing is to be mended. */
export function firstSection(sections: CardSection[]): CardSection | undefined {
  const first = (nature: Nature): CardSection | undefined => sections.find((each) => each.nature === nature);
  return first("cause") ?? first("unknown") ?? first("symptom");
}

/** The first that is to be mended; undefined where nothing is. */
export function firstCard(pairs: PairReport[]): Card | undefined {
  return firstSection(cardSections(pairs))?.cards[0];
}

/** ` (pairs 1, 3–5)`, nothing where it is all of them. */
export function pairsInWords({ pairs }: Pick<Place, "pairs">, total: number): string {
  if (pairs.length === total) return "";
  return ` (${pairs.length === 1 ? "pair" : "pairs"} ${inRanges(pairs).join(", ")})`;
}

/** Whole numbers in ascending order, three and more that follow each other as `3–5`. */
function inRanges(numbers: number[]): string[] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.flatMap(([from, to]) =>
    to - from > 1 ? [`${from}–${to}`] : from === to ? [String(from)] : [String(from), String(to)],
  );
}

/** `at HOP: SEEN`, where SEEN does not begin with the hop's name itself. */
export function placeInWords({ hop, seen }: Pick<Finding, "hop" | "seen">): string {
  return seen.startsWith(`${hop}: `) ? `at ${seen}` : `at ${hop}: ${seen}`;
}

/** The same finding often holds for several pairs (an unreachable host), and the same fault for several places. */
function cards(pairs: PairReport[]): Card[] {
  const byRemedy = new Map<string, { findings: Finding[]; places: Map<string, Place & { expected: string }> }>();
  for (const [index, { findings }] of pairs.entries()) {
    for (const finding of findings) {
      const { code, hop, seen, expected, remedy } = finding;
      const key = JSON.stringify([code, remedy]);
      const card = byRemedy.get(key) ?? { findings: [], places: new Map<string, Place & { expected: string }>() };
      byRemedy.set(key, card);
      card.findings.push(finding);
      const text = placeInWords({ hop, seen });
      const place = card.places.get(`${text}\n${expected}`) ?? { text, expected, pairs: [] };
      card.places.set(`${text}\n${expected}`, { ...place, pairs: [...new Set([...place.pairs, index + 1])] });
    }
  }
  return [...byRemedy.values()].flatMap(({ findings, places }) => {
    const [first] = findings;
    if (first === undefined) return [];
    const common = findings.every(({ expected }) => expected === first.expected);
    // What is a cause in one pair may only follow from another one in the next: it is one card, of the weightier kind.
    const nature = natures.find((each) => findings.some((finding) => finding.nature === each)) ?? first.nature;
    return {
      code: first.code,
      nature,
      remedy: first.remedy,
      ...(common && { expected: first.expected }),
      places: [...places.values()].map(({ text, expected, pairs: numbers }) => ({
        text,
        ...(!common && { expected }),
        pairs: numbers,
      })),
    };
  });
}

function pairsOf(places: Place[]): number[] {
  return places.flatMap(({ pairs }) => pairs);
}

import { findingKinds, isFindingCode, natureOf, type FindingCode, type FindingKind } from "./findings";

/** What a code means, what was expected and how to mend it: Markdown, which reads well as it is, too. */
export function explanation(code: FindingCode): string {
  const kind: FindingKind = findingKinds[code];
  const origin = kind.aws === true ? "Reachability Analyzer's code" : "a code of this program";
  return [
    `## ${code}`,
    kind.meaning,
    [
      `- **Nature**: ${natureOf(code)}; ${origin}.`,
      `- **Expected**: ${kind.expected}.`,
      `- **Remedy**: ${kind.remedy}.`,
      ...(kind.onAppliance === undefined ? [] : [`- **Remedy on an appliance**: ${kind.onAppliance}.`]),
    ].join("\n"),
  ].join("\n\n");
}

/** Every code, in the order in which they are defined. */
export function findingCodes(): FindingCode[] {
  return Object.keys(findingKinds).filter(isFindingCode);
}

/**
 * Names that come near what somebody typed: first those with up to two letters more, fewer, others or exchanged, then those that share
 * the most pieces of three letters.
 */
export function similarNames<T extends string>(text: string, names: readonly T[]): T[] {
  const typed = text.slice(0, longestTyped).toUpperCase();
  const pieces = new Set(piecesOf(typed));
  const near = names.flatMap((name) => {
    const upper = name.toUpperCase();
    const typos = typosBetween(typed, upper);
    const shared = piecesOf(upper).filter((piece) => pieces.has(piece)).length;
    if (typos <= 2 && typos * 3 <= upper.length) return [{ name, rank: -typos, isTypo: true }];
    return shared > 2 ? [{ name, rank: shared, isTypo: false }] : [];
  });
  return near
    .sort((one, other) => Number(other.isTypo) - Number(one.isTypo) || other.rank - one.rank)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Longer than any name that is looked for. */
const longestTyped = 256;

/** Optimal string alignment distance: letters put in, left out, replaced, or exchanged with their neighbours. */
function typosBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const exchanged = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + same,
          ...(exchanged ? [(before[j - 2] ?? 0) + 1] : []),
        ),
      );
    }
    [before, last] = [last, row];
  }
  return last[other.length] ?? 0;
}

function piecesOf(text: string): string[] {
  return Array.from(text, (_, at) => text.slice(at, at + 3)).filter((piece) => piece.length === 3);
}

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

/** Names that share the most with what somebody typed, by their pieces of three letters. */
export function similarNames<T extends string>(text: string, names: readonly T[]): T[] {
  const pieces = new Set(piecesOf(text.toUpperCase()));
  const shared = (name: string): number => piecesOf(name.toUpperCase()).filter((piece) => pieces.has(piece)).length;
  return names
    .filter((name) => shared(name) > 2)
    .sort((one, other) => shared(other) - shared(one))
    .slice(0, 3);
}

function piecesOf(text: string): string[] {
  return Array.from(text, (_, at) => text.slice(at, at + 3)).filter((piece) => piece.length === 3);
}

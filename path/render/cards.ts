import type { Finding, PairReport } from "../proof/pathReport";

/** Findings that the same remedy mends: what was seen where, in which pairs (numbers from 1). */
export interface Card {
  finding: Finding;
  places: Map<string, number[]>;
}

/** The same finding often holds for several pairs (an unreachable host), and the same fault for several places. */
export function cards(pairs: PairReport[]): Card[] {
  const byRemedy = new Map<string, Card>();
  for (const [index, { findings }] of pairs.entries()) {
    for (const finding of findings) {
      const key = JSON.stringify([finding.code, finding.nature, finding.expected, finding.remedy]);
      const card = byRemedy.get(key) ?? { finding, places: new Map<string, number[]>() };
      byRemedy.set(key, card);
      const { places } = card;
      const place = `at ${finding.hop}: ${finding.seen}`;
      places.set(place, [...new Set([...(places.get(place) ?? []), index + 1])]);
    }
  }
  return [...byRemedy.values()];
}

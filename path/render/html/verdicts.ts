import type { PathReport, Verdict } from "../../proof/pathReport";
import { isProven } from "../../proof/proof";

/** Class of the page's style; colours are told apart with every kind of colour blindness, and a sign says the same. */
export type Tone = "good" | "bad" | "unknown";

export interface VerdictWords {
  tone: Tone;
  sign: string;
  /** What it means, one sentence. */
  meaning: string;
}

/** Of a whole report: what the settings have to say about its verdict, too. */
export function wordsOf(report: Pick<PathReport, "verdict" | "statelessAppliances">): VerdictWords {
  const words = verdictWords[report.verdict];
  if (report.verdict === "inspected" || !isProven(report)) return words;
  const { tone, sign } = verdictWords.inspected;
  return { tone, sign, meaning: `${words.meaning} By the settings the appliances keep no state.` };
}

export const verdictWords: Record<Verdict, VerdictWords> = {
  inspected: {
    tone: "good",
    sign: "✓",
    meaning: "Targets saw every request and every reply, coming in and going out.",
  },
  asymmetric: {
    tone: "bad",
    sign: "✕",
    meaning:
      "Targets saw everything, but requests and replies came through different endpoints: an appliance that keeps state drops them.",
  },
  refused: {
    tone: "bad",
    sign: "✕",
    meaning: "Targets saw requests and refusals, coming in and going out: the destination refuses.",
  },
  partial: {
    tone: "bad",
    sign: "✕",
    meaning: "Some requests were answered and some were not, or a target kept flows that were sent beside them.",
  },
  "one-way": { tone: "bad", sign: "✕", meaning: "Targets saw one direction only; the other went round them." },
  "lost-after-target": {
    tone: "bad",
    sign: "✕",
    meaning: "Requests came back out of the targets; what followed was lost.",
  },
  "lost-at-target": { tone: "bad", sign: "✕", meaning: "Targets received packets that they did not send back." },
  "lost-before-target": { tone: "bad", sign: "✕", meaning: "No target saw a packet, and none was answered." },
  bypassed: { tone: "bad", sign: "✕", meaning: "It was answered although no target saw it." },
  inconclusive: { tone: "unknown", sign: "?", meaning: "What could be measured is not enough for a verdict." },
};

import type { Verdict } from "../../path/report";
import type { Effect } from "./faultCases";

/**
 * The verdict on a pair whose packets suffer all of these, by docs/verdicts.md alone: what becomes of one request and its reply, seen or
 * not at a target, coming in and going out.
 */
export function expectedVerdict(effects: Effect[]): Verdict {
  const stops = (at: Effect["stops"]): boolean => effects.some((each) => each.stops === at);
  const around = (direction: "requests" | "replies"): boolean =>
    effects.some((each) => each.around?.includes(direction) === true);
  if (effects.some(({ blind }) => blind === true)) return "inconclusive";

  const passes = (direction: "requests" | "replies"): { seen: "through" | "kept" | "unseen"; arrives: boolean } => {
    if (around(direction)) return { seen: "unseen", arrives: true };
    if (stops("gateway")) return { seen: "unseen", arrives: false };
    if (stops("target")) return { seen: "kept", arrives: false };
    return { seen: "through", arrives: !stops("behind") };
  };
  if (stops("source")) return "lost-before-target";
  const request = passes("requests");
  const reply =
    request.arrives && !stops("destination") ? passes("replies") : ({ seen: "unseen", arrives: false } as const);
  if (reply.arrives) {
    if (request.seen === "through" && reply.seen === "through") {
      return effects.some(({ otherEndpoint }) => otherEndpoint === true) ? "asymmetric" : "inspected";
    }
    return request.seen === "unseen" && reply.seen === "unseen" ? "bypassed" : "one-way";
  }
  if (request.seen === "through") return "lost-after-target";
  // A reply at a target to a request that came to none fits no place of loss.
  if (reply.seen !== "unseen") return "inconclusive";
  return request.seen === "kept" ? "lost-at-target" : "lost-before-target";
}

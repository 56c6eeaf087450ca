import { seenLegs, type SeenLeg } from "../../proof/legs";
import type { PairReport } from "../../proof/pathReport";
import { escaped } from "./escape";

/**
 * A pair's way as it was measured, place by place: counts on the edges, ✕ where packets stop, grey where nobody saw anything. Text, so that
 * it reads at every width: a row where there is room, else a column.
 */
export function strip(pair: PairReport): string {
  const legs = seenLegs(pair);
  const unanswered =
    legs.length < 2
      ? `<p class="soft">${pair.expectReply ? "No reply set out." : "No reply was expected, and none was seen."}</p>`
      : "";
  return `<div class="strip">${legs.map((leg) => legStrip(pair, leg)).join("\n")}${unanswered}</div>`;
}

type Tone = "good" | "bad" | "unknown";

function legStrip(pair: PairReport, leg: SeenLeg): string {
  const { name, sent, round } = leg;
  const isRequest = name === "request";
  const source = station(
    isRequest ? "source" : "source, again",
    pair.source.name,
    [pair.source.azId, pair.source.address],
    "good",
  );
  const { destination } = pair;
  const destinationAddress = destination.publicAddress ?? destination.address;
  const seenThere = leg.arrived > 0 || !isRequest;
  const other = station(
    "destination",
    destination.name,
    [destination.azId ?? "", destinationAddress],
    seenThere ? "good" : "unknown",
  );
  const places = [
    isRequest ? source : other,
    edge(...before(leg)),
    ...middle(leg),
    edge(...behind(leg)),
    isRequest ? other : source,
  ];
  const way =
    round > 0
      ? `<p class="round bad-ink"><span aria-hidden="true">↷</span> ${count(round, name)} went round the targets: answered or seen later, and no target had ${round === 1 ? "it" : "them"}.</p>`
      : "";
  const title = isRequest ? "Request" : "Reply";
  const sentWords =
    sent === undefined ? "nobody knows how many set out" : isRequest ? `${sent} sent` : `${sent} at least set out`;
  return `<section class="leg ${name}"><h3>${title} <span class="soft">${escaped(sentWords)}</span></h3><ol>${places.join("")}</ol>${way}</section>`;
}

/** Endpoint and targets, or that nothing came to them. */
function middle(leg: SeenLeg): string[] {
  const { in: into, out, endpointIds, targets, lostAt } = leg;
  if (into === undefined || out === undefined) {
    return [station("targets", "nobody was watching", [], "unknown")];
  }
  if (into + out === 0) return [station("endpoint and targets", "none saw any", [], "off")];
  const endpoint = endpointIds.length > 0 ? endpointIds.join(", ") : "not told by any packet";
  const tone = lostAt > 0 ? "bad" : "good";
  return [
    station("GWLB endpoint", endpoint, [], endpointIds.length === 0 ? "unknown" : "good"),
    edge(`${into} in`, into > 0 ? "good" : "bad"),
    station(
      targets.length === 1 ? "target" : "targets",
      targets.map(({ target }) => target).join(", "),
      [[...new Set(targets.map(({ azId }) => azId))].join(", ")],
      tone,
      lostAt > 0 ? `<span>${stopped(lostAt, "stopped here")}</span>` : "",
    ),
  ];
}

function before({ name, sent, round, in: into, lostBefore }: SeenLeg): [string, Tone, number?] {
  const set = sent === undefined ? "?" : String(sent);
  if (lostBefore > 0)
    return [`${set} ${name === "request" ? "sent" : "set out"}`, into === 0 ? "bad" : "good", lostBefore];
  if (into === undefined) return [`${set} ${name === "request" ? "sent" : "set out"}`, "unknown"];
  if (into === 0) return [round > 0 ? "0 this way" : "0 seen", round > 0 ? "bad" : "unknown"];
  return [name === "request" ? `${set} sent` : `${set} set out`, "good"];
}

function behind({ name, out, arrived, lostAfter, unseen, round }: SeenLeg): [string, Tone, number?] {
  if (out === undefined) return [arrived > 0 ? `${arrived} arrived` : "not seen", "unknown"];
  if (name === "reply") {
    if (lostAfter > 0) return [`${out} out, ${arrived} arrived`, arrived === 0 ? "bad" : "good", lostAfter];
    return out === 0 ? [`${arrived} arrived`, round > 0 ? "bad" : "unknown"] : [`${out} out`, "good"];
  }
  if (out === 0) return [round > 0 ? "0 this way" : "0", round > 0 ? "bad" : "unknown"];
  return unseen > 0 ? [`${out} out; of ${unseen} nobody saw what became`, "unknown"] : [`${out} out`, "good"];
}

/** @param mark HTML behind the lines, which are text */
function station(what: string, name: string, lines: string[], tone: Tone | "off", mark = ""): string {
  const rest = lines.filter((line) => line !== "").map((line) => `<span>${escaped(line)}</span>`);
  return `<li class="station ${tone}"><span class="what">${what}</span><b>${escaped(name)}</b>${rest.join("")}${mark}</li>`;
}

function stopped(packets: number, where: string): string {
  return `<strong class="stop"><span aria-hidden="true">✕</span> ${packets} ${where}</strong>`;
}

function edge(text: string, tone: Tone, stops = 0): string {
  const cross = stops > 0 ? stopped(stops, "lost here") : "";
  return `<li class="edge ${stops > 0 ? "bad" : tone}"><span>${escaped(text)}</span>${cross}<span class="arrow" aria-hidden="true"></span></li>`;
}

function count(packets: number, name: SeenLeg["name"]): string {
  const words = name === "request" ? ["request", "requests"] : ["reply", "replies"];
  return `${packets} ${words[packets === 1 ? 0 : 1] ?? ""}`;
}

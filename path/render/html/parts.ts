import { healthCheckInWords } from "../../net/healthCheck";
import { isExercised } from "../../proof/exercise";
import type { PairReport, PathReport, TargetGroupReport } from "../../proof/pathReport";
import { statisticsOf } from "../../proof/statistics";
import { healthInWords, targetGroupName, watchedInWords } from "../../proof/targetGroup";
import { escaped } from "./escape";
import { wordsOf, type VerdictWords } from "./verdicts";

/** A hop of a traced way, in words. */
export interface HopRow {
  leg: "request" | "reply";
  component: string;
  account: string;
  azId: string;
  headerIn: string;
  headerOut: string;
  decidedBy: string;
  verdict: "passed" | "dropped" | "unknown";
  /** Code of the finding, or empty. */
  finding: string;
}

/** A cell that is HTML already. */
interface Markup {
  html: string;
}

/** Wide tables scroll by themselves, the page does not. */
export function table(caption: string, head: string[], rows: (string | number | Markup)[][]): string {
  const cell = (content: string | number | Markup, index: number): string => {
    if (typeof content === "number") return `<td class="number">${content}</td>`;
    const text = typeof content === "string" ? escaped(content) : content.html;
    return index === 0 ? `<th scope="row">${text}</th>` : `<td>${text}</td>`;
  };
  const headCells = head.map((text, index) => {
    const className = typeof rows[0]?.[index] === "number" ? ' class="number"' : "";
    return `<th scope="col"${className}>${escaped(text)}</th>`;
  });
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return (
    `<div class="scroll" role="group" tabindex="0" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption>\n` +
    `<thead><tr>${headCells.join("")}</tr></thead>\n<tbody>${body}</tbody></table></div>`
  );
}

export type Judged = Pick<PathReport, "verdict" | "statelessAppliances">;

export function badge(judged: Judged): string {
  return badgeOf(wordsOf(judged), judged.verdict);
}

export function badgeOf({ tone, sign }: Pick<VerdictWords, "tone" | "sign">, text: string): string {
  return `<span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${escaped(text)}</span>`;
}

export function pairName({ source, destination }: Pick<PairReport, "source" | "destination">): string {
  return `${source.name} → ${destination.name}`;
}

export function pingTable({ pairs, ...report }: PathReport): string {
  const rows = pairs.map((pair) => {
    const ping = statisticsOf(pair);
    const time = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(3));
    const rtt = ping?.rtt;
    return [
      pairName(pair),
      { html: badge({ ...report, verdict: pair.verdict }) },
      ...(ping === undefined
        ? ["not run", "–", "–"]
        : [ping.transmitted, ping.received, `${Number(ping.loss.toFixed(1))} %`]),
      ...[rtt?.min, rtt?.avg, rtt?.max, rtt?.mdev].map(time),
    ];
  });
  return table("Ping", ["pair", "verdict", "sent", "answered", "loss", "rtt min ms", "avg", "max", "mdev"], rows);
}

export function countsTable(pair: PairReport): string {
  if (pair.targets.length === 0) return `<p class="soft">No target was asked.</p>`;
  const rows = pair.targets.map(({ target, azId, mirrored, requestIn, requestOut, replyIn, replyOut }) => [
    `${target}${mirrored ? " (mirrored)" : ""}`,
    azId,
    ...[requestIn, requestOut, replyIn, replyOut],
  ]);
  return table(
    "GENEVE packets of this ping",
    ["target", "AZ", "request in", "request out", "reply in", "reply out"],
    rows,
  );
}

export function exerciseTable({ exercise = [] }: PathReport): string {
  if (exercise.length === 0) return `<p class="soft">Nobody knows: captures are missing.</p>`;
  const rows = exercise.map((each) => [
    each.target,
    each.azId,
    each.gatewayAzId,
    ...[each.flowsSent, each.flowsIn, each.flowsOut],
    isExercised(each),
  ]);
  const head = ["target", "AZ", "from the GWLB in", "flows sent", "flows in", "flows out", "exercised"];
  return table("Flows beside the pings, which GWLB spreads over its targets", head, rows);
}

/** What AWS says of the registered targets. */
export function targetsTable(group: TargetGroupReport): string {
  const rows = group.registered.map((target) => [
    target.id,
    target.watchedAs ?? "not watched",
    {
      html: `<span class="word ${target.state === "healthy" ? "good" : "bad"}">${escaped(healthInWords(target))}</span>`,
    },
  ]);
  const check = group.healthCheck === undefined ? "" : `; healthy: ${healthCheckInWords(group.healthCheck)}`;
  const caption = `Target group ${targetGroupName(group.arn)}: ${watchedInWords(group)}${check}`;
  return table(caption, ["target", "watched as", "health, as AWS finds it"], rows);
}

const kindsInWords = { requestIn: "request in", requestOut: "request out", replyIn: "reply in", replyOut: "reply out" };

export function packetsTable(pair: PairReport): string {
  const rows = pair.targets.flatMap(({ target, samples = [] }) =>
    samples.map((packet) => [
      `${target}: ${kindsInWords[packet.kind]}`,
      packet.capturedAt,
      `${packet.outerSource} → ${packet.outerDestination}`,
      packet.gwlb?.endpointId ?? "none",
      packet.gwlb?.attachmentId ?? "none",
      packet.gwlb?.flowCookie ?? "none",
      `${packet.innerSource} → ${packet.innerDestination}`,
      packet.sequence,
      packet.ttl,
    ]),
  );
  if (rows.length === 0) return "";
  const head = ["packet", "captured (UTC)", "outer", "endpoint", "attachment", "flow cookie", "inner", "seq", "TTL"];
  return table("First packets, decoded", head, rows);
}

export function hopsTable(rows: HopRow[]): string {
  const head = ["leg", "hop", "account", "AZ", "in", "out", "decided by", "verdict"];
  return table(
    "Hops, as the stacks' states tell them",
    head,
    rows.map((row) => {
      const tone = { passed: "good", dropped: "bad", unknown: "unknown" }[row.verdict];
      const words = row.finding === "" ? row.verdict : `${row.verdict}: ${row.finding}`;
      const verdict = { html: `<span class="word ${tone}">${escaped(words)}</span>` };
      return [row.leg, row.component, row.account, row.azId, row.headerIn, row.headerOut, row.decidedBy, verdict];
    }),
  );
}

import { styleText } from "node:util";
import Table from "cli-table3";
import { exercisedInWords, isExercised } from "../proof/exercise";
import type { Finding, PairReport, PathReport, PingStatistics, TargetGroupReport, Verdict } from "../proof/pathReport";
import { printableData, printableLine } from "./printable";
import { healthInWords, targetGroupName, watchedInWords } from "../proof/targetGroup";
import { isProven, verdictInWords } from "../proof/proof";

export interface TableOptions {
  /** Terminal colours. @default false */
  colour?: boolean;
  /** Also show the first packet of each kind on each target. @default false */
  packets?: boolean;
}

/** The report for people: per pair ping statistics, GENEVE counts per target and direction, findings. Ends without a newline. */
export function renderTable(measured: PathReport, options: TableOptions = {}): string {
  const report = printableData(measured);
  // cli-table3's own colours would depend on the environment.
  const inColour = (verdict: Verdict, text: string = verdict) => {
    const colour = isProven({ ...report, verdict }) ? "green" : verdict === "inconclusive" ? "yellow" : "red";
    return options.colour === true ? styleText(colour, text, { validateStream: false }) : text;
  };
  const paths = new Table({
    head: ["source", "destination", "ping", "target", "request\nin / out", "reply\nin / out", "verdict"],
    style: { head: [], border: [] },
  });
  for (const pair of report.pairs) {
    const rows = Math.max(1, pair.targets.length);
    const spanning = (content: string) => ({ content, rowSpan: rows });
    for (let row = 0; row < rows; row++) {
      const target = pair.targets[row];
      const counts =
        target === undefined
          ? ["–", "–", "–"]
          : [
              `${target.target} (${target.azId}${target.mirrored ? ", mirrored" : ""})`,
              `${target.requestIn} / ${target.requestOut}`,
              `${target.replyIn} / ${target.replyOut}`,
            ];
      // A cell that spans rows stands in its first row only.
      paths.push(
        row === 0
          ? [
              spanning(host(pair.source)),
              spanning(host(pair.destination)),
              spanning(pingInWords(pair)),
              ...counts,
              spanning(inColour(pair.verdict)),
            ]
          : counts,
      );
    }
  }
  const parts = [paths.toString(), ...exerciseTable(report)];
  if (report.targetGroup !== undefined) parts.push(targetsInWords(report.targetGroup));
  const found = distinctFindings(report.pairs);
  if (found.length > 0) {
    parts.push(found.map(({ finding, pairs }) => renderFinding(finding, pairs, report.pairs.length)).join("\n"));
  }
  if (options.packets === true) {
    parts.push(...report.pairs.map(renderPackets).filter((text) => text !== ""));
  }
  const count = `${report.pairs.length} ${report.pairs.length === 1 ? "pair" : "pairs"}`;
  const about = [count, exercisedInWords(report), report.measuredAt].filter((part) => part !== undefined);
  parts.push(`Verdict: ${inColour(report.verdict, verdictInWords(report))} (${about.join(", ")})`);
  return parts.join("\n\n");
}

function exerciseTable({ exercise = [] }: PathReport): string[] {
  if (exercise.length === 0) return [];
  const targets = new Table({
    head: ["target", "from the GWLB in", "flows sent", "flows\nin / out", "exercised"],
    style: { head: [], border: [] },
  });
  for (const each of exercise) {
    const { target, azId, gatewayAzId, flowsSent, flowsIn, flowsOut } = each;
    targets.push([`${target} (${azId})`, gatewayAzId, flowsSent, `${flowsIn} / ${flowsOut}`, isExercised(each)]);
  }
  return [targets.toString()];
}

/** The counts, and AWS's word on each target. */
function targetsInWords(group: TargetGroupReport): string {
  return [
    `Target group ${targetGroupName(group.arn)}: ${watchedInWords(group)}`,
    ...group.registered.map(
      (target) => `  ${target.watchedAs ?? "not watched"} (${target.id}): ${healthInWords(target)}`,
    ),
  ]
    .map(printableLine)
    .join("\n");
}

function host(end: { name: string; azId?: string; address: string; publicAddress?: string }): string {
  const address = end.publicAddress === undefined ? end.address : `${end.publicAddress} (${end.address})`;
  return `${end.name}\n${address}${end.azId === undefined ? "" : `\n${end.azId}`}`;
}

function pingInWords(pair: PairReport): string {
  if (pair.ping === undefined) return "not run";
  return pingStatistics(pair.ping) + (pair.expectReply ? "" : "\nno reply expected");
}

function pingStatistics(ping: PingStatistics): string {
  const lines = [`${ping.received} of ${ping.transmitted} answered`, `${Number(ping.loss.toFixed(1))}% loss`];
  if (ping.rtt !== undefined) {
    lines.push(`rtt ${[ping.rtt.min, ping.rtt.avg, ping.rtt.max].map((time) => time.toFixed(3)).join("/")} ms`);
  }
  return lines.join("\n");
}

/** The same finding often holds for several pairs (an unreachable host); it is then shown once. */
function distinctFindings(pairs: PairReport[]): { finding: Finding; pairs: PairReport[] }[] {
  const byContent = new Map<string, { finding: Finding; pairs: PairReport[] }>();
  for (const pair of pairs) {
    for (const finding of pair.findings) {
      const key = JSON.stringify(finding);
      const known = byContent.get(key);
      if (known === undefined) byContent.set(key, { finding, pairs: [pair] });
      else known.pairs.push(pair);
    }
  }
  return [...byContent.values()];
}

function renderFinding(finding: Finding, pairs: PairReport[], total: number): string {
  const names = pairs.map((pair) => `${pair.source.name} → ${pair.destination.name}`);
  const where = names.length === total && total > 1 ? "all pairs" : names.join(", ");
  return [
    `${finding.code} at ${finding.hop} (${where})`,
    `  seen:     ${finding.seen}`,
    `  expected: ${finding.expected}`,
    `  remedy:   ${finding.remedy}`,
  ].join("\n");
}

const kindsInWords = {
  requestIn: "request in",
  requestOut: "request out",
  replyIn: "reply in",
  replyOut: "reply out",
} as const;

function renderPackets(pair: PairReport): string {
  const lines = pair.targets.flatMap((target) =>
    (target.samples ?? []).map((packet) => {
      const options =
        packet.gwlb === undefined
          ? "no GWLB options"
          : `endpoint ${packet.gwlb.endpointId} attachment ${packet.gwlb.attachmentId} cookie ${packet.gwlb.flowCookie}`;
      return (
        `  ${packet.capturedAt} ${target.target} ${kindsInWords[packet.kind]}: ` +
        `${packet.outerSource} > ${packet.outerDestination} GENEVE [${options}] ` +
        `${packet.innerSource} > ${packet.innerDestination} ICMP echo seq ${packet.sequence} ttl ${packet.ttl}`
      );
    }),
  );
  return lines.length === 0 ? "" : [`${pair.source.name} → ${pair.destination.name}`, ...lines].join("\n");
}

import { isProven } from "../proof/proof";
import { statisticsOf } from "../proof/statistics";
import type { PairReport, PathReport } from "../proof/pathReport";
import { printableLine } from "./printable";

interface Metric {
  name: string;
  help: string;
  value: (pair: PairReport, report: PathReport) => number | undefined;
}

const metrics: Metric[] = [
  {
    name: "gwlb_inspection_proven",
    help: "1: every request and reply of the pair was seen on a target; 0: not, or it could not be told.",
    value: (pair, report) => Number(isProven({ ...report, verdict: pair.verdict })),
  },
  {
    name: "gwlb_inspection_pings_sent",
    help: "Pings of the measurement.",
    value: (pair) => statisticsOf(pair)?.transmitted,
  },
  {
    name: "gwlb_inspection_pings_answered",
    help: "Pings that were answered.",
    value: (pair) => statisticsOf(pair)?.received,
  },
  {
    name: "gwlb_inspection_rtt_seconds",
    help: "Average round trip time.",
    value: (pair) => {
      const rtt = statisticsOf(pair)?.rtt;
      return rtt && Number((rtt.avg / 1000).toPrecision(9));
    },
  },
];

/**
 * The last report of each stack in Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as the textfile collector of node_exporter takes it. Ends with a newline.
 */
export function renderMetrics(reports: Record<string, PathReport>): string {
  const entries = Object.entries(reports);
  const pairs = entries.flatMap(([stack, report]) => report.pairs.map((pair) => ({ stack, report, pair })));
  const ofPairs = metrics.flatMap(({ name, help, value }) =>
    metric(
      name,
      help,
      pairs.flatMap(({ stack, report, pair }) => {
        const number = value(pair, report);
        return number === undefined ? [] : [[labelsOf(stack, pair), number] as const];
      }),
    ),
  );
  const verdicts = pairs.map(({ stack, pair }) => [{ ...labelsOf(stack, pair), verdict: pair.verdict }, 1] as const);
  return [
    ...ofPairs,
    ...metric("gwlb_inspection_verdict", "The pair's verdict, as a label.", verdicts),
    ...metric(
      "gwlb_inspection_stack_proven",
      "1: the stack's report as a whole is proven.",
      entries.map(([stack, report]) => [{ stack }, Number(isProven(report))] as const),
    ),
    ...metric(
      "gwlb_inspection_measured_timestamp_seconds",
      "When the stack was measured last.",
      entries.map(([stack, { measuredAt }]) => [{ stack }, Date.parse(measuredAt) / 1000] as const),
    ),
    ...(entries.length > 0 ? [""] : []),
  ].join("\n");
}

function labelsOf(stack: string, { source, destination }: PairReport): Record<string, string> {
  return { stack, source: source.name, destination: destination.name, source_az: source.azId };
}

function metric(name: string, help: string, samples: (readonly [Record<string, string>, number])[]): string[] {
  if (samples.length === 0) return [];
  const lines = samples.map(([labels, value]) => {
    const texts = Object.entries(labels).map(([label, text]) => `${label}="${quoted(text)}"`);
    return `${name}{${texts.join(",")}} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...new Set(lines)];
}

function quoted(text: string): string {
  return printableLine(text).replace(/[\\"]/g, (character) => `\\${character}`);
}

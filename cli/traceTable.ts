import { styleText } from "node:util";
import Table from "cli-table3";
import { type Finding, type Verdict } from "../path/proof/index";
import { printableData } from "../path/render/index";
import { headerInWords, isKnown, type Hop, type TracedPath, type TraceResult } from "../path/topology/index";

const colours: Partial<Record<Verdict, "green" | "yellow">> = { inspected: "green", inconclusive: "yellow" };

/** A trace for people: the hops of request and reply for each choice of targets, findings, assumptions, verdict. */
export function traceTable(traced: TraceResult, colour = false): string {
  const result = printableData(traced);
  const inColour = (verdict: Verdict): string =>
    colour ? styleText(colours[verdict] ?? "red", verdict, { validateStream: false }) : verdict;
  const { source, destination, paths, findings, assumptions } = result;
  const parts = paths.map((path, place) => {
    const title =
      paths.length === 1
        ? ""
        : `Path ${place + 1} of ${paths.length}, ${targetsInWords(result, path)}: ${inColour(path.verdict)}\n`;
    return `${title}${hopTable(path)}`;
  });
  if (findings.length > 0) parts.push(findings.map(findingInWords).join("\n"));
  if (assumptions.length > 0) parts.push(["Assumed:", ...assumptions.map((each) => `  ${each}`)].join("\n"));
  const others =
    result.possibleVerdicts.length > 1
      ? `, depending on the target: ${result.possibleVerdicts.map(inColour).join(", ")}`
      : "";
  parts.push(
    `Expected: ${inColour(result.verdict)}${others} (${source.name} ${source.address} → ${destination.name} ${destination.address})`,
  );
  return parts.join("\n\n");
}

function targetsInWords({ paths }: TraceResult, { requestTarget, replyTarget }: TracedPath): string {
  const name = (id: string | undefined): string =>
    paths.flatMap(({ request, reply }) => [...request.hops, ...(reply?.hops ?? [])]).find((hop) => hop.id === id)
      ?.name ?? "no target";
  return requestTarget === replyTarget || replyTarget === undefined
    ? `by ${name(requestTarget)}`
    : `request by ${name(requestTarget)}, reply by ${name(replyTarget)}`;
}

function hopTable({ request, reply }: TracedPath): string {
  const table = new Table({
    head: ["", "account", "AZ", "component", "packet after", "decided by", ""],
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    style: { head: [], border: [] },
  });
  const rows = (leg: string, hops: Hop[]): string[][] =>
    hops.map((hop, place) => [
      place === 0 ? leg : "",
      isKnown(hop.accountId) ? hop.accountId : "?",
      hop.azId ?? "",
      `${hop.kind}\n${hop.name}`,
      hop.out === undefined ? "" : headerInWords(hop.out).replace(" [", "\n["),
      hop.decidedBy?.text ?? "",
      hop.finding === undefined ? hop.verdict : `${hop.verdict}\n${hop.finding.code}`,
    ]);
  table.push(...rows("request", request.hops), ...rows("reply", reply?.hops ?? []));
  return table.toString();
}

function findingInWords({ code, hop, seen, expected, remedy }: Finding): string {
  return [`${code} at ${hop}`, `  seen:     ${seen}`, `  expected: ${expected}`, `  remedy:   ${remedy}`].join("\n");
}

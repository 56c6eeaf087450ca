import { type Finding, type Verdict } from "../path/proof/index";
import {
  columnsOf,
  padded,
  printableData,
  styled,
  styleOf,
  toSeconds,
  widest,
  wrapped,
  type View,
} from "../path/render/index";
import { headerInWords, isKnown, type Hop, type Leg, type TracedPath, type TraceResult } from "../path/topology/index";

/** A trace for people: verdict, findings, the hops of request and reply for each choice of targets, assumptions. Escaped. */
export function traceText(traced: TraceResult, view: View = {}, now = Date.now()): string {
  const result = printableData(traced);
  const inColour = (verdict: Verdict): string => styled(verdict, styleOf({ verdict }), view);
  const { source, destination, paths, findings, assumptions } = result;
  const others =
    result.possibleVerdicts.length > 1 ? `, depending on the target: ${result.possibleVerdicts.join(", ")}` : "";
  const [first = "", ...more] = wrapped(
    `Expected: ${result.verdict}${others} (${source.name} ${source.address} → ${destination.name} ${destination.address})`,
    "",
    "  ",
    view.width,
  );
  const parts = [[first.replace(result.verdict, inColour(result.verdict)), ...more].join("\n")];
  if (findings.length > 0) parts.push(findings.flatMap((each) => findingLines(each, view)).join("\n"));
  for (const [place, path] of paths.entries()) {
    const title =
      paths.length === 1
        ? []
        : [`Path ${place + 1} of ${paths.length}, ${targetsInWords(result, path)}: ${inColour(path.verdict)}`];
    parts.push(
      [...title, ...legLines("request", path.request, view), ...legLines("reply", path.reply, view)].join("\n"),
    );
  }
  if (assumptions.length > 0) {
    parts.push(["Assumed:", ...assumptions.flatMap((each) => wrapped(each, "  ", "    ", view.width))].join("\n"));
  }
  const read = readWhen(result, now);
  if (read !== undefined) parts.push(wrapped(read, "", "  ", view.width).join("\n"));
  return parts.join("\n\n");
}

/** How old is what a result rests on; undefined where it is not known. */
export function readWhen(
  { savedAt = {}, isLive }: Pick<TraceResult, "savedAt" | "isLive">,
  now: number,
): string | undefined {
  const ages = Object.entries(savedAt).map(
    ([state, time]) => `${state} ${ageInWords(now - Date.parse(time))} ago (${toSeconds(time)})`,
  );
  if (ages.length === 0) return undefined;
  return isLive
    ? `Read from AWS: ${ages.join(", ")}.`
    : `States saved: ${ages.join(", ")}. What was changed elsewhere since is not in them.`;
}

/** @param age milliseconds */
function ageInWords(age: number): string {
  const seconds = Math.max(0, Math.round(age / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function targetsInWords({ paths }: TraceResult, { requestTarget, replyTarget }: TracedPath): string {
  const name = (id: string | undefined): string =>
    paths.flatMap(({ request, reply }) => [...request.hops, ...(reply?.hops ?? [])]).find((hop) => hop.id === id)
      ?.name ?? "no target";
  return requestTarget === replyTarget || replyTarget === undefined
    ? `by ${name(requestTarget)}`
    : `request by ${name(requestTarget)}, reply by ${name(replyTarget)}`;
}

/** Columns for what decided, in which it reads beside the names. */
const leastDecision = 30;

/** One line for each hop: the component and what decided. Account, AZ and packet are told where they change. */
function legLines(name: string, leg: Leg | undefined, view: View): string[] {
  if (leg === undefined) return [];
  const { hops } = leg;
  const kinds = widest(hops.map(({ kind }) => kind));
  const names = widest(hops.map((hop) => hop.name));
  const before = "      ".length + kinds + names + 2;
  const room = view.width === undefined ? Infinity : view.width - before;
  return hops.flatMap((hop, index) => {
    const last = hops[index - 1];
    const lines: string[] = [];
    if (last === undefined) lines.push(styled(name, "heading", view));
    if (last === undefined || placeOf(last) !== placeOf(hop)) {
      lines.push(styled(`  ${placeOf(hop)}`, "soft", view));
    }
    const sign = { passed: "·", dropped: "✗", unknown: "?" }[hop.verdict];
    const style = { passed: "good", dropped: "bad", unknown: "unknown" }[hop.verdict] as "good" | "bad" | "unknown";
    const decided = hop.decidedBy?.text ?? "";
    // No word is cut that a line of its own has room for: an id is copied.
    const isBeside = room >= Math.max(leastDecision, widest(decided.split(" ")));
    const begin = `  ${sign} ${padded(hop.kind, kinds)}  `;
    const hopLines =
      isBeside && decided !== ""
        ? wrapped(decided, `${begin}${padded(hop.name, names)}  `, " ".repeat(before), view.width)
        : wrapped(hop.name, begin, " ".repeat(columnsOf(begin)), view.width);
    lines.push(...hopLines.map((line) => line.replace(sign, (text) => styled(text, style, view))));
    if (!isBeside && decided !== "") lines.push(...wrapped(decided, "        ", "          ", view.width));
    const packet = packetChange(hop);
    if (packet !== undefined) lines.push(...wrapped(`packet: ${packet}`, "        ", "          ", view.width));
    if (hop.finding !== undefined || hop.verdict !== "passed") {
      const code = hop.finding === undefined ? "" : ` ${hop.finding.code}`;
      const found = wrapped(`${hop.verdict}${code}`, "        ", "          ", view.width);
      lines.push(...found.map((line) => styled(line, style, view)));
    }
    return lines;
  });
}

function placeOf({ accountId, azId }: Hop): string {
  return `account ${isKnown(accountId) ? accountId : "?"}${azId === undefined ? "" : `, ${azId}`}`;
}

/** The packet behind the hop, where it is not what came in. */
function packetChange(hop: Hop): string | undefined {
  if (hop.out === undefined) return undefined;
  const out = headerInWords(hop.out);
  return hop.in !== undefined && headerInWords(hop.in) === out ? undefined : out;
}

/** A finding in lines: what was seen, expected, and how to mend it. */
export function findingLines({ code, hop, seen, expected, remedy }: Finding, view: View): string[] {
  const indent = " ".repeat(columnsOf("  expected: "));
  return [
    ...wrapped(`${code} at ${hop}`, "", "  ", view.width).map((line) => styled(line, "heading", view)),
    ...wrapped(seen, "  seen:     ", indent, view.width),
    ...wrapped(expected, "  expected: ", indent, view.width),
    ...wrapped(remedy, "  remedy:   ", indent, view.width),
  ];
}

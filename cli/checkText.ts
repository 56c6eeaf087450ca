import { columnsOf, placeInWords, printableData, styled, wrapped, type View } from "../path/render/index";
import type { CheckFinding, CheckResult, Witness } from "../path/topology/index";
import { findingLines, readWhen } from "./traceText";

/** A check for people: causes, risks, what could not be told, assumptions, and how much was looked at. Escaped. */
export function checkText(checked: CheckResult, view: View = {}, now = Date.now()): string {
  const result = printableData(checked);
  const { findings, unknown, looked, assumptions } = result;
  const parts = findings.map((each) => withWitness(each, view).join("\n"));
  if (unknown.length > 0) {
    const lines = unknown.flatMap(({ code, hop, seen, witness }) => {
      const flow = witness === undefined ? "" : ` (${witness.source} → ${witness.destination})`;
      return wrapped(`${code} ${placeInWords({ hop, seen })}${flow}`, "  ", "    ", view.width);
    });
    parts.push([styled("Could not be told:", "heading", view), ...lines].join("\n"));
  }
  if (assumptions.length > 0) {
    parts.push(["Assumed:", ...assumptions.flatMap((each) => wrapped(each, "  ", "    ", view.width))].join("\n"));
  }
  const read = readWhen(result, now);
  if (read !== undefined) parts.push(wrapped(read, "", "  ", view.width).join("\n"));
  const causes = findings.filter(({ nature }) => nature !== "risk").length;
  const counts = `${counted(causes, "finding")} to mend, ${counted(findings.length - causes, "risk")}, ${unknown.length} unknown`;
  if (looked.subnets === 0)
    parts.push("There is no subnet to look at: expected deployed stacks, or an account with one.");
  const what = `${counted(looked.subnets, "subnet")} of ${counted(looked.kinds, "kind")}, ${counted(looked.flows, "flow")} traced`;
  parts.push(
    wrapped(`${counts} (${what}). No packet was sent: what is not found is not proven.`, "", "  ", view.width).join(
      "\n",
    ),
  );
  return parts.join("\n\n");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function withWitness(found: CheckFinding, view: View): string[] {
  const lines = findingLines(found, view);
  const { witness } = found;
  if (witness === undefined) return lines;
  const indent = " ".repeat(columnsOf("  witness:  "));
  return [...lines, ...wrapped(`${traceCommand(witness)} (${witness.verdict})`, "  witness:  ", indent, view.width)];
}

/** What one types to see it. */
function traceCommand({ source, destination, protocol }: Witness): string {
  const option = protocol === "icmp" ? "" : ` --protocol ${protocol.protocol}:${protocol.port}`;
  return `trace ${source} ${destination}${option}`;
}

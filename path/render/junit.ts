import type { Finding, PathReport } from "../proof/pathReport";
import { styleOf } from "./lines";
import { printableLine } from "./printable";

/**
 * Reports by stack as JUnit XML, the form that CI systems show (https://github.com/testmoapp/junitxml): a suite for each stack, a case for
 * each pair and one for the stack as a whole. What is not proven is a failure, what nobody could tell an error. Ends with a newline.
 */
export function renderJunit(reports: Record<string, PathReport>): string {
  const suites = Object.entries(reports).map(([stack, report]) => suite(stack, report));
  const sum = (of: (each: Suite) => number): number => suites.reduce((total, each) => total + of(each), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gwlb-inspection" tests="${sum(({ tests }) => tests)}" failures="${sum(({ failures }) => failures)}" errors="${sum(({ errors }) => errors)}">`,
    ...suites.map(({ xml }) => xml),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Suite {
  tests: number;
  failures: number;
  errors: number;
  xml: string;
}

function suite(stack: string, { pairs, ...report }: PathReport): Suite {
  const cases = [
    ...pairs.map(({ source, destination, verdict, findings }) => ({
      name: `${source.name} → ${destination.name}`,
      verdict,
      findings,
    })),
    { name: "as a whole", verdict: report.verdict, findings: [] as Finding[] },
  ].map((each) => ({ ...each, result: resultOf({ ...report, verdict: each.verdict }) }));
  const count = (result: string): number => cases.filter((each) => each.result === result).length;
  const [failures, errors] = [count("failure"), count("error")];
  const lines = cases.map(({ name, verdict, findings, result }) => {
    const begin = `    <testcase classname="${attribute(`gwlb-inspection.${stack}`)}" name="${attribute(name)}"`;
    if (result === undefined) return `${begin}/>`;
    const text = findings.map(findingText).join("\n");
    return `${begin}>\n      <${result} type="${verdict}" message="${attribute([verdict, ...codes(findings)].join(", "))}">${content(text)}</${result}>\n    </testcase>`;
  });
  return {
    tests: cases.length,
    failures,
    errors,
    xml: [
      `  <testsuite name="${attribute(stack)}" tests="${cases.length}" failures="${failures}" errors="${errors}" timestamp="${attribute(report.measuredAt)}">`,
      ...lines,
      "  </testsuite>",
    ].join("\n"),
  };
}

function resultOf(judged: Parameters<typeof styleOf>[0]): "failure" | "error" | undefined {
  return ({ good: undefined, bad: "failure", unknown: "error" } as const)[styleOf(judged)];
}

function codes(findings: Finding[]): string[] {
  return [...new Set(findings.map(({ code }) => code))];
}

function findingText({ code, hop, seen, expected, remedy }: Finding): string {
  const lines = [`${code} at ${hop}`, `  seen: ${seen}`, `  expected: ${expected}`, `  remedy: ${remedy}`];
  return lines.map((line, index) => (index === 0 ? "" : "  ") + printableLine(line)).join("\n");
}

/** Control characters, which XML 1.0 has no form for, are escaped before. */
function content(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] ?? "");
}

function attribute(text: string): string {
  return content(printableLine(text)).replace(/"/g, "&quot;");
}

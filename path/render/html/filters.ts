import type { PairReport, Verdict } from "../../proof/pathReport";
import { escaped } from "./escape";

/** Verdicts and AZs by which a page with several pairs can be narrowed: by style alone, without a script. */
export interface Filters {
  /** Empty where there is nothing to choose. */
  controls: string;
  style: string;
  /** Of a pair. */
  classes: (pair: PairReport) => string;
}

export function filtersOf(pairs: PairReport[]): Filters {
  const verdicts = [...new Set(pairs.map(({ verdict }) => verdict))];
  const azIds = [...new Set(pairs.flatMap(azIdsOf))].sort();
  const classes = (pair: PairReport): string =>
    [verdictClass(pair.verdict), ...azIdsOf(pair).map((azId) => `az-${azIds.indexOf(azId)}`)].join(" ");
  const choices = (legend: string, name: string, labels: [string, string][]): string =>
    labels.length < 2
      ? ""
      : `<fieldset><legend>${legend}</legend>${[["all", "all"] as [string, string], ...labels]
          .map(
            ([id, label]) =>
              `<label><input type="radio" name="${name}" id="only-${name}-${id}"${id === "all" ? " checked" : ""}> ${escaped(label)}</label>`,
          )
          .join("")}</fieldset>`;
  const verdictChoices = verdicts.map((verdict): [string, string] => [verdictClass(verdict), verdict]);
  const azChoices = azIds.map((azId, index): [string, string] => [`az-${index}`, azId]);
  const controls = choices("Verdict", "verdict", verdictChoices) + choices("AZ", "az", azChoices);
  const rule =
    (name: string) =>
    ([id]: [string, string]): string =>
      `body:has(#only-${name}-${id}:checked) .pair:not(.${id}) { display: none; }`;
  return {
    controls: controls === "" ? "" : `<form class="filters" aria-label="Pairs that are shown">${controls}</form>`,
    style: controls === "" ? "" : [...verdictChoices.map(rule("verdict")), ...azChoices.map(rule("az"))].join("\n"),
    classes,
  };
}

function azIdsOf({ source, destination }: PairReport): string[] {
  return [...new Set([source.azId, destination.azId].filter((azId) => azId !== undefined && azId !== ""))] as string[];
}

function verdictClass(verdict: Verdict): string {
  return `is-${verdict}`;
}

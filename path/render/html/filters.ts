import type { PairReport, Verdict } from "../../proof/pathReport";
import { escaped } from "./escape";

/** Verdicts, AZs and hosts by which a page with several pairs can be narrowed: by style alone, without a script. */
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
  const hostsAt = (end: (typeof ends)[number]): string[] => [...new Set(pairs.map((pair) => pair[end].name))].sort();
  const hosts = { source: hostsAt("source"), destination: hostsAt("destination") };
  const classes = (pair: PairReport): string =>
    [
      verdictClass(pair.verdict),
      ...azIdsOf(pair).map((azId) => `az-${azIds.indexOf(azId)}`),
      ...ends.map((end) => `${end}-${hosts[end].indexOf(pair[end].name)}`),
    ].join(" ");
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
  const menus = ends.map((end) => menu(end, hosts[end]));
  const controls = [
    choices("Verdict", "verdict", verdictChoices),
    choices("AZ", "az", azChoices),
    ...menus.map(({ control }) => control),
  ].join("");
  const rule =
    (name: string) =>
    ([id]: [string, string]): string =>
      onlyPairs(id, `#only-${name}-${id}`);
  return {
    controls: controls === "" ? "" : `<form class="filters" aria-label="Pairs that are shown">${controls}</form>`,
    style:
      controls === ""
        ? ""
        : [
            ...verdictChoices.map(rule("verdict")),
            ...azChoices.map(rule("az")),
            ...menus.map(({ style }) => style),
          ].join("\n"),
    classes,
  };
}

/** Style that leaves the pairs of a class when a choice is made. */
function onlyPairs(id: string, choice: string): string {
  return `body:has(${choice}:checked) .pair:not(.${id}) { display: none; }`;
}

const ends = ["source", "destination"] as const;

/** Hosts are too many for a row of choices. */
function menu(end: (typeof ends)[number], names: string[]): { control: string; style: string } {
  if (names.length < 2) return { control: "", style: "" };
  const options = names.map((name, index) => `<option value="${end}-${index}">${escaped(name)}</option>`).join("");
  const rules = names.map((_, index) => onlyPairs(`${end}-${index}`, `#only-${end} option[value="${end}-${index}"]`));
  const legend = end === "source" ? "Source" : "Destination";
  return {
    control: `<label>${legend} <select id="only-${end}"><option value="all" selected>all</option>${options}</select></label>`,
    style: rules.join("\n"),
  };
}

function azIdsOf({ source, destination }: PairReport): string[] {
  return [...new Set([source.azId, destination.azId].filter((azId) => azId !== undefined && azId !== ""))] as string[];
}

function verdictClass(verdict: Verdict): string {
  return `is-${verdict}`;
}

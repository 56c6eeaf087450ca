import { styleText } from "node:util";
import { isProven } from "../proof/proof";
import { printableLine } from "./printable";

/** Where a text is shown. */
export interface View {
  /** Columns of a line. Absent: lines are as long as they come. */
  width?: number | undefined;
  /** @default false */
  colour?: boolean;
}

/** East Asian wide characters and emoji take two columns, marks that stand on another character none. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}]/u;
const mark = /\p{Mn}|\p{Me}/u;

/** Columns that a terminal gives to a text without colours. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += mark.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** The width of the widest text, in columns of a terminal. */
export function widest(texts: string[]): number {
  return Math.max(0, ...texts.map(columnsOf));
}

/** A text filled with blanks to a width, in columns of a terminal. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** At most so many columns of a text: its end, by which generated names differ. */
export function endOf(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const kept = [...text];
  while (kept.length > 0 && columnsOf(kept.join("")) > Math.max(0, columns - 1)) kept.shift();
  return `…${kept.join("")}`;
}

/** A text in lines of `width` columns, which begin with `first` and `next`; a word that is longer than a line is cut into pieces. */
export function wrapped(text: string, first: string, next: string, width = Infinity): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of printableLine(text).split(/ +/)) {
    for (let rest = [...word]; rest.length > 0;) {
      const room = width - columnsOf(line) - (empty ? 0 : 1);
      if (columnsOf(rest.join("")) > room && !empty) {
        lines.push(line);
        [line, empty] = [next, true];
        continue;
      }
      line += `${empty ? "" : " "}${beginning(rest, room).join("")}`;
      empty = false;
    }
  }
  return [...lines, line.trimEnd()];
}

/** Takes away what fits, one character at least. */
function beginning(characters: string[], columns: number): string[] {
  let taken = 0;
  for (let used = 0; taken < characters.length; taken++) {
    used += columnsOf(characters[taken] ?? "");
    if (used > columns && taken > 0) break;
  }
  return characters.splice(0, taken);
}

/** A time in ISO 8601 to the second, which is enough for people. The engine's have nanoseconds. */
export function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

/** Styles of a terminal's text. */
export type Style = "good" | "bad" | "unknown" | "heading" | "soft";

const styles = { good: "green", bad: "red", unknown: "yellow", heading: "bold", soft: "dim" } as const;

/** A text in the colour that it is shown in, where there are colours. */
export function styled(text: string, style: Style, { colour = false }: View): string {
  // Whoever asks for colours knows of the terminal.
  return colour ? styleText(styles[style], text, { validateStream: false }) : text;
}

type Judged = Parameters<typeof isProven>[0];

/** The style in which a verdict is printed. */
export function styleOf(judged: Judged): "good" | "bad" | "unknown" {
  if (isProven(judged)) return "good";
  return judged.verdict === "inconclusive" ? "unknown" : "bad";
}

/** Says without colour, too, what kind of verdict it is. */
export function signOf(judged: Judged): string {
  return { good: "✓", bad: "✗", unknown: "?" }[styleOf(judged)];
}

/** Control characters, and those that turn or hide text: Unicode's categories Cc, Cf, Zl and Zp. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from a host, a stack or its settings as a terminal may show it: `\u{1b}`. Line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) =>
    character === "\n" || character === "\t" ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The same in one line. */
export function printableLine(text: string): string {
  // By whole runs: an expression that also looks for the end of the line in them takes the square of their length.
  return printable(text.trim().replace(/\s+/g, (run) => (/[\n\r\t]/.test(run) ? " " : run)));
}

/** All texts of plain data, one line each: for what is put together with colours of our own. */
export function printableData<T>(data: T): T {
  if (typeof data === "string") return printableLine(data) as T;
  if (Array.isArray(data)) return data.map(printableData) as T;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [printableLine(key), printableData(value)]),
  ) as T;
}

/** JSON that a terminal may show, too: it means the same, with `\u009b` in place of the character. */
export function printableJson(data: unknown, indent?: number): string {
  // What JSON.stringify leaves as it is; its own line feeds are none of the data's.
  return JSON.stringify(data, null, indent).replace(unprintable, (character) =>
    character === "\n" ? character : codeUnits(character),
  );
}

function codeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

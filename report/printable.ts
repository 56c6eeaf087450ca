/**
 * Text from a host, a stack or its settings as a terminal may show it: control characters, and those that turn or hide text
 * (Unicode's categories Cc, Cf, Zl and Zp), are written as `\u{1b}`. Line feeds and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\n" || character === "\t" ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The same in one line. */
export function printableLine(text: string): string {
  // By whole runs: an expression that also looks for the end of the line in them takes the square of their length.
  return printable(text.trim().replace(/\s+/g, (run) => (/[\n\r\t]/.test(run) ? " " : run)));
}

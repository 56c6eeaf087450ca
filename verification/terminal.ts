import { columnsOf, printable, printableJson, printableLine, wrapped } from "../path/render/index";

/**
 * The way of the programs and of the command line to a terminal. Texts are those of hosts, stacks and their settings, too: what would
 * move the cursor, hide or turn text, or give orders to a terminal gets there as `\u{1b}`, in errors as well.
 */

/** Characters of a line that a host printed. */
const longestLine = 4096;

let gone = false;

/** Whether nobody reads standard output any more (`… | head`). */
export function isOutputGone(): boolean {
  return gone;
}

// A verdict counts though it cannot be printed: the exit code tells it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  gone = true;
  if (error.code !== "EPIPE") say(`Standard output cannot be written: ${error.message}`);
});
process.stderr.on("error", () => undefined);

/** Standard output, as a line. */
export function print(text: string): void {
  endLive();
  process.stdout.write(`${printable(text)}\n`);
}

/** Standard error, as a line; on a terminal lines that are too long go on in the next, which breaks no word that fits. */
export function say(text: string): void {
  endLive();
  const { isTTY, columns } = process.stderr;
  const width = isTTY ? Math.max(40, columns || 80) : Infinity;
  const lines = printable(text).split("\n");
  process.stderr.write(
    `${lines.flatMap((line) => (columnsOf(line) > width ? wrapped(line.trimStart(), indentOf(line), `${indentOf(line)}  `, width) : [line])).join("\n")}\n`,
  );
}

function indentOf(line: string): string {
  return /^ */.exec(line)?.[0] ?? "";
}

let isLive = false;

/** What goes on at the moment: on a terminal one line in the place of the last such, elsewhere a line of its own. */
export function sayLive(text: string): void {
  const { isTTY, columns } = process.stderr;
  if (!isTTY || process.env["TERM"] === "dumb") return say(text);
  // A line that breaks would stay.
  const characters = [...printableLine(text)].slice(0, Math.max(20, columns || 80) - 1);
  process.stderr.write(`\r\x1b[K${characters.join("")}`);
  isLive = true;
}

/** Takes that line away. */
export function endLive(): void {
  if (isLive) process.stderr.write("\r\x1b[K");
  isLive = false;
}

/** What a host printed. Of longer lines the beginning: the command plugin hangs at one of 64 KiB (@pulumi/command 1.2.1). */
export function passOn({ stdout, stderr }: { stdout: string; stderr: string }): void {
  process.stdout.write(inShortLines(stdout));
  process.stderr.write(inShortLines(stderr));
}

function inShortLines(text: string): string {
  const short = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);
  return printable(text).split("\n").map(short).join("\n");
}

/** Standard output; without `indent` in one line. */
export function printJson(data: unknown, indent?: number): void {
  process.stdout.write(`${printableJson(data, indent)}\n`);
}

/** Standard output, where a program of this project made every character and has escaped what it was given: colours, drawings. */
export function printOwn(text: string): void {
  endLive();
  process.stdout.write(text);
}

/** A display that was ended may have left the cursor hidden (DECTCEM). */
export function showCursor(): void {
  if (process.stderr.isTTY) process.stderr.write("\x1b[?25h\n");
}

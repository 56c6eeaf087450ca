import type { View } from "../path/render/index";

export const colourChoices = ["auto", "always", "never"] as const;

/** What `--color` says, in the words that programs begun by this one understand, too. */
export function setColour(choice: string, environment = process.env): void {
  if (choice === "auto") return;
  delete environment["NO_COLOR"];
  delete environment["FORCE_COLOR"];
  environment[choice === "never" ? "NO_COLOR" : "FORCE_COLOR"] = "1";
}

/** Tells the programs begun by this one how wide the terminal is that they will be shown on. */
export function tellColumns(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stderr,
  environment = process.env,
): void {
  if (stream.isTTY && stream.columns > 0) environment["COLUMNS"] ??= String(stream.columns);
}

/**
 * How standard output is to be written: in the terminal's width and in colours on one, else in lines as long as they come.
 * `NO_COLOR` (https://no-color.org) and `FORCE_COLOR` count unless they are empty.
 */
export function view(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stdout,
  environment = process.env,
): View {
  const said = (name: string): boolean => (environment[name] ?? "") !== "";
  const wanted = stream.isTTY && environment["TERM"] !== "dumb";
  const colour = said("NO_COLOR") ? false : said("FORCE_COLOR") ? environment["FORCE_COLOR"] !== "0" : wanted;
  // A terminal may not know its size, and nothing is readable in fewer columns.
  return { width: stream.isTTY ? Math.max(40, stream.columns || 80) : undefined, colour };
}

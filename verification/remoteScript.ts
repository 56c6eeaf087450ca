import { randomBytes } from "node:crypto";

/**
 * What is written to the standard input of {@link commandFor}'s shell. The braces make the shell read the script to its
 * end before it runs any of it, and give its commands a standard input of their own: none can swallow the rest
 * of the script, and a connection that breaks off half-way runs nothing.
 * @param stdin text for the script; it arrives with a newline at its end
 */
export function stdinFor(script: string, stdin?: string): string {
  if (stdin === undefined) {
    return `{\n${script}\n} </dev/null\n`;
  }
  // Cannot occur in the text, so nothing in it can end it early.
  const end = `end-${randomBytes(16).toString("hex")}`;
  const text = stdin === "" || stdin.endsWith("\n") ? stdin : `${stdin}\n`;
  return `{\n${script}\n} <<'${end}'\n${text}${end}\n`;
}

/**
 * The command for the host. `timeout` runs there, so that nothing lives on when we are gone; under sudo it is
 * root too, or it could not end what root runs.
 * @param timeout seconds, rounded up
 */
export function commandFor(args: string[], options: { timeout: number; sudo: boolean }): string {
  const words = [
    ...(options.sudo ? ["sudo", "-n"] : []),
    "timeout",
    "--kill-after=5",
    String(Math.max(1, Math.ceil(options.timeout))),
    "sh",
    "-s",
    "--",
    ...args.map(quote),
  ];
  return words.join(" ");
}

/** `timeout`'s exit code when time was up; 137 when it had to kill. */
export const timeoutExitCodes = [124, 137];

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

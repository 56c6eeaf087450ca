import { randomBytes } from "node:crypto";
import { commandFor, stdinFor } from "./remoteScript";

/**
 * Scripts and their output in the shape that Run Command can carry. GetCommandInvocation brings back the first 24,000
 * characters of standard output and 8,000 of standard error (Systems Manager API, GetCommandInvocation), so what a
 * script prints stays on the host, compressed, and is fetched in pieces.
 */

/** Characters of base64 in one answer; a line of ours goes before them. */
export const pieceLength = 23_000;
/** Characters of standard error that come back: its end, which says why. */
const errorLength = 7_000;
/** Bytes of a script that is sent. AWS names no limit for a parameter's length; 64 KB is that of a document. */
const longestScript = 48 * 1024;
/** Seconds after which a host removes what nobody has fetched more of. */
const keptSeconds = 30;

export interface SentScript {
  /** Value of `commands` for the document AWS-RunShellScript. */
  command: string;
  /** Command that prints the output's piece from this character on, and with the last one removes it. */
  piece(offset: number, size: number): string;
}

/**
 * Whatever is in here can be read in SSM's history: no secrets.
 *
 * @throws RangeError for a script that Run Command would not take as it stands
 */
export function sentScript(
  script: string,
  args: string[],
  options: { timeout: number; stdin?: string | undefined },
): SentScript {
  const id = randomBytes(8).toString("hex");
  const directory = `/run/gwlb-inspection-command-${id}`;
  const end = `script-${id}`;
  // As hosts/lease.sh has it, which removes what a command that was killed has left.
  const prolong = (seconds: number): string =>
    `read -r now _ </proc/uptime; echo $((\${now%%.*} + ${seconds})) >"$directory/until.new"; mv "$directory/until.new" "$directory/until"`;
  const command = `set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 077
directory=${directory}
mkdir "$directory"
${prolong(Math.ceil(options.timeout) + keptSeconds)}
trap 'rm -rf "$directory"' EXIT
trap 'exit 143' INT TERM HUP
code=0
${commandFor(args, { timeout: options.timeout, sudo: false })} >"$directory/stdout" 2>"$directory/stderr" <<'${end}' || code=$?
${stdinFor(script, options.stdin)}${end}
tail -c ${errorLength} "$directory/stderr" >&2
gzip -c "$directory/stdout" | base64 -w 0 >"$directory/output"
size=$(wc -c <"$directory/output")
echo "output: $size"
head -c ${pieceLength} "$directory/output"
if [ "$size" -gt ${pieceLength} ]; then
  trap - EXIT
  rm "$directory/stdout" "$directory/stderr"
  # Whoever fetches the rest removes it. Should nobody come, it goes by itself.
  ${prolong(keptSeconds)}
  setsid sh -c 'while until=$(cat "$1/until" 2>/dev/null); do
    read -r now _ </proc/uptime
    [ "\${now%%.*}" -lt "$until" ] || rm -rf "$1"
    sleep 1
  done' sh "$directory" </dev/null >/dev/null 2>&1 &
fi
exit "$code"
`;
  if (Buffer.byteLength(command) > longestScript) {
    throw new RangeError(`a script of ${Buffer.byteLength(command)} bytes: expected at most ${longestScript}`);
  }
  // Systems Manager User Guide, "Referencing Parameter Store parameters": {{ssm:NAME}} is replaced in parameters, too.
  const reference = /\{\{\s*(ssm|ssm-secure)\s*:/.exec(command);
  if (reference !== null) throw new RangeError(`a script with "${reference[0]}", which SSM would replace`);
  return {
    command,
    piece: (offset, size) => {
      const last = offset + pieceLength >= size;
      return `set -eu
directory=${directory}
trap '${last ? 'rm -rf "$directory"' : ""}' EXIT
[ -r ${directory}/output ] || { echo "there is no ${directory}/output" >&2; exit 66; }
${prolong(keptSeconds)}
echo "output: ${size}"
tail -c +${offset + 1} ${directory}/output | head -c ${pieceLength}
`;
    },
  };
}

/** What {@link SentScript} makes a host print. @throws Error for anything else, as output that was cut off */
export function parseOutput(stdout: string): { size: number; piece: string } {
  const [, size, piece] = /^output: (\d+)\n([A-Za-z0-9+/=]*)\s*$/.exec(stdout) ?? [];
  if (size === undefined || piece === undefined) {
    throw new Error(`printed "${stdout.slice(0, 80)}" (${stdout.length} characters), expected its output in base64`);
  }
  return { size: Number(size), piece };
}

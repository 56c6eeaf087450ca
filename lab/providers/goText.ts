/** The words that Go programs use, for errors that read as the real plugin's. */

const ESCAPES: Record<string, string> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** A string as Go's `%q` prints it. */
export function goQuote(text: string): string {
  let quoted = "";
  for (const character of text) quoted += ESCAPES[character] ?? printable(character);
  return `"${quoted}"`;
}

function printable(character: string): string {
  // Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are.
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

const SIGNALS: Partial<Record<string, string>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGILL: "illegal instruction",
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGKILL: "killed",
  SIGUSR1: "user defined signal 1",
  SIGSEGV: "segmentation fault",
  SIGUSR2: "user defined signal 2",
  SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock",
  SIGTERM: "terminated",
};

/** How a local process ended, in the words of Go's `os/exec`. */
export function goExit(code: number | null, signal: string | null): string {
  return signal === null ? `exit status ${code ?? -1}` : `signal: ${SIGNALS[signal] ?? signal}`;
}

const ERRNO: Partial<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  E2BIG: "argument list too long",
};

/** The system's words for a Node error with an errno code; else the error's own message. */
export function goErrno(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return ERRNO[code] ?? error.message;
}

/** Why the work ended before it was done, in the words of Go's `context`. */
export function goContextError(signal: AbortSignal): string {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  return timedOut ? "context deadline exceeded" : "context canceled";
}

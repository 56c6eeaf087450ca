import { AccessError } from "./access";

/**
 * A host may print as much as it likes, and for ever. Taken is of standard output what a script may print, more is an error; of
 * standard error the end, which says why.
 */

/** Bytes of standard output, where a script has no bound of its own. */
export const longestOutput = 1024 * 1024;
/** Bytes of standard error. */
const longestErrors = 16 * 1024;

/** @param where the command and its host, as errors name them */
export function tooLong(where: string, longest: number): AccessError {
  return new AccessError("output-too-long", `${where} printed more than ${longest} bytes, expected at most these`);
}

/** Standard output as it comes. */
export class Output {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  constructor(readonly longest: number = longestOutput) {}

  /** @returns whether it is still of a length that is taken */
  add(data: Buffer): boolean {
    this.length += data.length;
    if (this.length > this.longest) return false;
    this.chunks.push(data);
    return true;
  }

  text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

/** Standard error as it comes. */
export class ErrorOutput {
  private end: Buffer = Buffer.alloc(0);

  add(data: Buffer): void {
    // A copy: a slice would keep all that came with it.
    this.end = Buffer.from(Buffer.concat([this.end, data.subarray(-longestErrors)]).subarray(-longestErrors));
  }

  text(): string {
    return this.end.toString("utf8");
  }
}

/** What a host said last: of standard output its result, of standard error why there is none. */
export function lastLine(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf("\n") + 1);
}

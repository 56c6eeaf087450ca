import { isUtf8 } from "node:buffer";
import { StringDecoder } from "node:string_decoder";

export type Stream = "stdout" | "stderr";
export type Logging = Stream | "stdoutAndStderr" | "none";

/** The real plugin reads lines with a scanner of this size (Go's `bufio.MaxScanTokenSize`). */
const MAX_LINE_BYTES = 64 * 1024;

/** What a command writes: kept for the outputs, and told line by line while it runs. */
export class CommandOutput {
  private readonly chunks: Record<Stream, Buffer[]> = { stdout: [], stderr: [] };
  private readonly both: Buffer[] = [];
  private readonly lines: Partial<Record<Stream, LineReader>> = {};

  /**
   * @param logging which streams are told; all are kept
   * @param onLine gets each line without its end
   */
  constructor(logging: Logging, onLine: (line: string) => void) {
    for (const stream of ["stdout", "stderr"] as const) {
      if (logging === stream || logging === "stdoutAndStderr") this.lines[stream] = new LineReader(onLine);
    }
  }

  /** @throws Error for a logged line that is so long that the real plugin would hang on it */
  add(stream: Stream, chunk: Buffer): void {
    this.chunks[stream].push(chunk);
    this.both.push(chunk);
    this.lines[stream]?.add(chunk);
  }

  /** Tells what came after the last line's end. */
  end(): void {
    this.lines.stdout?.end();
    this.lines.stderr?.end();
  }

  /**
   * All of a stream, without one newline at its end.
   *
   * @throws Error where it is no UTF-8, in the words of Go's gRPC, in which the real plugin's answer fails
   */
  text(stream: Stream): string {
    const bytes = Buffer.concat(this.chunks[stream]);
    if (!isUtf8(bytes)) throw new Error("grpc: error while marshaling: string field contains invalid UTF-8");
    return bytes.toString("utf8").replace(/\n$/, "");
  }

  /** Both streams in the order in which they came. */
  combined(): string {
    return Buffer.concat(this.both).toString("utf8");
  }
}

class LineReader {
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";

  constructor(private readonly onLine: (line: string) => void) {}

  add(chunk: Buffer): void {
    const lines = (this.rest + this.decoder.write(chunk)).split(/(?<=\n)/);
    this.rest = lines.at(-1)?.endsWith("\n") === false ? (lines.pop() ?? "") : "";
    for (const line of [...lines, this.rest]) {
      if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
        throw new Error(
          "the command wrote a line of more than 64 KiB; the real command plugin waits for ever on such a line: write shorter " +
            'lines, or set logging to "none"',
        );
      }
    }
    for (const line of lines) this.onLine(line.replace(/\r?\n$/, ""));
  }

  end(): void {
    const line = this.rest + this.decoder.end();
    this.rest = "";
    if (line !== "") this.onLine(line);
  }
}

import type { Listr as ListrClass, ListrTaskWrapper } from "listr2";
import type { RestoredState, StackEvent } from "../automation/index";
import { printable } from "../path/render/index";
import { changesInWords, inWords } from "./changes";
import { say } from "../verification/terminal";

export interface StackProgress {
  /** Whether what becomes of each stack is seen on a terminal already. */
  readonly isLive: boolean;
  onEvent: (event: StackEvent) => void;
  /** Awaits the work and ends the display, whatever becomes of it. */
  during<T>(work: Promise<T>): Promise<T>;
}

export interface ProgressOptions {
  /** Stacks that will report; they get a live display on a terminal. */
  stacks?: string[];
  /** Whether standard error is a terminal. @default what it is */
  terminal?: boolean;
  write?: (line: string) => void;
}

/** Progress of stacks on standard error: live on a terminal where the stacks are known, else one line per thing done. */
export function stackProgress(options: ProgressOptions = {}): StackProgress {
  const { stacks = [], terminal = process.stderr.isTTY } = options;
  return terminal && stacks.length > 0 ? new LiveProgress(stacks) : new PlainProgress(options.write);
}

/** What one event says, without its stack and time; undefined for what is not worth a line of its own. */
export function eventText(event: StackEvent): string | undefined {
  switch (event.kind) {
    case "resource-done":
      return event.operation === "same" ? undefined : `${inWords(event.operation)} ${resourceText(event)}`;
    case "resource-failed":
      return `failed to ${event.operation} ${resourceText(event)}`;
    case "diagnostic":
      return event.severity === "info" ? event.message.trim() : `${event.severity}: ${event.message.trim()}`;
    case "summary":
      return changesInWords(event.changes);
    case "finished":
      return event.outcome === "succeeded" ? undefined : finishedText(event);
    case "output":
      return event.line;
    case "recovered":
      return [
        "taking up what a killed run has left",
        ...event.unlocked.map((holder) => `removed the lock of ${holder}, which has ended`),
        ...(event.restored === undefined ? [] : restoredLines(event.restored)),
        ...event.pending.map(({ operation, urn }) => `unfinished, may exist: ${operation} ${urn}`),
      ].join("\n");
    case "cancelling":
      return "stopping; operations in flight are being finished";
    case "started":
    case "resource-started":
      return undefined;
  }
}

function restoredLines({ file, from, unsaved }: RestoredState): string[] {
  const how =
    from === "itself"
      ? `made ${file} loadable, which the run was about to replace`
      : `restored ${file} from its backup, one saved step older: what that step made may exist without being in the state`;
  return [how, ...unsaved.map((urn) => `not in the state, may exist: ${urn}`)];
}

function resourceText(event: { type: string; name: string; account?: string; seconds?: number }): string {
  const type = event.type.split(":").at(-1) ?? event.type;
  const account = event.account === undefined ? "" : ` in ${event.account}`;
  // Times below a second are the rule and say nothing.
  const seconds = event.seconds === undefined || event.seconds < 1 ? "" : ` (${event.seconds.toFixed(1)} s)`;
  return `${type} ${event.name}${account}${seconds}`;
}

/** The error itself is printed once, at the end, by whoever awaits the work. */
function finishedText({ outcome }: { outcome: string }): string {
  return outcome === "missing" ? "no such stack, nothing to do" : outcome;
}

class PlainProgress implements StackProgress {
  readonly isLive = false;

  constructor(private readonly write = say) {}

  onEvent = (event: StackEvent): void => {
    const text = eventText(event);
    if (text !== undefined) this.write(`${event.elapsed.toFixed(1).padStart(6)} s  ${event.stack}: ${text}`);
  };

  during<T>(work: Promise<T>): Promise<T> {
    return work;
  }
}

/** What the display shows of one stack. */
interface Row {
  task?: ListrTaskWrapper<unknown, never, never>;
  end: () => void;
  fail: (error: Error) => void;
  done: Promise<void>;
  settled: boolean;
  finished: number;
}

/** One line per stack with what it does at the moment. Warnings and the program's own lines follow at the end. */
class LiveProgress implements StackProgress {
  readonly isLive = true;
  private readonly rows = new Map<string, Row>();
  private readonly notes: string[] = [];

  constructor(stacks: string[]) {
    for (const stack of stacks) this.rows.set(stack, newRow());
  }

  onEvent = (event: StackEvent): void => {
    const row = this.rows.get(event.stack);
    const text = eventText(event);
    if (row === undefined) return;
    if (event.kind === "resource-done") row.finished++;
    if (row.task) {
      const running = event.kind === "resource-started" && event.operation !== "same";
      const line = running ? `${event.operation} ${resourceText(event)}` : text;
      if (line !== undefined) row.task.output = printable(`${row.finished} done · ${line.split("\n")[0] ?? ""}`);
      if (event.kind === "summary") row.task.title = `${event.stack}: ${changesInWords(event.changes)}`;
    }
    const warns = event.kind === "diagnostic" && event.severity !== "error";
    if (warns || event.kind === "output" || event.kind === "recovered") {
      this.notes.push(`${event.stack}: ${text ?? ""}`);
    }
    if (event.kind === "finished" && !row.settled) {
      row.settled = true;
      if (event.outcome === "missing" && row.task) row.task.title = `${event.stack}: ${finishedText(event)}`;
      if (row.task) row.task.title += ` (${event.elapsed.toFixed(1)} s)`;
      if (event.outcome === "succeeded" || event.outcome === "missing") row.end();
      else row.fail(new Error(finishedText(event)));
    }
  };

  async during<T>(work: Promise<T>): Promise<T> {
    // Loaded only where it is shown.
    const { Listr } = await import("listr2");
    const display = this.display(Listr);
    try {
      return await work;
    } finally {
      for (const row of this.rows.values()) if (!row.settled) row.end();
      await display;
      this.notes.forEach(say);
    }
  }

  private async display(Listr: typeof ListrClass): Promise<void> {
    const tasks = [...this.rows].map(([stack, row]) => ({
      title: stack,
      task: (_: unknown, task: unknown): Promise<void> => {
        row.task = task as NonNullable<Row["task"]>;
        return row.done;
      },
    }));
    const list = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is ours: it asks the engine to stop.
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: true },
    });
    await list.run();
  }
}

function newRow(): Row {
  let end = (): void => undefined;
  let fail: Row["fail"] = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  // Whoever shows the row sees the failure; until then it must not end the process.
  done.catch(() => undefined);
  return { end, fail, done, settled: false, finished: 0 };
}

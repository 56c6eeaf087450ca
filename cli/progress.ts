import type { ChangeCounts, StackEvent } from "../automation";

export interface StackProgress {
  onEvent: (event: StackEvent) => void;
  /** Awaits the work and ends the display, whatever becomes of it. */
  during<T>(work: Promise<T>): Promise<T>;
}

const past: Partial<Record<keyof ChangeCounts, string>> = {
  same: "unchanged",
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
};

/** `security: 63 created, 2 unchanged`, for people and for logs. */
function changesInWords(changes: ChangeCounts): string {
  const parts = Object.entries(changes).flatMap(([operation, count]) => {
    const word = past[operation as keyof ChangeCounts];
    return word === undefined || count === 0 ? [] : [`${count} ${word}`];
  });
  return parts.join(", ") || "nothing to do";
}

/** One line for each thing that happened, on standard error. */
export function stackProgress(write = (line: string): void => void process.stderr.write(`${line}\n`)): StackProgress {
  const say = ({ stack, elapsed }: StackEvent, text: string): void =>
    write(`${elapsed.toFixed(1).padStart(6)} s  ${stack}: ${text}`);
  return {
    onEvent: (event) => {
      switch (event.kind) {
        case "resource-done":
          if (event.operation !== "same") {
            say(
              event,
              `${past[event.operation] ?? event.operation} ${event.type.split(":").at(-1) ?? ""} ${event.name}`,
            );
          }
          return;
        case "resource-failed":
          say(event, `failed to ${event.operation} ${event.type.split(":").at(-1) ?? ""} ${event.name}`);
          return;
        case "diagnostic":
          say(event, event.severity === "info" ? event.message.trim() : `${event.severity}: ${event.message.trim()}`);
          return;
        case "summary":
          say(event, `${changesInWords(event.changes)} in ${event.seconds.toFixed(1)} s`);
          return;
        case "finished":
          if (event.outcome !== "succeeded") say(event, event.outcome);
          return;
        case "output":
          say(event, event.line);
          return;
        case "cancelling":
          say(event, "stopping; operations in flight are being finished");
          return;
        case "started":
        case "resource-started":
      }
    },
    during: (work) => work,
  };
}

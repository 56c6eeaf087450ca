import type { StackEventBody } from "./events";
import type { FromWorker } from "./messages";

/** A worker's side of the talk with the process that started it. */
export class FromWorkerChannel {
  /** Set once the run was asked to stop. */
  cancelled = false;

  /** Resolves when the message has left; without a listener it goes nowhere. */
  send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, () => resolve());
    });
  }

  event(event: StackEventBody): void {
    void this.send({ kind: "event", event });
  }
}

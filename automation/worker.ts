import * as nodeModule from "node:module";
import { FromWorkerChannel } from "./workerChannel";
import { runJob } from "./runJob";
import type { ToWorker } from "./messages";

/**
 * The process of one stack's run. It leads a process group of its own, so that Ctrl-C on the terminal reaches it and
 * its engine only through the process that started it; when that one dies, the engine is stopped as by Ctrl-C.
 */
function main(): void {
  // Loading @pulumi/aws takes over a second of compiling; Node keeps the result where it can (22.8 and later).
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
  const channel = new FromWorkerChannel();
  let running = false;

  // The engine is in our group and gets the signal that we send to the group; we go on until it has ended.
  process.on("SIGINT", () => undefined);
  const cancel = (): void => {
    if (!running) process.exit(1);
    channel.cancelled = true;
    channel.event({ kind: "cancelling" });
    process.kill(-process.pid, "SIGINT");
  };
  process.on("disconnect", cancel);
  process.on("SIGTERM", cancel);

  process.on("message", (message: ToWorker) => {
    if (message.kind === "cancel") return cancel();
    if (running) return;
    running = true;
    void runJob(message.job, channel)
      .then((answer) => channel.send(answer))
      .finally(() => process.exit(0));
  });
  void channel.send({ kind: "ready" });
}

main();

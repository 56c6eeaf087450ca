import type { GatewayCommand, GatewayEvent } from "./config";
import { Gateway } from "./gateway";

/** The gateway process: commands come and events go over Node's IPC channel. It ends with its parent. */
function main(): void {
  if (process.send === undefined) {
    process.stderr.write("lab/gateway/main: expected to be started with an IPC channel, as startGateway() does\n");
    process.exit(64);
  }
  const emit = (event: GatewayEvent): void => {
    // Without a parent there is nobody to tell, and "disconnect" is on its way.
    if (process.connected) process.send?.(event, undefined, undefined, () => undefined);
  };
  const gateway = new Gateway(emit);
  process.on("exit", () => gateway.interrupt());

  const handle = async (command: GatewayCommand): Promise<void> => {
    switch (command.kind) {
      case "config":
        try {
          emit({ kind: "configured", request: command.request, opened: await gateway.configure(command.config) });
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          emit({ kind: "configured", request: command.request, opened: [], error: message });
        }
        return;
      case "counters":
        emit({ kind: "counters", counters: gateway.counters() });
        return;
      case "shutdown":
        await gateway.close();
        process.exit(0);
    }
  };
  // One after the other: a config is carried out before the next one is looked at.
  let last = Promise.resolve();
  const enqueue = (command: GatewayCommand): void => {
    last = last.then(() => handle(command));
  };
  process.on("message", (command: GatewayCommand) => enqueue(command));
  process.on("disconnect", () => enqueue({ kind: "shutdown" }));
  // Ctrl-C reaches the whole process group: it is the parent that decides when to end.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => enqueue({ kind: "shutdown" }));
  emit({ kind: "ready" });
}

main();

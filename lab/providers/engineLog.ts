import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export type Severity = "debug" | "info" | "warning" | "error";

const SEVERITIES: Record<Severity, LogSeverity> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/**
 * What a provider says through the engine's own log, in the order in which it was said. The engine is told of at Handshake
 * and Attach; a log without an engine drops everything.
 */
export class EngineLog {
  private client: EngineClient | undefined;
  private address = "";
  private last: Promise<void> = Promise.resolve();

  /** @param address host:port of the engine that opened the connection */
  attach(address: string): void {
    if (address === this.address || address === "") return;
    this.client?.close();
    this.address = address;
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  /** A status message (`ephemeral`) is shown while the resource is worked on, and not kept in the summary. */
  write(severity: Severity, message: string, urn: string, ephemeral: boolean): void {
    const client = this.client;
    if (client === undefined) return;
    const request = new LogRequest();
    request.setSeverity(SEVERITIES[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    this.last = this.last.then(
      () =>
        new Promise<void>((resolve) => {
          // A log line that does not arrive must not fail the resource; the engine may be gone by now.
          client.log(request, () => resolve());
        }),
    );
  }

  /** Resolves when all that was written has arrived, or could not. */
  flushed(): Promise<void> {
    return this.last;
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
    this.address = "";
  }
}

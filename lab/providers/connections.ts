import { EngineLog } from "./engineLog";
import type { ProviderInstance } from "./providerBackend";
import type { Properties } from "./struct";

interface Connection {
  log: EngineLog;
  cancelled: AbortController;
  instance?: ProviderInstance;
}

/**
 * The connections that engines have opened, by peer address. The engine opens one per provider instance and configures
 * that instance on it, so the peer says which one a call is for.
 */
export class Connections {
  private readonly byPeer = new Map<string, Connection>();
  private running = 0;
  private waiting: (() => void)[] = [];

  /** A new connection. A peer that is known already has gone, and its port is used again. */
  open(peer: string): Connection {
    this.byPeer.get(peer)?.log.close();
    const connection = { log: new EngineLog(), cancelled: new AbortController() };
    this.byPeer.set(peer, connection);
    return connection;
  }

  of(peer: string): Connection {
    return this.byPeer.get(peer) ?? this.open(peer);
  }

  configure(peer: string, urn: string, name: string, config: Properties): void {
    const connection = this.of(peer);
    connection.instance = { urn, name, config, log: connection.log };
  }

  /** @throws Error when the engine did not configure this provider first */
  configured(peer: string): { instance: ProviderInstance; cancelled: AbortSignal } {
    const { instance, cancelled } = this.of(peer);
    if (instance === undefined) throw new Error(`the provider on connection ${peer} was not configured`);
    return { instance, cancelled: cancelled.signal };
  }

  /** Aborts what is under way on this connection, and all that comes later. */
  cancel(peer: string): void {
    this.of(peer).cancelled.abort();
  }

  /** Counts a call until the returned function is called. */
  begin(): () => void {
    this.running += 1;
    return () => {
      this.running -= 1;
      if (this.running > 0) return;
      for (const resolve of this.waiting) resolve();
      this.waiting = [];
    };
  }

  /** Resolves when no call is under way. */
  idle(): Promise<void> {
    return this.running === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Aborts everything on every connection. */
  abort(): void {
    for (const { cancelled } of this.byPeer.values()) cancelled.abort();
  }

  close(): void {
    for (const { log } of this.byPeer.values()) log.close();
    this.byPeer.clear();
  }
}

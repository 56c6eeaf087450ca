import type { Server } from "node:net";
import type { CloudSnapshot } from "../cloud/core/records";
import { attachments } from "./attachment";
import { listenWithin } from "./namespaceSockets";

/** TCP port of AWS's APIs. */
export const apiPort = 443;

/**
 * The far side of interface endpoints: each address takes connections on port 443, as the service behind it would. What
 * is said there is not AWS's: whether a host gets so far is all that a lab can tell.
 */
export class EndpointListeners {
  private readonly servers = new Map<string, Server>();

  /** Closes what is no longer wanted. Before namespaces are removed: a socket would keep its own alive. */
  release(snapshot: CloudSnapshot): void {
    const wanted = places(snapshot);
    for (const [key, server] of this.servers) {
      if (wanted.has(key)) continue;
      server.close();
      this.servers.delete(key);
    }
  }

  /** Opens what is missing. Namespaces and addresses must be there. */
  open(snapshot: CloudSnapshot): void {
    for (const [key, { namespace, address }] of places(snapshot)) {
      if (!this.servers.has(key)) this.servers.set(key, listenWithin(namespace, address, apiPort));
    }
  }
}

function places(snapshot: CloudSnapshot): Map<string, { namespace: string; address: string }> {
  return new Map(
    attachments(snapshot)
      .filter(({ kind }) => kind === "vpcEndpoint")
      .map(({ namespace, eni: { privateIpAddress: address } }) => [`${namespace} ${address}`, { namespace, address }]),
  );
}

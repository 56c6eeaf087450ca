import Table from "cli-table3";
import type { FabricEntry } from "../fabric/inspect";
import type { GatewayCounters } from "../gateway/config";

/** AWS id ↔ namespace ↔ link ↔ address, for people. */
export function fabricTable(entries: FabricEntry[]): string {
  const table = new Table({
    head: ["kind", "name", "id", "account", "AZ ID", "namespace", "link", "ENI", "address"],
    style: { head: [], border: [] },
  });
  for (const {
    kind,
    name,
    id,
    accountId,
    azId,
    namespace,
    link,
    address,
    publicAddress,
    networkInterfaceId,
  } of entries) {
    const addresses = [address, publicAddress].filter((each) => each !== undefined).join("\n");
    const eni = networkInterfaceId ?? "";
    table.push([kind, name ?? "", id, accountId, azId ?? "", namespace, link ?? "", eni, addresses]);
  }
  return table.toString();
}

/** Packets per gateway: what came in from both sides, and what became of it. */
export function countersTable(gateways: Record<string, GatewayCounters>): string {
  const table = new Table({
    head: ["load balancer", "from endpoints", "to targets", "from targets", "to endpoints", "held", "dropped", "flows"],
    style: { head: [], border: [] },
  });
  for (const [id, { received, forwarded, fromTargets, returned, held, dropped, flows }] of Object.entries(gateways)) {
    const reasons = Object.entries(dropped).map(([reason, packets]) => `${reason} ${packets}`);
    table.push([id, received, forwarded, fromTargets, returned, held, reasons.join("\n"), flows]);
  }
  return table.toString();
}

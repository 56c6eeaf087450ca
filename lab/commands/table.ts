import { columns, type View } from "gwlb-inspection/cli";
import type { FabricEntry } from "../fabric/inspect";
import type { GatewayCounters } from "../gateway/config";

/** AWS id ↔ namespace ↔ link ↔ address, for people. */
export function fabricTable(entries: FabricEntry[], view: View): string {
  const rows = entries.map(
    ({ kind, name, id, accountId, azId, namespace, link, address, publicAddress, networkInterfaceId }) => [
      ...[kind, name ?? "", id, accountId, azId ?? "", namespace, link ?? "", networkInterfaceId ?? ""],
      [address, publicAddress].filter((each) => each !== undefined),
    ],
  );
  return columns(["kind", "name", "id", "account", "AZ ID", "namespace", "link", "ENI", "address"], rows, view, 3);
}

/** Packets per gateway: what came in from both sides, and what became of it. */
export function countersTable(gateways: Record<string, GatewayCounters>, view: View): string {
  const rows = Object.entries(gateways).map(
    ([id, { received, forwarded, fromTargets, returned, held, dropped, flows }]) => [
      ...[id, received, forwarded, fromTargets, returned, held, flows],
      Object.entries(dropped).map(([reason, packets]) => `${reason} ${packets}`),
    ],
  );
  const head = ["load balancer", "from endpoints", "to targets", "from targets", "to endpoints", "held", "flows"];
  return columns([...head, "dropped"], rows, view, 1);
}

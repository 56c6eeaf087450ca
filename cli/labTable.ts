import Table from "cli-table3";
import type { FabricEntry } from "../lab/fabric/inspect";

/** AWS id ↔ namespace ↔ link ↔ address, for people. */
export function fabricTable(entries: FabricEntry[]): string {
  const table = new Table({
    head: ["kind", "name", "id", "account", "AZ ID", "namespace", "link", "address"],
    style: { head: [], border: [] },
  });
  for (const { kind, name, id, accountId, azId, namespace, link, address, publicAddress } of entries) {
    const addresses = [address, publicAddress].filter((each) => each !== undefined).join("\n");
    table.push([kind, name ?? "", id, accountId, azId ?? "", namespace, link ?? "", addresses]);
  }
  return table.toString();
}

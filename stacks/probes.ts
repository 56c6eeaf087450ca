import type { HostProbe } from "../components/testHost";
import { contains, parseAddress, parseCidr } from "../path/net/cidr";
import { probeOf } from "../path/proof/probes/index";
import type { SystemConfig } from "./config/index";

type Probed = Pick<SystemConfig["verification"], "destinations">;

/** What sources may send beside pings: each probe to its destination alone. */
export function probesFromSources({ destinations }: Probed): HostProbe[] {
  return destinations.flatMap(({ address, probe }) => {
    const { protocol } = probeOf(probe);
    return protocol === "icmp" ? [] : [{ ...protocol, cidr: `${address}/32` }];
  });
}

/** What a host in a destination subnet is to take of them. */
export function probesInto(subnet: string, sources: string[], verification: Probed): HostProbe[] {
  const cidr = parseCidr(subnet);
  const here = verification.destinations.filter(({ address }) => contains(cidr, parseAddress(address)));
  const ports = new Map(
    probesFromSources({ destinations: here }).map((each) => [`${each.protocol} ${each.port}`, each]),
  );
  return [...ports.values()].flatMap((each) => sources.map((source) => ({ ...each, cidr: source })));
}

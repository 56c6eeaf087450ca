import type { PortProbe } from "../pathReport";
import { ping } from "./ping";
import type { Probe } from "./probe";
import { tcp } from "./tcp";
import { udp } from "./udp";

/** Every probe that is chosen by its name and a port; by default it is ping. A new one is registered here. */
const byPort: Record<string, (port: number) => Probe> = { tcp, udp };

export const probeProtocols = Object.keys(byPort);

/** @throws RangeError when there is no such probe */
export function probeOf(chosen: PortProbe | undefined): Probe {
  if (chosen === undefined) return ping;
  const make = Object.hasOwn(byPort, chosen.protocol) ? byPort[chosen.protocol] : undefined;
  if (make === undefined) {
    throw new RangeError(`probe "${chosen.protocol}": expected one of ${probeProtocols.join(", ")}`);
  }
  return make(chosen.port);
}

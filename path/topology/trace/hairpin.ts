import { genevePort } from "../../net/geneve";
import { unwrapped } from "../headers";
import { betweenSubnets, throughGroups } from "./filters";
import { geneveDatagram, staysLocal, type GenevePath } from "./genevePath";
import { isAppliance, isKnown, type Instance } from "../model";
import type { Walk } from "./walk";

/** The target gets a packet and, as far as its set-up goes, sends it straight back. @returns whether it is back at the GWLB */
export function sendBack(walk: Walk, path: GenevePath): boolean {
  const { gatewayAddress, gatewaySubnet, targetAddress, targetSubnet, eni, instance, at } = path;
  walk.see("seenIn");
  walk.targetIds.push(instance.id);
  if (!forwards(walk, path, instance)) return false;
  const { outer, ...inner } = walk.header;
  const rule = `-s ${gatewayAddress} -d ${targetAddress} DNAT to ${gatewayAddress}:${genevePort}, MASQUERADE`;
  walk.see("seenOut");
  walk.pass(
    at.target,
    instance.hairpin === undefined
      ? { kind: "delivery", text: "sent back by GENEVE, as an appliance does" }
      : { kind: "hairpin-rule", text: rule },
    {
      out: {
        ...inner,
        outer: {
          ...outer,
          source: targetAddress,
          destination: gatewayAddress,
          sourcePort: outer?.sourcePort ?? { unknown: true },
          destinationPort: genevePort,
        },
      },
    },
  );
  // Its ports are those of the request, not swapped: to the security group it is a flow of its own.
  const datagram = geneveDatagram(targetAddress, gatewayAddress);
  if (!throughGroups(walk, eni, "egress", datagram, { address: gatewayAddress })) return false;
  if (!staysLocal(walk, targetSubnet, datagram)) return false;
  if (!betweenSubnets(walk, targetSubnet, gatewaySubnet, datagram)) return false;
  walk.pass(at.gateway, { kind: "delivery", text: "GENEVE taken off" }, { out: unwrapped(walk.header) });
  return true;
}

function forwards(walk: Walk, { gatewayAddress, at }: GenevePath, instance: Instance): boolean {
  const { hairpin, name } = instance;
  if (isAppliance(instance)) {
    walk.assumptions.add(`${name} sends back what it gets from the GWLB: what runs on it cannot be read`);
    return true;
  }
  if (hairpin === undefined || !isKnown(hairpin.gatewayAddresses)) {
    walk.giveUp(at.target, "TARGET_SETUP_UNKNOWN", `no set-up of ${name} was reported`);
    return false;
  }
  if (hairpin.ipForward === false) {
    walk.drop(at.target, "IP_FORWARDING_OFF", "net.ipv4.ip_forward = 0");
    return false;
  }
  if (!isKnown(hairpin.ipForward))
    walk.assumptions.add(`${name} forwards packets (its set-up switches it on and fails otherwise)`);
  if (!hairpin.gatewayAddresses.includes(gatewayAddress)) {
    const known = hairpin.gatewayAddresses.join(", ") || "no address";
    walk.drop(at.target, "HAIRPIN_RULE_MISSING", `from ${gatewayAddress}; rules for ${known}`);
    return false;
  }
  return true;
}

import { unknown, type Hairpin, type Instance, type NetworkInterface, type OrUnknown, type Subnet } from "../model";
import {
  flagOrUnknown,
  jsonObject,
  knownNumber,
  knownText,
  objects,
  textOrUnknown,
  texts,
  textsOrUnknown,
  type Properties,
} from "./properties";
import { byId, componentOf, type Read, type StateReader } from "./stateReader";

/** Instances, their network interfaces, and what their set-up as inspection targets reported. */
export function readInstances(
  states: StateReader,
  subnets: Record<string, Subnet>,
): { instances: Record<string, Instance>; networkInterfaces: Record<string, NetworkInterface> } {
  const reports = hairpinReports(states);
  const networkInterfaces: NetworkInterface[] = [];
  const instances = states.of("aws:ec2/instance:Instance").map((state): Instance => {
    const { properties } = state;
    const subnetId = knownText(properties, "subnetId") ?? "";
    const vpcId = subnets[subnetId]?.vpcId ?? "";
    // Without its id it is still there.
    const networkInterfaceId = knownText(properties, "primaryNetworkInterfaceId") ?? `${state.id}:eth0`;
    const address = textOrUnknown(properties, "privateIp");
    const component = componentOf(state);
    networkInterfaces.push({
      ...component,
      id: networkInterfaceId,
      vpcId,
      subnetId,
      address,
      publicAddress: publicAddress(properties),
      ...ipv6Addresses(properties),
      securityGroupIds: texts(properties, "vpcSecurityGroupIds"),
      sourceDestCheck: flagOrUnknown(properties, "sourceDestCheck"),
      owner: { kind: "instance", id: state.id },
    });
    const hairpin = reports.get(state.id);
    return {
      ...component,
      vpcId,
      subnetId,
      networkInterfaceId,
      address,
      state: textOrUnknown(properties, "instanceState"),
      ...(hairpin !== undefined && { hairpin }),
    };
  });
  return {
    instances: byId(instances),
    networkInterfaces: byId([...furtherInterfaces(states, subnets), ...networkInterfaces]),
  };
}

/** Those with a state of their own that are attached to an instance. Of its first one the instance's state tells more. */
function furtherInterfaces(states: StateReader, subnets: Record<string, Subnet>): NetworkInterface[] {
  const attached = new Map(
    states
      .of("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment")
      .map(({ properties }) => [knownText(properties, "networkInterfaceId"), knownText(properties, "instanceId")]),
  );
  return states.of("aws:ec2/networkInterface:NetworkInterface").flatMap((state): NetworkInterface[] => {
    const { properties } = state;
    const [attachment = {}] = objects(properties, "attachments");
    const instanceId = attached.get(state.id) ?? knownText(attachment, "instance");
    if (instanceId === undefined) return [];
    const subnetId = knownText(properties, "subnetId") ?? "";
    return [
      {
        ...componentOf(state),
        vpcId: subnets[subnetId]?.vpcId ?? "",
        subnetId,
        address: textOrUnknown(properties, "privateIp"),
        // An Elastic IP is a state of its own.
        publicAddress: unknown,
        ...ipv6Addresses(properties),
        securityGroupIds: texts(properties, "securityGroups"),
        sourceDestCheck: flagOrUnknown(properties, "sourceDestCheck"),
        owner: { kind: "instance", id: instanceId },
      },
    ];
  });
}

/** Those that are listed; of a number that is asked for before AWS has chosen any, one that is unknown. */
function ipv6Addresses(properties: Properties): { ipv6Addresses?: OrUnknown<string>[] } {
  const listed = textsOrUnknown(properties, "ipv6Addresses");
  const isCounted = (knownNumber(properties, "ipv6AddressCount") ?? 0) > 0;
  const found = listed.length === 0 && isCounted ? [unknown] : listed;
  return found.length === 0 ? {} : { ipv6Addresses: found };
}

function publicAddress(properties: Properties): OrUnknown<string> {
  const address = properties["publicIp"];
  if (address === undefined) return properties["associatePublicIpAddress"] === true ? unknown : "";
  return address === "" ? "" : textOrUnknown(properties, "publicIp");
}

/**
 * The last line of `hosts/hairpin.sh` by instance id. Of the command its output may be a secret, as everything is that came over a
 * connection with a key; the component's own output is none.
 */
function hairpinReports(states: StateReader): Map<string, Hairpin> {
  const results = new Map(
    states.of("gwlb-inspection:index:Hairpin").map(({ urn, properties }) => [urn, knownText(properties, "result")]),
  );
  const reports = new Map<string, Hairpin>();
  for (const command of [...states.of("command:remote:Command"), ...states.of("command:local:Command")]) {
    // A trigger: a new instance is set up anew.
    const [instanceId] = texts(command.properties, "triggers");
    if (instanceId === undefined || !isHairpin(command, results)) continue;
    const text = knownText(command.properties, "stdout") ?? results.get(command.parent ?? "");
    reports.set(instanceId, hairpinOf(text));
  }
  return reports;
}

/** The one that sets the host up has its component's name; by ssh there is another, which waits until the host is reachable. */
function isHairpin({ parent, urn }: Read, components: ReadonlyMap<string, unknown>): boolean {
  return parent !== undefined && components.has(parent) && lastPart(urn) === lastPart(parent);
}

function lastPart(urn: string): string {
  return urn.slice(urn.lastIndexOf("::"));
}

function hairpinOf(text: string | undefined): Hairpin {
  const report = text === undefined ? undefined : jsonObject(text.trim().split("\n").at(-1) ?? "");
  if (report === undefined) return { interface: unknown, gatewayAddresses: unknown, ipForward: unknown };
  return {
    interface: textOrUnknown(report, "interface"),
    gatewayAddresses: Array.isArray(report["gateways"]) ? texts(report, "gateways") : unknown,
    ipForward: flagOrUnknown(report, "ipForward"),
  };
}

import { formatAddress, parseCidr } from "../net/cidr";
import { unknown, type Instance, type NetworkInterface, type SecurityGroup, type Subnet, type Topology } from "./model";

const openGroup = "any-traffic";

/**
 * The topology with a host in each of these subnets that need not exist: its id is the subnet's, its security group lets everything
 * through, it has a public address. What becomes of its packets is up to routes, network ACLs and gateways alone.
 */
export function withHosts(topology: Topology, subnetIds: readonly string[]): Topology {
  const subnets = subnetIds.flatMap((id) => topology.subnets[id] ?? []);
  const taken = new Map<string, Set<unknown>>();
  for (const { vpcId, address } of Object.values(topology.networkInterfaces)) {
    taken.set(vpcId, (taken.get(vpcId) ?? new Set()).add(address));
  }
  const hosts = subnets.flatMap((subnet) => hostOf(subnet, taken.get(subnet.vpcId) ?? new Set()));
  const interfaces = hosts.map(({ eni }) => [eni.id, eni] as const);
  const instances = hosts.map(({ instance }) => [instance.id, instance] as const);
  return {
    ...topology,
    instances: { ...topology.instances, ...Object.fromEntries(instances) },
    networkInterfaces: { ...topology.networkInterfaces, ...Object.fromEntries(interfaces) },
    securityGroups: { ...topology.securityGroups, [openGroup]: openGroupRecord },
  };
}

/** None in a subnet that has no address left, or whose CIDR is none of IPv4. */
function hostOf(subnet: Subnet, taken: ReadonlySet<unknown>): { instance: Instance; eni: NetworkInterface }[] {
  if (subnet.cidrBlock === "") return [];
  const { first, last } = parseCidr(subnet.cidrBlock);
  // AWS keeps the first four and the last.
  let address = first + 4;
  while (address < last && taken.has(formatAddress(address))) address++;
  if (address >= last) return [];
  const { id, vpcId, accountId, region } = subnet;
  const own = { id, name: `any host in ${subnet.name}`, accountId, region, vpcId, subnetId: id };
  const networkInterfaceId = `eni of any host in ${id}`;
  return [
    {
      instance: { ...own, networkInterfaceId, address: formatAddress(address), state: "running" },
      eni: {
        ...own,
        id: networkInterfaceId,
        address: formatAddress(address),
        publicAddress: unknown,
        securityGroupIds: [openGroup],
        sourceDestCheck: true,
        owner: { kind: "instance", id },
      },
    },
  ];
}

const openGroupRecord: SecurityGroup = {
  id: openGroup,
  name: "any traffic",
  accountId: unknown,
  region: unknown,
  vpcId: "",
  rules: (["ingress", "egress"] as const).map((direction) => ({
    id: "",
    name: "any",
    direction,
    protocol: "-1",
    fromPort: -1,
    toPort: -1,
    peer: { kind: "cidr", cidr: "0.0.0.0/0" },
  })),
};

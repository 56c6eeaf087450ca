import type { GatewayConfig } from "../../../lab/gateway/config";
import { link } from "./world";

/** Addresses and links of the scenario: a security VPC of two AZs, and two consumers whose addresses are the same. */

export const azA = "apne1-az4";
export const azB = "apne1-az1";
export const gatewayAddress = { [azA]: "10.1.1.5", [azB]: "10.1.2.5" } as const;
export const endpoints = [
  { id: "vpce-01111111111111111", azId: azA, tun: "gwlbe-a", router: "router-1" },
  { id: "vpce-02222222222222222", azId: azB, tun: "gwlbe-b", router: "router-2" },
] as const;
export const targets = {
  a: { id: "i-a", address: "10.1.1.10", port: 6081, azId: azA, state: "registered" },
  b: { id: "i-b", address: "10.1.2.10", port: 6081, azId: azB, state: "registered" },
} satisfies Record<string, GatewayConfig["targets"][number]>;

export function baseConfig(attributes: Partial<GatewayConfig["attributes"]> = {}): GatewayConfig {
  return {
    loadBalancerArn: "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/gwy/test/0123456789abcdef",
    enis: Object.entries(gatewayAddress).map(([azId, address]) => ({ azId, address })),
    endpoints: endpoints.map(({ id, azId, tun }) => ({ id, azId, tun })),
    targets: [targets.a, targets.b],
    attributes: {
      crossZone: false,
      stickiness: "five-tuple",
      failover: "no_rebalance",
      tcpIdleTimeout: 60,
      idleTimeout: 60,
      ...attributes,
    },
    healthCheck: { protocol: "TCP", port: 80, interval: 0.1, timeout: 0.5, healthyThreshold: 2, unhealthyThreshold: 2 },
  };
}

export const crossZone = (attributes: Partial<GatewayConfig["attributes"]> = {}): GatewayConfig =>
  baseConfig({ crossZone: true, ...attributes });

/** Source 10.9.1.10 and destination 10.9.2.10 with a router between them that sends both directions into the TUN. */
const consumer = (index: number): string[] => {
  const [router, source, destination] = [`router-${index}`, `source-${index}`, `destination-${index}`];
  return [
    ...[router, source, destination].flatMap((name) => [`netns add ${name}`, `-n ${name} link set lo up`]),
    ...link(router, "src", source, "eth0"),
    ...link(router, "dst", destination, "eth0"),
    `-n ${router} addr add 10.9.1.1/24 dev src`,
    `-n ${router} addr add 10.9.2.1/24 dev dst`,
    `-n ${source} addr add 10.9.1.10/24 dev eth0`,
    `-n ${destination} addr add 10.9.2.10/24 dev eth0`,
    `-n ${source} route add default via 10.9.1.1`,
    `-n ${destination} route add default via 10.9.2.1`,
    `-n ${router} rule add iif src lookup 100`,
    `-n ${router} rule add iif dst lookup 100`,
    `netns exec ${router} sysctl --quiet --write net.ipv4.ip_forward=1`,
  ];
};

const security = ["gwlb", "target-a", "target-b"];

/** Commands for `World.ip`. */
export const wholeNetwork = [
  ...["net", ...security].flatMap((name) => [`netns add ${name}`, `-n ${name} link set lo up`]),
  "-n net link add name bridge0 mtu 9001 type bridge",
  "-n net link set bridge0 up",
  ...security.flatMap((name) => [...link("net", name, name, "eth0"), `-n net link set ${name} master bridge0`]),
  ...Object.values(gatewayAddress).map((address) => `-n gwlb addr add ${address}/16 dev eth0`),
  `-n target-a addr add ${targets.a.address}/16 dev eth0`,
  `-n target-b addr add ${targets.b.address}/16 dev eth0`,
  ...["target-a", "target-b"].map((name) => `netns exec ${name} sysctl --quiet --write net.ipv4.ip_forward=1`),
  ...consumer(1),
  ...consumer(2),
];

/** What the two iptables rules per gateway address of a hairpin target say, as nftables. */
export function hairpinRules(address: string, gateways: readonly string[]): string {
  const lines = (rule: (gateway: string) => string): string => gateways.map(rule).join("\n");
  return `
flush ruleset
table ip nat {
  chain prerouting {
    type nat hook prerouting priority dstnat
    ${lines((gateway) => `ip saddr ${gateway} ip daddr ${address} udp dport 6081 dnat to ${gateway}:6081`)}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    ${lines((gateway) => `ip saddr ${gateway} ip daddr ${gateway} udp dport 6081 masquerade`)}
  }
}`;
}

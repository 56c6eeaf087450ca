import type { Case } from "./batch";
import type { AclEntrySpec, ConsumerSpec, HubSpec, RouteSpec, TargetSpec, TopologySpec, VpcSpec } from "./spec";

/**
 * What trace and packets once did not agree on, as small as the difference allows, and what they always agreed on for
 * comparison.
 */

const order = Array.from({ length: 16 }, (_, index) => index);
const vpc = (base: string): VpcSpec => ({ base, prefixLength: 16, order });

const target: TargetSpec = { zone: 0, besideGateway: false, registered: true, web: true, forwards: true };

const hub: HubSpec = {
  vpc: vpc("10.1.0.0"),
  zones: ["apne1-az4"],
  crossZone: false,
  stickiness: "none",
  listener: true,
  targets: [target],
};

const consumer: ConsumerSpec = {
  vpc: vpc("10.64.0.0"),
  sourceZone: 0,
  destinationZone: 1,
  destinationIn: "own",
  sourceIn: "own",
  bystander: false,
  endpoints: [{ zone: 0, rejected: false }],
  onMainTable: [],
  there: 0,
  back: 0,
  chained: false,
  routes: [],
  principalRemoved: false,
};

const topology = (hubChange: Partial<HubSpec>, consumerChange: Partial<ConsumerSpec> = {}): TopologySpec => ({
  hub: { ...hub, ...hubChange },
  consumers: [{ ...consumer, ...consumerChange }],
});

const deny: AclEntrySpec = { direction: "egress", action: "deny", protocol: "-1", peer: "anywhere" };
const toInternet: Omit<RouteSpec, "table" | "target"> = {
  tableNumber: 0,
  destination: "internet",
  targetNumber: 0,
  byHand: true,
};

export const fixedCases: readonly Case[] = [
  { name: "inspected both ways", spec: topology({}) },
  {
    name: "a target in each of two AZs",
    spec: topology({ zones: ["apne1-az4", "apne1-az1"], targets: [target, { ...target, zone: 1 }] }),
  },
  // The lab had no device for the endpoints of a GWLB without a listener: packets never entered them.
  { name: "no listener", spec: topology({ listener: false }) },
  // The trace ended at the route table, the packets at the interface that the route leads to.
  {
    name: "the target's subnet leads the GWLB's over an interface",
    spec: topology({ targets: [{ ...target, detour: { zone: 0, over: "itself" } }] }),
  },
  // The lab let a reference to a group match behind an endpoint, too.
  {
    name: "the destination lets in the source's group, behind an endpoint",
    spec: topology({}, { destinationRules: [{ direction: "ingress", protocol: "-1", ports: "all", peer: "group" }] }),
  },
  // The trace had packets pass the network ACLs that stand before the interface a route leads to.
  {
    name: "a network ACL before the instance that the route to the internet leads to",
    spec: topology(
      {},
      {
        vpc: { ...vpc("10.64.0.0"), acl: { entries: [deny], allowsRest: false } },
        destinationZone: 0,
        internet: "direct",
        routes: [{ ...toInternet, table: "source", target: "destination" }],
      },
    ),
  },
  {
    name: "a network ACL before the target that another one's subnet leads the GWLB's over",
    spec: topology({
      vpc: { ...vpc("10.1.0.0"), acl: { entries: [{ ...deny, protocol: "udp", peer: "first" }], allowsRest: true } },
      zones: ["apne1-az4", "apne1-az1"],
      targets: [
        { ...target, zone: 1, registered: false },
        { ...target, detour: { zone: 0, over: "other" } },
      ],
    }),
  },
];

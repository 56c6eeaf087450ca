import * as fc from "fast-check";

/**
 * A topology as dice fell: a hub with a GWLB and its targets, and consumers behind it. Everything is told by role, and numbers
 * count modulo what there is, so that every spec can be built. Plain data: a case that once failed is kept as it is.
 */
export interface TopologySpec {
  hub: HubSpec;
  consumers: ConsumerSpec[];
}

export interface VpcSpec {
  /** Network address; VPCs of one topology may overlap. */
  base: string;
  prefixLength: number;
  /** Which sixteenth of the VPC each further subnet is. */
  order: number[];
  /** Tried before AWS's own entries, which allow everything unless they were taken away. */
  acl?: { entries: AclEntrySpec[]; allowsRest: boolean };
}

export type Protocol = "icmp" | "udp" | "tcp" | "-1";

export interface AclEntrySpec {
  direction: "ingress" | "egress";
  action: "allow" | "deny";
  protocol: Protocol;
  peer: PeerSpec;
}

/** CIDR of a role; `half` is the lower half of the VPC, `elsewhere` has nobody in it. */
export type PeerSpec = "anywhere" | "vpc" | "half" | "first" | "second" | "elsewhere";

export interface RuleSpec {
  direction: "ingress" | "egress";
  protocol: Protocol;
  /** Whether its ports or ICMP types are those of the traffic, or others. */
  ports: "all" | "right" | "wrong";
  peer: PeerSpec | "group";
}

export interface TargetSpec {
  zone: number;
  /** In the GWLB's subnet of the AZ instead of one of its own. */
  besideGateway: boolean;
  registered: boolean;
  /** Something listens on port 80. */
  web: boolean;
  forwards: boolean;
  /** GWLB addresses that have their rules, by place; undefined for all. */
  hairpin?: number[];
  /** Undefined: what GENEVE and the health checks need, from the whole VPC. */
  rules?: RuleSpec[];
  /** A route in the table of its own subnet: towards a gateway's subnet, by somebody's interface. */
  detour?: { zone: number; over: "itself" | "other" };
}

export interface HubSpec {
  vpc: VpcSpec;
  /** AZ IDs. */
  zones: string[];
  crossZone: boolean;
  stickiness: "none" | "source_ip_dest_ip" | "source_ip_dest_ip_proto";
  listener: boolean;
  targets: TargetSpec[];
}

export type Tier = "source" | "destination" | "endpoint" | "bystander";

export interface RouteSpec {
  /** Whose subnet's table; with a number for the endpoint's. */
  table: Tier;
  tableNumber: number;
  destination: Tier | "anywhere" | "wider" | "internet";
  target: "endpoint" | "internet-gateway" | "source" | "destination" | "bystander";
  targetNumber: number;
  /** Behind the program's back: only a refresh of the table tells. */
  byHand: boolean;
}

export interface EndpointSpec {
  zone: number;
  rejected: boolean;
}

export interface ConsumerSpec {
  vpc: VpcSpec;
  sourceZone: number;
  destinationZone: number;
  /** Subnets: of its own, or shared with another tier. */
  destinationIn: "own" | "source" | "endpoint";
  sourceIn: "own" | "endpoint";
  bystander: boolean;
  endpoints: EndpointSpec[];
  /** Tiers whose subnets have no table of their own. */
  onMainTable: Tier[];
  /** The route between source and destination, by endpoint; undefined when it is missing. */
  there?: number;
  back?: number;
  /** What comes out of the first endpoint goes on into the next one. */
  chained: boolean;
  routes: RouteSpec[];
  /** Whether there is an internet gateway, and how the source's packets get there. */
  internet?: "unused" | "direct" | "inspected";
  /** Endpoint that the gateway's edge table leads to the source's subnet by; undefined: no edge table. */
  edge?: number;
  sourceRules?: RuleSpec[];
  destinationRules?: RuleSpec[];
  /** After the endpoints were made. */
  principalRemoved: boolean;
}

/** How often, out of ten. */
const often = (tenths: number): fc.Arbitrary<boolean> => fc.nat(9).map((die) => die < tenths);
/** Undefined but for once in so many times. */
const seldom = <T>(what: fc.Arbitrary<T>, oneIn = 10): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: oneIn - 1 }, { arbitrary: what, weight: 1 });
/** Leaves out what is undefined, as kept cases do. */
const record = <T extends object>(model: { [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc
    .record(model as { [K in keyof T]: fc.Arbitrary<T[K]> })
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as T);

const protocol = fc.constantFrom<Protocol>("icmp", "udp", "tcp", "-1");
const peer = fc.constantFrom<PeerSpec>("anywhere", "anywhere", "vpc", "half", "first", "second", "elsewhere");

const aclEntry = record<AclEntrySpec>({
  direction: fc.constantFrom("ingress", "egress"),
  action: fc.constantFrom("allow", "allow", "deny"),
  protocol,
  peer,
});

const rule = record<RuleSpec>({
  direction: fc.constantFrom("ingress", "egress"),
  protocol,
  ports: fc.constantFrom("all", "right", "right", "wrong"),
  peer: fc.oneof({ arbitrary: peer, weight: 6 }, { arbitrary: fc.constant("group" as const), weight: 1 }),
});

const rules = fc.array(rule, { minLength: 0, maxLength: 6 });

/** Lets in whoever has the other end's group. */
const byGroup: RuleSpec[] = [{ direction: "ingress", protocol: "-1", ports: "all", peer: "group" }];

const vpc = record<VpcSpec>({
  base: fc.constantFrom("10.1.0.0", "10.1.0.0", "10.64.0.0", "172.16.0.0", "192.168.0.0", "100.64.0.0"),
  prefixLength: fc.integer({ min: 16, max: 22 }),
  order: fc.shuffledSubarray(
    Array.from({ length: 16 }, (_, index) => index),
    { minLength: 16 },
  ),
  acl: seldom(
    record<NonNullable<VpcSpec["acl"]>>({
      entries: fc.array(aclEntry, { minLength: 1, maxLength: 5 }),
      allowsRest: often(6),
    }),
    12,
  ),
});

const zone = fc.nat(2);

const target = record<TargetSpec>({
  zone,
  besideGateway: fc.boolean(),
  registered: often(9),
  web: often(9),
  forwards: fc.nat(15).map((die) => die > 0),
  hairpin: seldom(fc.subarray([0, 1, 2]), 7),
  rules: seldom(rules, 8),
  detour: seldom(record<NonNullable<TargetSpec["detour"]>>({ zone, over: fc.constantFrom("itself", "other") }), 15),
});

const hub = record<HubSpec>({
  vpc,
  zones: fc.shuffledSubarray(["apne1-az4", "apne1-az1", "apne1-az2"], { minLength: 1 }),
  crossZone: often(6),
  stickiness: fc.constantFrom("none", "none", "source_ip_dest_ip", "source_ip_dest_ip_proto"),
  listener: fc.nat(29).map((die) => die > 0),
  targets: fc.oneof(
    { arbitrary: fc.array(target, { minLength: 1, maxLength: 3 }), weight: 29 },
    { arbitrary: fc.constant([]).map((none) => [...none]), weight: 1 },
  ),
});

const tier = fc.constantFrom<Tier>("source", "destination", "endpoint", "bystander");

const route = record<RouteSpec>({
  table: tier,
  tableNumber: zone,
  destination: fc.oneof(tier, fc.constantFrom("anywhere", "wider", "internet")),
  target: fc.constantFrom("endpoint", "endpoint", "internet-gateway", "source", "destination", "bystander"),
  targetNumber: zone,
  byHand: fc.boolean(),
});

const consumer = record<ConsumerSpec>({
  vpc,
  sourceZone: zone,
  destinationZone: zone,
  destinationIn: fc.oneof(
    { arbitrary: fc.constant("own" as const), weight: 8 },
    { arbitrary: fc.constantFrom("source" as const, "endpoint" as const), weight: 1 },
  ),
  sourceIn: fc.nat(11).map((die) => (die > 0 ? "own" : "endpoint")),
  bystander: often(5),
  endpoints: fc.array(record<EndpointSpec>({ zone, rejected: fc.nat(19).map((die) => die === 0) }), {
    minLength: 1,
    maxLength: 3,
  }),
  onMainTable: fc.oneof(
    { arbitrary: fc.constant([]).map((none) => [...none]), weight: 3 },
    { arbitrary: fc.subarray<Tier>(["source", "destination", "endpoint", "bystander"]), weight: 1 },
  ),
  there: fc.option(zone, { nil: undefined, freq: 9 }),
  back: fc.option(zone, { nil: undefined, freq: 9 }),
  chained: fc.nat(14).map((die) => die === 0),
  routes: fc.oneof(
    { arbitrary: fc.constant([]).map((none) => [...none]), weight: 2 },
    { arbitrary: fc.array(route, { minLength: 1, maxLength: 4 }), weight: 1 },
  ),
  internet: fc.option(fc.constantFrom("unused", "direct", "inspected"), { nil: undefined, freq: 2 }),
  edge: fc.option(zone, { nil: undefined, freq: 2 }),
  sourceRules: seldom(rules),
  destinationRules: seldom(fc.oneof(rules, fc.constant(byGroup))),
  principalRemoved: fc.nat(14).map((die) => die === 0),
});

const topology = record<TopologySpec>({ hub, consumers: fc.array(consumer, { minLength: 1, maxLength: 2 }) });

/** The same seed gives the same topology. */
export function generate(seed: number): TopologySpec {
  const [spec] = fc.sample(topology, { seed, numRuns: 1 });
  if (spec === undefined) throw new Error(`seed ${seed} gave no topology`);
  return spec;
}

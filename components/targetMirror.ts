import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { everywhere } from "../path/net/cidr";
import { genevePort } from "../path/net/geneve";
import { wholeHealthCheck, type HealthCheckSettings } from "../path/net/healthCheck";
import { ipProtocols } from "../path/net/packet";
import { vxlanPort } from "../path/net/vxlan";
import type { MirroredInterface } from "../path/proof/request";
import type { ExistingInterface } from "./existing";
import { Host, portRule } from "./host";
import { Refusal } from "./refusal";
import { entranceOf, type ReachableHostArgs } from "./remoteAccess";

export interface TargetMirrorArgs extends ReachableHostArgs {
  /** The target's interfaces, all of them: 1 to 10, which a collector of most instance types takes. */
  interfaces: ExistingInterface[];
  /** Where the GWLB's health checks come from: the CIDR of its VPC, or of its subnets. */
  gatewayCidrBlock: string;
  /** How the target is checked: by the checks the collector proves that it sees. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
}

/** Sources of one target of the smaller sizes (VPC Traffic Mirroring, "Traffic Mirroring quotas"). */
const mostInterfaces = 10;

/**
 * The last one: a packet is mirrored once, by the session with the lowest number whose filter takes it ("Understand traffic mirror
 * session concepts"), so sessions that somebody else has on the interface lose nothing to this one.
 */
const lastSession = 32_766;

/** Bytes of each frame that are copied, as of each packet in a capture (hosts/capture.sh): copies share the target's bandwidth. */
const packetLength = 256;

/**
 * A collector for a target that nobody logs in on: an instance to which EC2 Traffic Mirroring copies what its interfaces send and get of
 * GENEVE, of ICMP, as two-armed appliances send it on, and of the GWLB's health checks. As long as it is there, all such packets are
 * copied, and count towards the target's bandwidth.
 *
 * **Cost**: one instance, and each mirrored interface by the hour.
 */
export class TargetMirror extends pulumi.ComponentResource {
  /** Of the collector. */
  readonly instanceId: pulumi.Output<string>;
  /** Private IPv4 address of the collector. */
  readonly privateIp: pulumi.Output<string>;
  /** The target's interfaces with the VNIs of their sessions. */
  readonly mirrored: pulumi.Output<MirroredInterface[]>;
  /** Ids of its sessions, filter rules and security group rules: known when all are there. */
  readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: TargetMirrorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TargetMirror", name, {}, opts);
    const parent = { parent: this };
    const { interfaces } = args;
    if (interfaces.length === 0 || interfaces.length > mostInterfaces) {
      const message = `${interfaces.length} interfaces, expected 1 to ${mostInterfaces}`;
      throw new Refusal(`TargetMirror ${name}: ${message}`, this);
    }
    const entrance = entranceOf(args.access);
    const host = new Host(
      name,
      {
        ...args,
        ...entrance,
        // Copies come from the interface's primary address ("Traffic Mirroring packet format"), and nobody answers them.
        ingress: [
          ...interfaces.map(({ privateIp }) => portRule("udp", vxlanPort, `${privateIp}/32`)),
          ...entrance.ingress,
        ],
      },
      parent,
    );
    const tags = { Name: name };
    const filter = new aws.ec2.TrafficMirrorFilter(name, { description: `gwlb-inspection ${name}`, tags }, parent);
    const rules = filterRules(args).map(
      (rule, index) =>
        new aws.ec2.TrafficMirrorFilterRule(
          `${name}-${rule.name}`,
          {
            trafficMirrorFilterId: filter.id,
            ruleNumber: 100 + index,
            ruleAction: "accept",
            ...rule.properties,
          },
          { ...parent, ...aws.oneAtATime },
        ),
    );
    const target = new aws.ec2.TrafficMirrorTarget(
      name,
      { description: `gwlb-inspection ${name}`, networkInterfaceId: host.networkInterfaceId, tags },
      parent,
    );
    const sessions = interfaces.map(
      ({ id }) =>
        new aws.ec2.TrafficMirrorSession(
          `${name}-${id}`,
          {
            networkInterfaceId: id,
            trafficMirrorFilterId: filter.id,
            trafficMirrorTargetId: target.id,
            sessionNumber: lastSession,
            packetLength,
            tags,
          },
          // Nothing is copied before it is filtered.
          { ...parent, dependsOn: rules, ...aws.oneAtATime },
        ),
    );
    this.instanceId = host.instanceId;
    this.privateIp = host.privateIp;
    this.mirrored = pulumi
      .all(sessions.map(({ virtualNetworkId }) => virtualNetworkId))
      .apply((vnis) => interfaces.map(({ macAddress }, index) => ({ macAddress, vni: vnis[index] ?? 0 })));
    this.ruleIds = pulumi
      .all([host.ruleIds, pulumi.all([...rules, ...sessions].map(({ id }) => id))])
      .apply(([ofGroup, ofMirror]) => [...ofGroup, ...ofMirror]);
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }
}

type FilterRule = {
  name: string;
  properties: Omit<
    aws.ec2.TrafficMirrorFilterRuleArgs,
    "trafficMirrorFilterId" | "ruleNumber" | "ruleAction" | "region" | "description"
  >;
};

/** In either direction: GENEVE whoever sends it, ICMP, and the health checks with their answers. */
function filterRules({ gatewayCidrBlock, healthCheck }: TargetMirrorArgs): FilterRule[] {
  const port = (number: number) => ({ fromPort: number, toPort: number });
  const check = port(wholeHealthCheck(healthCheck).port);
  const anywhere = { sourceCidrBlock: everywhere, destinationCidrBlock: everywhere };
  const both = (name: string, properties: Omit<FilterRule["properties"], "trafficDirection">): FilterRule[] =>
    (["ingress", "egress"] as const).map((trafficDirection) => ({
      name: `${name}-${trafficDirection}`,
      properties: { ...properties, trafficDirection },
    }));
  return [
    ...both("geneve", { protocol: ipProtocols.udp, destinationPortRange: port(genevePort), ...anywhere }),
    ...both("icmp", { protocol: ipProtocols.icmp, ...anywhere }),
    {
      name: "check-ingress",
      properties: {
        trafficDirection: "ingress",
        protocol: ipProtocols.tcp,
        destinationPortRange: check,
        sourceCidrBlock: gatewayCidrBlock,
        destinationCidrBlock: everywhere,
      },
    },
    {
      name: "check-egress",
      properties: {
        trafficDirection: "egress",
        protocol: ipProtocols.tcp,
        sourcePortRange: check,
        sourceCidrBlock: everywhere,
        destinationCidrBlock: gatewayCidrBlock,
      },
    },
  ];
}

import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { genevePort } from "../path/net/geneve";
import { wholeHealthCheck, type HealthCheckSettings } from "../path/net/healthCheck";
import type { ExistingInstance } from "./existing";
import { Hairpin } from "./hairpin";
import { Host, portRule } from "./host";
import { oneAtATimeBy } from "./oneAtATime";
import { Refusal } from "./refusal";
import { entranceOf, type HostAccess, type NewHostAccess, type ReachableHostArgs } from "./remoteAccess";

/** An instance is made, set up and registered. */
export interface NewInspectionTargetArgs extends ReachableHostArgs<NewHostAccess> {
  /** GENEVE target group of the GWLB. */
  targetGroupArn: pulumi.Input<string>;
  /** Private IPv4 address of the GWLB by AZ ID, of every AZ. */
  gatewayAddresses: Record<string, pulumi.Input<string>>;
  /** CIDRs of the GWLB's subnets: a GWLB has no security group to refer to. */
  gatewayCidrBlocks: string[];
  /** What it answers, and lets in. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
  /** Prefix list of the VPC's S3 gateway endpoint, through which packages come. */
  s3PrefixListId: pulumi.Input<string>;
  /** Not beside an instance that is made. */
  instance?: undefined;
}

/** How an instance that is already there is turned into a hairpin. Its security groups are left as they are. */
export interface TargetSetUp {
  /** How it is reached for that. */
  access: HostAccess;
  /** Private IPv4 address of the GWLB by AZ ID, of every AZ. */
  gatewayAddresses: Record<string, pulumi.Input<string>>;
  /** What it answers. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
}

/**
 * An instance that is already there: a plain one, or an appliance that inspects by itself. It is neither registered nor
 * set up unless that is asked for; what the set-up changed on it stays when the component is removed.
 */
export interface ExistingInspectionTargetArgs {
  /** As `lookUpInstance` finds it. */
  instance: ExistingInstance;
  /** Target group to register it in. @default it is in one already */
  targetGroupArn?: pulumi.Input<string>;
  /** Makes iptables send back whatever the GWLB sends. @default it sends it back already */
  setUp?: TargetSetUp;
}

/** A target that is made, or an instance that is there. */
export type InspectionTargetArgs = NewInspectionTargetArgs | ExistingInspectionTargetArgs;

/** What is the same for both kinds. */
interface Target {
  instanceId: pulumi.Output<string>;
  privateIp: pulumi.Output<string>;
  ruleIds: pulumi.Output<string[]>;
  hairpin: Hairpin | undefined;
  attachment: aws.lb.TargetGroupAttachment | undefined;
}

/**
 * A plain Linux instance in an appliance's place: whatever the GWLB sends to it, iptables sends straight back. It is
 * registered in the target group once that is set up.
 *
 * **Cost**: one instance, if it is made.
 */
export class InspectionTarget extends pulumi.ComponentResource {
  /** `i-…`. */
  readonly instanceId: pulumi.Output<string>;
  /** Private IPv4 address, to which the GWLB sends. */
  readonly privateIp: pulumi.Output<string>;
  /** What the set-up reported, one JSON object; empty without. */
  readonly hairpin: pulumi.Output<string>;
  /** Since when it is set up again, which somebody had changed; undefined as long as nobody has. */
  readonly repairedAt: pulumi.Output<string | undefined>;
  /** Ids of the security group rules that were made for it: known when they are in force. */
  readonly ruleIds: pulumi.Output<string[]>;
  /** Known when the target is registered; empty when it is left as it is. */
  readonly attachmentId: pulumi.Output<string>;

  constructor(name: string, args: InspectionTargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:InspectionTarget", name, {}, opts);
    const target = args.instance === undefined ? this.make(name, args) : this.use(name, args, args.instance);
    this.instanceId = target.instanceId;
    this.privateIp = target.privateIp;
    this.hairpin = target.hairpin?.result ?? pulumi.output("");
    this.repairedAt = target.hairpin?.repairedAt ?? pulumi.output(undefined);
    this.ruleIds = target.ruleIds;
    this.attachmentId = target.attachment?.id ?? pulumi.output("");
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp, attachmentId: this.attachmentId });
  }

  private make(name: string, args: NewInspectionTargetArgs): Target {
    const parent = { parent: this };
    this.checkAddresses(name, args.gatewayAddresses);
    const entrance = entranceOf(args.access);
    const { port } = wholeHealthCheck(args.healthCheck);
    const geneve = args.gatewayCidrBlocks.map((cidr) => portRule("udp", genevePort, cidr));
    const host = new Host(
      name,
      {
        ...args,
        ...entrance,
        ingress: [...geneve, ...args.gatewayCidrBlocks.map((cidr) => portRule("tcp", port, cidr)), ...entrance.ingress],
        egress: [
          ...entrance.egress,
          // The reply keeps its ports, so to a security group it is a connection of its own, not an answer.
          ...geneve,
          { name: "tcp-443-s3", ipProtocol: "tcp", fromPort: 443, toPort: 443, prefixListId: args.s3PrefixListId },
        ],
      },
      parent,
    );
    const hairpin = new Hairpin(
      `${name}-hairpin`,
      {
        access: args.access,
        instanceId: host.instanceId,
        privateIp: host.privateIp,
        gatewayAddresses: Object.values(args.gatewayAddresses),
        ...(args.healthCheck !== undefined && { healthCheck: args.healthCheck }),
      },
      { ...parent, dependsOn: [host] },
    );
    const attachment = this.register(name, args.targetGroupArn, host.instanceId, hairpin);
    return { instanceId: host.instanceId, privateIp: host.privateIp, ruleIds: host.ruleIds, hairpin, attachment };
  }

  private use(
    name: string,
    { targetGroupArn, setUp }: ExistingInspectionTargetArgs,
    { instanceId, privateIp }: ExistingInstance,
  ): Target {
    if (setUp !== undefined) this.checkAddresses(name, setUp.gatewayAddresses);
    const hairpin =
      setUp &&
      new Hairpin(
        `${name}-hairpin`,
        { ...setUp, instanceId, privateIp, gatewayAddresses: Object.values(setUp.gatewayAddresses) },
        { parent: this },
      );
    return {
      instanceId: pulumi.output(instanceId),
      privateIp: pulumi.output(privateIp),
      ruleIds: pulumi.output([]),
      hairpin,
      attachment: targetGroupArn === undefined ? undefined : this.register(name, targetGroupArn, instanceId, hairpin),
    };
  }

  /** Once it is set up. */
  private register(
    name: string,
    targetGroupArn: pulumi.Input<string>,
    targetId: pulumi.Input<string>,
    hairpin: Hairpin | undefined,
  ): aws.lb.TargetGroupAttachment {
    return new aws.lb.TargetGroupAttachment(
      name,
      { targetGroupArn, targetId },
      {
        parent: this,
        dependsOn: hairpin === undefined ? [] : [hairpin],
        ...oneAtATimeBy("targetGroupArn", "targetId"),
      },
    );
  }

  private checkAddresses(name: string, gatewayAddresses: Record<string, unknown>): void {
    if (Object.keys(gatewayAddresses).length > 0) return;
    throw new Refusal(
      `InspectionTarget ${name}: gatewayAddresses is empty, expected the GWLB's address in each of its AZs`,
      this,
    );
  }
}

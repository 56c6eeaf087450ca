import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { genevePort, healthCheckPort } from "./gwlbService";
import { Hairpin } from "./hairpin";
import { Host, type HostArgs, portRule } from "./host";
import { accessRules, checkAccess, type RemoteAccessArgs } from "./remoteAccess";

export interface InspectionTargetArgs
  extends Pick<HostArgs, "vpcId" | "subnetId" | "ami" | "instanceType" | "keyName" | "hostKey">, RemoteAccessArgs {
  /** GENEVE target group of the GWLB. */
  targetGroupArn: pulumi.Input<string>;
  /** Private IPv4 address of the GWLB by AZ ID, of every AZ. */
  gatewayAddresses: Record<string, pulumi.Input<string>>;
  /** CIDRs of the GWLB's subnets: a GWLB has no security group to refer to. */
  gatewayCidrBlocks: string[];
  /** Prefix list of the VPC's S3 gateway endpoint, through which packages come. */
  s3PrefixListId: pulumi.Input<string>;
}

/**
 * A plain Linux instance in an appliance's place: whatever the GWLB sends to it, iptables sends straight back. It is
 * registered in the target group once that is set up.
 *
 * **Cost**: one instance.
 */
export class InspectionTarget extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  /** What the set-up reported, one JSON object. */
  readonly hairpin: pulumi.Output<string>;
  /** Ids of its security group rules: known when the rules are in force. */
  readonly ruleIds: pulumi.Output<string[]>;
  /** Known when the target is registered. */
  readonly attachmentId: pulumi.Output<string>;

  constructor(name: string, args: InspectionTargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:InspectionTarget", name, {}, opts);
    const parent = { parent: this };
    const { vpcId, subnetId, ami, instanceType, keyName, hostKey } = args;
    if (Object.keys(args.gatewayAddresses).length === 0) {
      throw new pulumi.ResourceError(
        `InspectionTarget ${name}: gatewayAddresses is empty, expected the GWLB's address in each of its AZs`,
        this,
      );
    }
    checkAccess(`InspectionTarget ${name}`, args, this);
    const { ssm, access } = args;
    const way = accessRules(args);
    const geneve = args.gatewayCidrBlocks.map((cidr) => portRule("udp", genevePort, cidr));
    const host = new Host(
      name,
      {
        ...{ vpcId, subnetId, ami, instanceType, keyName, hostKey },
        ingress: [
          ...geneve,
          ...args.gatewayCidrBlocks.map((cidr) => portRule("tcp", healthCheckPort, cidr)),
          ...way.ingress,
        ],
        ...(ssm !== undefined && { instanceProfileName: ssm.instanceProfileName }),
        egress: [
          ...way.egress,
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
        instanceId: host.instanceId,
        address: host.privateIp,
        ...(ssm !== undefined && { ssm }),
        ...(access !== undefined && { access }),
        gatewayAddresses: Object.values(args.gatewayAddresses),
      },
      { ...parent, dependsOn: [host] },
    );
    const attachment = new aws.lb.TargetGroupAttachment(
      name,
      { targetGroupArn: args.targetGroupArn, targetId: host.instanceId },
      { ...parent, dependsOn: [hairpin] },
    );
    this.instanceId = host.instanceId;
    this.privateIp = host.privateIp;
    this.hairpin = hairpin.result;
    this.ruleIds = host.ruleIds;
    this.attachmentId = attachment.id;
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp, attachmentId: this.attachmentId });
  }
}

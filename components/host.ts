import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { replacedByType } from "./instanceType";
import { userDataFor } from "./sshAccess";

/** What every instance takes. */
export interface InstanceArgs {
  /** The subnet's VPC. */
  vpcId: pulumi.Input<string>;
  /** Must have its route table already (`dependsOn` its network): a host sets itself up as soon as it starts. */
  subnetId: pulumi.Input<string>;
  /** AMI id. A later change does not replace the instance; with another instance type it counts. */
  ami: pulumi.Input<string>;
  /** Another one replaces the instance: to change it where it is, it would be stopped. @default "t3.micro" */
  instanceType?: pulumi.Input<string>;
  /** Name of the key pair with the operator's public key. @default none: nobody logs in by ssh */
  keyName?: pulumi.Input<string>;
  /** Private key that the host is recognised by. A secret. @default one that it makes itself */
  hostKey?: pulumi.Input<string>;
  /**
   * ARN of the KMS key that its disk is encrypted by. Another one replaces the instance. Not its id or an alias: the provider reads the
   * ARN back, and would replace the instance each time. @default the account's own for EBS
   */
  kmsKeyId?: pulumi.Input<string>;
  /** Tags of its disk, beside its name: the provider's default tags are not given to it. @default none */
  volumeTags?: Record<string, pulumi.Input<string>>;
}

export interface HostArgs extends InstanceArgs {
  /** Name of its instance profile. @default none */
  instanceProfileName?: pulumi.Input<string>;
  /** Whether it gets a public IPv4 address. @default false */
  publicAddress?: boolean;
  /** Security group rules; none is implied. */
  ingress: SecurityRule[];
  /** As `ingress`, for what it sends. */
  egress: SecurityRule[];
}

/** One rule of a security group: protocol, ports, and who is on the other side. */
export interface SecurityRule {
  /** Name of the rule's resource, unique in its direction. */
  name: string;
  /** `tcp`, `udp` or `icmp`. */
  ipProtocol: string;
  /** First and last port, both the same for one. For ICMP type and code, -1 for all. */
  fromPort: number;
  /** Last port, or the code of ICMP. */
  toPort: number;
  /** Exactly one of the two. */
  cidrIpv4?: pulumi.Input<string>;
  /** `pl-…`, in the place of a CIDR. */
  prefixListId?: pulumi.Input<string>;
}

/** TCP or UDP to or from one port. */
export function portRule(protocol: "tcp" | "udp", port: number, cidrIpv4: string): SecurityRule {
  return {
    name: ruleName(`${protocol}-${port}`, cidrIpv4),
    ipProtocol: protocol,
    fromPort: port,
    toPort: port,
    cidrIpv4,
  };
}

/** All of ICMP. */
export function icmpRule(cidrIpv4: string): SecurityRule {
  return { name: ruleName("icmp", cidrIpv4), ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4 };
}

/** After what the rule allows, not its place in a list: a CIDR less must not turn the rules behind it into others. */
function ruleName(what: string, cidr: string): string {
  return `${what}-${cidr.replace("/", "-")}`;
}

/**
 * An instance with a security group of its own: IMDSv2 only, encrypted disk, Name tag, known ssh host key where it has one.
 *
 * **Cost**: the instance and its disk.
 */
export class Host extends pulumi.ComponentResource {
  /** `i-…`. */
  readonly instanceId: pulumi.Output<string>;
  /** Private IPv4 address. */
  readonly privateIp: pulumi.Output<string>;
  /** Empty without `publicAddress`. */
  readonly publicIp: pulumi.Output<string>;
  /** `sg-…`. */
  readonly securityGroupId: pulumi.Output<string>;
  /** `eni-…`. */
  readonly networkInterfaceId: pulumi.Output<string>;
  /** Ids of its security group rules: known when the rules are in force. */
  readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Host", name, {}, opts);
    const parent = { parent: this };
    const group = new aws.ec2.SecurityGroup(
      name,
      { vpcId: args.vpcId, description: `gwlb-inspection ${name}`, tags: { Name: name } },
      parent,
    );
    const rules = [
      ...args.ingress.map(
        ({ name: rule, ...properties }) =>
          new aws.vpc.SecurityGroupIngressRule(
            `${name}-in-${rule}`,
            { securityGroupId: group.id, ...properties },
            { ...parent, ...aws.oneAtATime },
          ),
      ),
      ...args.egress.map(
        ({ name: rule, ...properties }) =>
          new aws.vpc.SecurityGroupEgressRule(
            `${name}-out-${rule}`,
            { securityGroupId: group.id, ...properties },
            { ...parent, ...aws.oneAtATime },
          ),
      ),
    ];
    const instance = new aws.ec2.Instance(
      name,
      {
        ami: args.ami,
        instanceType: args.instanceType ?? "t3.micro",
        subnetId: args.subnetId,
        vpcSecurityGroupIds: [group.id],
        associatePublicIpAddress: args.publicAddress ?? false,
        ...(args.keyName !== undefined && { keyName: args.keyName }),
        ...(args.instanceProfileName !== undefined && { iamInstanceProfile: args.instanceProfileName }),
        userData: userDataFor(name, args.hostKey),
        // cloud-init installs host keys at an instance's first boot only: another key means another instance.
        userDataReplaceOnChange: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { encrypted: true, ...(args.kmsKeyId !== undefined && { kmsKeyId: args.kmsKeyId }) },
        volumeTags: { ...args.volumeTags, Name: name },
        tags: { Name: name },
      },
      // Set-up needs its rules from the first packet on.
      { ...parent, dependsOn: rules, ...replacedByType() },
    );
    this.instanceId = instance.id;
    this.privateIp = instance.privateIp;
    this.publicIp = instance.publicIp;
    this.securityGroupId = group.id;
    this.networkInterfaceId = instance.primaryNetworkInterfaceId;
    this.ruleIds = pulumi.all(rules.map((rule) => rule.id));
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }
}

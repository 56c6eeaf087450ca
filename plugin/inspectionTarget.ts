import type * as pulumi from "@pulumi/pulumi";
import type { HealthCheckSettings } from "../path/net/healthCheck";
import type { ExistingInstance } from "../components/existing";
import * as made from "../components/inspectionTarget";
import type { SshAccess } from "../components/sshAccess";
import type { SsmAccess } from "../components/ssmAccess";
import { newHostAccessOf, setUpAccessOf, type TargetSetUp } from "./access";
import { allGiven, noneGiven } from "./arguments";
import { component } from "./component";

export interface InspectionTargetArgs {
  vpcId?: pulumi.Input<string>;
  /** Must have its route table already (`dependsOn` its network): a host sets itself up as soon as it starts. */
  subnetId?: pulumi.Input<string>;
  /** AMI id. A later change does not replace the instance. */
  ami?: pulumi.Input<string>;
  /** @default "t3.micro" */
  instanceType?: pulumi.Input<string>;
  /** Name of the key pair with the operator's public key. @default none: nobody logs in by ssh */
  keyName?: pulumi.Input<string>;
  /** Private key that the host is recognised by. A secret. @default one that it makes itself */
  hostKey?: pulumi.Input<string>;
  /** ARN of the KMS key that its disk is encrypted by. @default the account's own for EBS */
  kmsKeyId?: pulumi.Input<string>;
  /** How it is reached: by SSM Run Command. Exactly one of `ssm` and `access`. */
  ssm?: SsmAccess;
  /** By ssh through a bastion; needs `sshFrom`, `keyName` and `hostKey`, too. */
  access?: SshAccess;
  /** CIDR that may reach it by ssh, the bastion's subnet. */
  sshFrom?: string;
  /** GENEVE target group of the GWLB. */
  targetGroupArn?: pulumi.Input<string>;
  /** Private IPv4 address of the GWLB by AZ ID, of every AZ. */
  gatewayAddresses?: Record<string, pulumi.Input<string>>;
  /** CIDRs of the GWLB's subnets: a GWLB has no security group to refer to. */
  gatewayCidrBlocks?: string[];
  /** What it answers, and lets in. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
  /** Prefix list of the VPC's S3 gateway endpoint, through which packages come. */
  s3PrefixListId?: pulumi.Input<string>;
  /** An instance that is already there: in place of everything but targetGroupArn and setUp. */
  instance?: ExistingInstance;
  /** Of an instance that is already there: makes iptables send back whatever the GWLB sends. @default it does so already */
  setUp?: TargetSetUp;
}

/**
 * A plain Linux instance in an appliance's place: whatever the GWLB sends to it, iptables sends straight back. It is registered
 * in the target group once that is set up.
 */
export class InspectionTarget extends component(made.InspectionTarget) {
  declare readonly instanceId: pulumi.Output<string>;
  declare readonly privateIp: pulumi.Output<string>;
  /** What the set-up reported, one JSON object; empty without. */
  declare readonly hairpin: pulumi.Output<string>;
  /** Ids of the security group rules that were made for it: known when they are in force. */
  declare readonly ruleIds: pulumi.Output<string[]>;
  /** Known when the target is registered; empty when it is left as it is. */
  declare readonly attachmentId: pulumi.Output<string>;

  constructor(name: string, args: InspectionTargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, argsOf(args), opts);
  }
}

const required = [
  ...(["vpcId", "subnetId", "ami", "targetGroupArn", "gatewayAddresses", "gatewayCidrBlocks"] as const),
  "s3PrefixListId",
] as const;

function argsOf({ instance, setUp, ...args }: InspectionTargetArgs): made.InspectionTargetArgs {
  if (instance === undefined) {
    noneGiven({ setUp }, ["setUp"], "an instance that is made");
    const { ssm, access, sshFrom, ...host } = allGiven(args, required, "instance");
    return { ...host, access: newHostAccessOf({ ssm, access, sshFrom }) };
  }
  const { targetGroupArn, ...others } = args;
  noneGiven(others, Object.keys(others) as (keyof typeof others)[], "instance");
  return {
    instance,
    ...(targetGroupArn !== undefined && { targetGroupArn }),
    ...(setUp !== undefined && { setUp: setUpOf(setUp) }),
  };
}

function setUpOf({ ssm, access, known, ...setUp }: TargetSetUp): made.TargetSetUp {
  return { ...setUp, access: setUpAccessOf({ ssm, access, known }) };
}

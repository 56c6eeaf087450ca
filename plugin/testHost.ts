import type * as pulumi from "@pulumi/pulumi";
import type { ExistingInstance } from "../components/existing";
import * as made from "../components/testHost";
import type { SshAccess } from "../components/sshAccess";
import type { SsmAccess } from "../components/ssmAccess";
import { entranceOf } from "./access";
import { allGiven, noneGiven } from "./arguments";
import { component } from "./component";

export interface TestHostArgs {
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
  /** CIDRs that it may ping. By CIDR: references to groups are not preserved across an inspection path. */
  pingTo?: string[];
  /** CIDRs that may ping it. */
  pingFrom?: string[];
  /** Whether it gets a public IPv4 address. @default false */
  publicAddress?: boolean;
  /** An instance that is already there, used as it is: in place of everything else. */
  instance?: ExistingInstance;
}

/** A source or destination of the pings: no public address unless it is told to have one. */
export class TestHost extends component(made.TestHost) {
  declare readonly instanceId: pulumi.Output<string>;
  declare readonly privateIp: pulumi.Output<string>;
  /** Empty unless it was made with `publicAddress`. */
  declare readonly publicIp: pulumi.Output<string>;
  /** Ids of the security group rules that were made for it. */
  declare readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: TestHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, argsOf(args), opts);
  }
}

function argsOf({ instance, ...args }: TestHostArgs): made.TestHostArgs {
  if (instance === undefined) {
    const required = ["vpcId", "subnetId", "ami", "pingTo", "pingFrom"] as const;
    const { ssm, access, sshFrom, ...host } = allGiven(args, required, "instance");
    return { ...host, access: entranceOf({ ssm, access, sshFrom }) };
  }
  noneGiven(args, Object.keys(args) as (keyof typeof args)[], "instance");
  return { instance };
}

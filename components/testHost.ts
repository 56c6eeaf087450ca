import * as pulumi from "@pulumi/pulumi";
import { Host, type HostArgs, icmpRule, portRule } from "./host";

export interface TestHostArgs extends Pick<
  HostArgs,
  "vpcId" | "subnetId" | "ami" | "instanceType" | "keyName" | "hostKey"
> {
  /** CIDRs that it may ping. By CIDR: references to groups are not preserved across an inspection path. */
  pingTo: string[];
  /** CIDRs that may ping it. */
  pingFrom: string[];
  /** CIDR that may reach it by ssh, the bastion's subnet. */
  sshFrom: string;
}

/**
 * A source or destination of the pings. It has no public address and no way to the internet.
 *
 * **Cost**: one instance.
 */
export class TestHost extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: TestHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TestHost", name, {}, opts);
    const { pingTo, pingFrom, sshFrom, ...host } = args;
    const test = new Host(
      name,
      {
        ...host,
        ingress: [portRule("tcp", 22, sshFrom), ...pingFrom.map(icmpRule)],
        egress: pingTo.map(icmpRule),
      },
      { parent: this },
    );
    this.instanceId = test.instanceId;
    this.privateIp = test.privateIp;
    this.ruleIds = test.ruleIds;
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }
}

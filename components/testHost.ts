import * as pulumi from "@pulumi/pulumi";
import { Host, type HostArgs, icmpRule } from "./host";
import { accessRules, checkAccess, type RemoteAccessArgs } from "./remoteAccess";

export interface TestHostArgs
  extends Pick<HostArgs, "vpcId" | "subnetId" | "ami" | "instanceType" | "keyName" | "hostKey">, RemoteAccessArgs {
  /** CIDRs that it may ping. By CIDR: references to groups are not preserved across an inspection path. */
  pingTo: string[];
  /** CIDRs that may ping it. */
  pingFrom: string[];
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
    const { vpcId, subnetId, ami, instanceType, keyName, hostKey, pingTo, pingFrom, ssm } = args;
    checkAccess(`TestHost ${name}`, args, this);
    const way = accessRules(args);
    const test = new Host(
      name,
      {
        ...{ vpcId, subnetId, ami, instanceType, keyName, hostKey },
        ...(ssm !== undefined && { instanceProfileName: ssm.instanceProfileName }),
        ingress: [...way.ingress, ...pingFrom.map(icmpRule)],
        egress: [...way.egress, ...pingTo.map(icmpRule)],
      },
      { parent: this },
    );
    this.instanceId = test.instanceId;
    this.privateIp = test.privateIp;
    this.ruleIds = test.ruleIds;
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }
}

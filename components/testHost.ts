import * as pulumi from "@pulumi/pulumi";
import type { ExistingInstance } from "./existing";
import { Host, type HostArgs, icmpRule } from "./host";
import { accessRules, checkAccess, type RemoteAccessArgs } from "./remoteAccess";

/** An instance is made. */
export interface NewTestHostArgs
  extends Pick<HostArgs, "vpcId" | "subnetId" | "ami" | "instanceType" | "keyName" | "hostKey">, RemoteAccessArgs {
  /** CIDRs that it may ping. By CIDR: references to groups are not preserved across an inspection path. */
  pingTo: string[];
  /** CIDRs that may ping it. */
  pingFrom: string[];
  instance?: undefined;
}

/** An instance that is already there is used as it is: nothing is made. */
export interface ExistingTestHostArgs {
  /** As `lookUpInstance` finds it. */
  instance: ExistingInstance;
}

export type TestHostArgs = NewTestHostArgs | ExistingTestHostArgs;

/**
 * A source or destination of the pings. It has no public address and no way to the internet.
 *
 * **Cost**: one instance, if it is made.
 */
export class TestHost extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  /** Ids of the security group rules that were made for it. */
  readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: TestHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TestHost", name, {}, opts);
    const { instanceId, privateIp, ruleIds } =
      args.instance === undefined ? this.make(name, args) : known(args.instance);
    this.instanceId = instanceId;
    this.privateIp = privateIp;
    this.ruleIds = ruleIds;
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }

  private make(name: string, args: NewTestHostArgs): Host {
    const { vpcId, subnetId, ami, instanceType, keyName, hostKey, pingTo, pingFrom, ssm } = args;
    checkAccess(`TestHost ${name}`, args, this);
    const way = accessRules(args);
    return new Host(
      name,
      {
        ...{ vpcId, subnetId, ami, instanceType, keyName, hostKey },
        ...(ssm !== undefined && { instanceProfileName: ssm.instanceProfileName }),
        ingress: [...way.ingress, ...pingFrom.map(icmpRule)],
        egress: [...way.egress, ...pingTo.map(icmpRule)],
      },
      { parent: this },
    );
  }
}

/** The outputs of a host that is already there. */
function known({ instanceId, privateIp }: ExistingInstance): Pick<Host, "instanceId" | "privateIp" | "ruleIds"> {
  return {
    instanceId: pulumi.output(instanceId),
    privateIp: pulumi.output(privateIp),
    ruleIds: pulumi.output([]),
  };
}

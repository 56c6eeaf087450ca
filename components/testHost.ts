import * as pulumi from "@pulumi/pulumi";
import { formatAddress, isPrivateAddress, parseCidr } from "../path/net/cidr";
import { flowPort } from "../path/proof/request";
import type { ExistingInstance } from "./existing";
import { Host, icmpRule, portRule } from "./host";
import { entranceOf, type ReachableHostArgs } from "./remoteAccess";

/** What another probe than ping sends, and where to or from. */
export interface HostProbe {
  /** Protocol of IP. */
  protocol: "tcp" | "udp";
  /** Port of the destination. */
  port: number;
  /** IPv4 CIDR of the other side. */
  cidr: string;
}

/** An instance is made. */
export interface NewTestHostArgs extends ReachableHostArgs {
  /**
   * CIDRs that it may ping, and send a measurement's flows to where they are private. By CIDR: references to groups are not
   * preserved across an inspection path.
   */
  pingTo: string[];
  /** CIDRs that may ping it. */
  pingFrom: string[];
  /** Ports at CIDRs that it may send other probes to. @default none */
  probeTo?: HostProbe[];
  /** Ports of its own that CIDRs may send other probes to. @default none */
  probeFrom?: HostProbe[];
  /** Whether it gets a public IPv4 address. @default false */
  publicAddress?: boolean;
  /** Not beside an instance that is made. */
  instance?: undefined;
}

/** An instance that is already there is used as it is: nothing is made. */
export interface ExistingTestHostArgs {
  /** As `lookUpInstance` finds it. */
  instance: ExistingInstance;
}

/** A host that is made, or an instance that is there. */
export type TestHostArgs = NewTestHostArgs | ExistingTestHostArgs;

/**
 * A source or destination of the pings. It has no way to the internet unless its subnet has, and a public address only when
 * it is told to.
 *
 * **Cost**: one instance, if it is made.
 */
export class TestHost extends pulumi.ComponentResource {
  /** `i-…`. */
  readonly instanceId: pulumi.Output<string>;
  /** Private IPv4 address. */
  readonly privateIp: pulumi.Output<string>;
  /** Empty unless it was made with `publicAddress`. */
  readonly publicIp: pulumi.Output<string>;
  /** Ids of the security group rules that were made for it. */
  readonly ruleIds: pulumi.Output<string[]>;

  constructor(name: string, args: TestHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TestHost", name, {}, opts);
    const { instanceId, privateIp, publicIp, ruleIds } =
      args.instance === undefined ? this.make(name, args) : outputsOf(args.instance);
    this.instanceId = instanceId;
    this.privateIp = privateIp;
    this.publicIp = publicIp;
    this.ruleIds = ruleIds;
    this.registerOutputs({ instanceId: this.instanceId, privateIp: this.privateIp });
  }

  private make(name: string, args: NewTestHostArgs): Host {
    const { pingTo, pingFrom, probeTo = [], probeFrom = [] } = args;
    const entrance = entranceOf(args.access);
    return new Host(
      name,
      {
        ...args,
        ...entrance,
        ingress: [...entrance.ingress, ...pingFrom.map(icmpRule), ...probeFrom.map(probeRule)],
        egress: [
          ...entrance.egress,
          ...pingTo.map(icmpRule),
          ...probeTo.map(probeRule),
          ...pingTo.filter(isPrivate).map((cidr) => portRule("udp", flowPort, cidr)),
        ],
      },
      { parent: this },
    );
  }
}

function probeRule({ protocol, port, cidr }: HostProbe): ReturnType<typeof portRule> {
  return portRule(protocol, port, cidr);
}

/** Flows go to no host in the internet. */
function isPrivate(cidr: string): boolean {
  return isPrivateAddress(formatAddress(parseCidr(cidr).first));
}

/** The outputs of a host that is already there. */
function outputsOf({
  instanceId,
  privateIp,
}: ExistingInstance): Pick<Host, "instanceId" | "privateIp" | "publicIp" | "ruleIds"> {
  return {
    instanceId: pulumi.output(instanceId),
    privateIp: pulumi.output(privateIp),
    publicIp: pulumi.output(""),
    ruleIds: pulumi.output([]),
  };
}

import * as pulumi from "@pulumi/pulumi";
import { Host, portRule, type InstanceArgs } from "./host";
import { Refusal } from "./refusal";

export interface BastionArgs extends InstanceArgs {
  /** IPv4 CIDR of the VPC, whose hosts it may reach by ssh. */
  vpcCidrBlock: string;
  /** IPv4 CIDRs that may reach it by ssh; 0.0.0.0/0 is rejected. */
  adminCidrBlocks: string[];
}

/**
 * The only host with a public address: ssh in from the administrators' networks, ssh on to the VPC's hosts.
 *
 * **Cost**: one instance and one public IPv4 address.
 */
export class Bastion extends pulumi.ComponentResource {
  /** Public IPv4 address. */
  readonly publicIp: pulumi.Output<string>;
  /** Private IPv4 address. */
  readonly privateIp: pulumi.Output<string>;

  constructor(name: string, args: BastionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Bastion", name, {}, opts);
    const { vpcCidrBlock, adminCidrBlocks, ...host } = args;
    if (adminCidrBlocks.length === 0 || adminCidrBlocks.includes("0.0.0.0/0")) {
      throw new Refusal(
        `Bastion ${name}: adminCidrBlocks is [${adminCidrBlocks.join(", ")}], expected at least one CIDR and not 0.0.0.0/0`,
        this,
      );
    }
    const bastion = new Host(
      name,
      {
        ...host,
        publicAddress: true,
        ingress: adminCidrBlocks.map((cidr) => portRule("tcp", 22, cidr)),
        egress: [portRule("tcp", 22, vpcCidrBlock)],
      },
      { parent: this },
    );
    this.publicIp = bastion.publicIp;
    this.privateIp = bastion.privateIp;
    this.registerOutputs({ publicIp: this.publicIp, privateIp: this.privateIp });
  }
}

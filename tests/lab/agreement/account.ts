import { AwsError, type Caller, type Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { formatAddress, parseCidr } from "../../../path/net/cidr";
import type { ResourceState } from "../../../path/topology";
import { region, tokens } from "../../fixtures/aws";
import type { AclEntrySpec, PeerSpec, Protocol, RuleSpec, VpcSpec } from "./spec";

/** CIDRs by what the specs call them. */
export type Peers = Record<PeerSpec, string>;

/** What "the right ports" of a rule are. */
export interface Traffic {
  udp: number;
  tcp: number;
}

interface Made {
  type: string;
  id: string;
  name: string;
}

/** One account of a topology: makes resources as an engine would and tells their states as a refresh would. */
export class Account {
  readonly caller: Caller;
  private readonly made: Made[] = [];
  private readonly acls: string[] = [];

  constructor(
    readonly cloud: Cloud,
    accountId: string,
    private readonly stack: string,
  ) {
    this.caller = { accountId, region };
  }

  /** @returns the new resource's id. @throws AwsError */
  async create(type: string, name: string, inputs: Properties): Promise<string> {
    const caller = { ...this.caller, urn: this.urn(type, name) };
    const checked = this.cloud.check(caller, type, undefined, inputs);
    if (checked.failures.length > 0) throw new Error(checked.failures.map(({ reason }) => reason).join("; "));
    const { id } = await this.cloud.create(caller, type, checked.inputs);
    this.made.push({ type, id, name });
    return id;
  }

  /** As {@link create}; undefined when AWS refuses: the dice fell on something that cannot be. */
  async attempt(type: string, name: string, inputs: Properties): Promise<string | undefined> {
    try {
      return await this.create(type, name, inputs);
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  /** As somebody at the console would; what AWS refuses is not there. */
  routeByHand(routeTableId: string, destinationCidrBlock: string, target: Properties): void {
    try {
      this.cloud.edit.createRoute(this.caller, routeTableId, destinationCidrBlock, target);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }

  async vpc(name: string, spec: VpcSpec): Promise<{ id: string; cidrBlock: string }> {
    const cidrBlock = `${spec.base}/${spec.prefixLength}`;
    const id = await this.create(tokens.vpc, name, { cidrBlock, tags: { Name: name } });
    return { id, cidrBlock };
  }

  /** @param place - which sixteenth of the VPC */
  async subnet(
    name: string,
    vpc: { id: string; cidrBlock: string },
    availabilityZoneId: string,
    place: number,
  ): Promise<{ id: string; cidrBlock: string }> {
    const { first, prefixLength } = parseCidr(vpc.cidrBlock);
    const cidrBlock = `${formatAddress(first + place * 2 ** (28 - prefixLength))}/${prefixLength + 4}`;
    const id = await this.create(tokens.subnet, name, { vpcId: vpc.id, cidrBlock, availabilityZoneId });
    return { id, cidrBlock };
  }

  async instance(name: string, subnetId: string, groupId: string, more: Properties = {}): Promise<string> {
    const ami = await this.cloud.invoke(this.caller, "aws:ssm/getParameter:getParameter", {
      name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    });
    return this.create(tokens.instance, name, {
      ami: ami["insecureValue"],
      instanceType: "t3.micro",
      subnetId,
      vpcSecurityGroupIds: [groupId],
      tags: { Name: name },
      ...more,
    });
  }

  /** Rules that AWS takes for the same are there once. */
  async rules(groupId: string, name: string, specs: RuleSpec[], peers: Peers & { group: string }, traffic: Traffic) {
    for (const [place, spec] of specs.entries()) {
      const other = spec.peer === "group" ? { referencedSecurityGroupId: peers.group } : { cidrIpv4: peers[spec.peer] };
      const [fromPort, toPort] = portsOf(spec, traffic);
      await this.attempt(tokens[spec.direction], `${name}-${place}`, {
        securityGroupId: groupId,
        ipProtocol: spec.protocol,
        ...(spec.protocol !== "-1" && { fromPort, toPort }),
        ...other,
      });
    }
  }

  /** Changes the VPC's default network ACL as somebody at the console would. */
  acl(vpcId: string, { entries, allowsRest }: { entries: AclEntrySpec[]; allowsRest: boolean }, peers: Peers): void {
    const id = vpcId.replace("vpc-", "acl-");
    this.acls.push(id);
    for (const [place, { direction, action, protocol, peer }] of entries.entries()) {
      const entry = { ruleNumber: 10 + place, direction, action, protocol, cidrBlock: peers[peer] };
      this.cloud.edit.createNetworkAclEntry(this.caller, id, entry);
    }
    if (allowsRest) return;
    for (const direction of ["ingress", "egress"] as const) {
      this.cloud.edit.deleteNetworkAclEntry(this.caller, id, { ruleNumber: 100, direction });
    }
  }

  /** The states of everything that is there, as the provider reads it now. */
  async states(): Promise<ResourceState[]> {
    const states: ResourceState[] = [];
    for (const { type, id, name } of this.made) {
      const found = await this.cloud.read(this.caller, type, id);
      if (found !== undefined) states.push({ urn: this.urn(type, name), type, ...found });
    }
    return [...states, ...this.acls.map((id) => this.aclState(id))];
  }

  /** The cloud model has no resource for a default network ACL: as the provider would read it. */
  private aclState(id: string): ResourceState {
    const type = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl";
    const acl = this.cloud.snapshot().networkAcls[id];
    const entries = (of: "ingress" | "egress"): Properties[] =>
      (acl?.entries ?? [])
        .filter(({ direction }) => direction === of)
        .map(({ ruleNumber, action, protocol, cidrBlock }) => ({
          ruleNo: ruleNumber,
          action,
          protocol,
          cidrBlock,
          ...(protocol === "icmp" ? { icmpType: -1, icmpCode: -1 } : { fromPort: 0, toPort: 65535 }),
        }));
    const outputs = { vpcId: acl?.vpcId, ingress: entries("ingress"), egress: entries("egress") };
    return { urn: this.urn(type, id), type, id, outputs };
  }

  /** A component's, which no provider knows. */
  componentState(type: string, name: string, outputs: Properties): ResourceState {
    return { urn: this.urn(type, name), type, outputs };
  }

  private urn(type: string, name: string): string {
    return `urn:pulumi:${this.stack}::agreement::${type}::${name}`;
  }
}

function portsOf({ protocol, ports }: RuleSpec, traffic: Traffic): [number, number] {
  const every: Record<Protocol, [number, number]> = {
    icmp: [-1, -1],
    udp: [0, 65535],
    tcp: [0, 65535],
    "-1": [-1, -1],
  };
  if (ports === "all") return every[protocol];
  if (protocol === "icmp") return ports === "right" ? [8, -1] : [0, -1];
  const port = protocol === "tcp" ? traffic.tcp : traffic.udp;
  return ports === "right" ? [port, port] : [port + 1, port + 100];
}

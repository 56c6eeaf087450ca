import { topologyFromStates, trace, withEvidence } from "../../../../path/topology";
import type { ResourceState, TargetEvidence, Topology, TraceRequest, TraceResult } from "../../../../path/topology";
import { plannedOutputs } from "../../../../cli/plannedStates";
import type { Properties } from "../../../../lab/cloud/core/properties";
import type { Registration } from "../../../../lab/mocks";
import { runStack } from "../../stacks/run";

export const types = {
  accepter: "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
  acl: "aws:ec2/networkAcl:NetworkAcl",
  attachment: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  command: "command:remote:Command",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  gateway: "aws:ec2/internetGateway:InternetGateway",
  group: "aws:ec2/securityGroup:SecurityGroup",
  hairpin: "gwlb-inspection:index:Hairpin",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  instance: "aws:ec2/instance:Instance",
  natGateway: "aws:ec2/natGateway:NatGateway",
  listener: "aws:lb/listener:Listener",
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  principal: "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
  route: "aws:ec2/route:Route",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  service: "aws:ec2/vpcEndpointService:VpcEndpointService",
  subnet: "aws:ec2/subnet:Subnet",
  table: "aws:ec2/routeTable:RouteTable",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  transitGateway: "aws:ec2transitgateway/transitGateway:TransitGateway",
  transitGatewayAccepter: "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
  transitGatewayAssociation: "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
  transitGatewayAttachment: "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  transitGatewayPropagation: "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
  transitGatewayRoute: "aws:ec2transitgateway/route:Route",
  transitGatewayTable: "aws:ec2transitgateway/routeTable:RouteTable",
  vpc: "aws:ec2/vpc:Vpc",
} as const;
type Kind = keyof typeof types;

/** Set-up as on real hosts: every gateway address has its rules. */
export function command(registration: Registration): Properties {
  const { stdout } = plannedOutputs(registration);
  const report = typeof stdout === "string" && stdout.includes("gateways") ? (JSON.parse(stdout) as object) : undefined;
  return { stdout: report === undefined ? stdout : JSON.stringify({ ...report, interface: "ens5", ipForward: true }) };
}

const deployments = new Map<string, Promise<readonly ResourceState[]>>();

/**
 * States of both stacks of the program, once for all test files of a process: a {@link Deployment} is a copy. By ssh there
 * are a bastion and a way to the internet to make faults of.
 */
export function deployedStates(access: "ssm" | "ssh" = "ssh"): Promise<readonly ResourceState[]> {
  const made = deployments.get(access) ?? deploy(access);
  deployments.set(access, made);
  return made;
}

async function deploy(access: "ssm" | "ssh"): Promise<readonly ResourceState[]> {
  const config = { access };
  const security = await runStack("security", { command, config });
  const { outputs, secretNames, cloud } = security;
  const system = await runStack("system", { command, config, cloud, stacks: { security: { outputs, secretNames } } });
  return [...security.states, ...system.states];
}

export const source = "system-source-apne1-az4";
export const destination = "system-destination-apne1-az1";
export const target = "security-target-apne1-az4";
export const otherTarget = "security-target-apne1-az1";

/** A copy of the states to make faults in. */
export class Deployment {
  states: ResourceState[];
  evidence: Record<string, TargetEvidence> = {};

  constructor(states: readonly ResourceState[]) {
    this.states = structuredClone([...states]);
  }

  find(kind: Kind, name: string): ResourceState {
    const [found, ...more] = this.states.filter(
      (state) => state.type === types[kind] && state.urn.endsWith(`::${name}`),
    );
    if (found === undefined || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} ${kind} '${name}'`);
    return found;
  }

  id(kind: Kind, name: string): string {
    return this.find(kind, name).id ?? "";
  }

  output(kind: Kind, name: string, key: string): unknown {
    return this.find(kind, name).outputs?.[key];
  }

  change(kind: Kind, name: string, outputs: Record<string, unknown>): this {
    const state = this.find(kind, name);
    state.outputs = { ...state.outputs, ...outputs };
    return this;
  }

  /** At least one, or the test would test nothing. */
  remove(kind: Kind, name: string | RegExp): this {
    const goes = ({ type, urn }: ResourceState): boolean => {
      const own = urn.split("::").at(-1) ?? "";
      return type === types[kind] && (typeof name === "string" ? own === name : name.test(own));
    };
    if (!this.states.some(goes)) throw new Error(`no ${kind} '${String(name)}'`);
    this.states = this.states.filter((state) => !goes(state));
    return this;
  }

  add(kind: Kind, name: string, id: string, outputs: Record<string, unknown>): this {
    this.states.push({ urn: `urn:pulumi:system::test::${types[kind]}::${name}`, type: types[kind], id, outputs });
    return this;
  }

  route(tableName: string, destinationCidrBlock: string, to: Record<string, string>): this {
    const routeTableId = this.id("table", tableName);
    return this.add("route", `${tableName}-${destinationCidrBlock}`, `r-${tableName}`, {
      routeTableId,
      destinationCidrBlock,
      ...to,
    });
  }

  /** Health of a target as somebody was told. */
  health(name: string, health: "healthy" | "unhealthy"): this {
    this.evidence[this.id("instance", name)] = { health };
    return this;
  }

  /** What the target's set-up reported. */
  report(name: string, report: Record<string, unknown>): this {
    const hairpin = `${name}-hairpin`;
    const stdout = JSON.stringify({
      ...(JSON.parse(String(this.output("command", hairpin, "stdout"))) as object),
      ...report,
    });
    this.change("command", hairpin, { stdout });
    return this.change("hairpin", hairpin, { result: stdout });
  }

  get topology(): Topology {
    return withEvidence(topologyFromStates(this.states), this.evidence);
  }

  trace(request: Partial<TraceRequest> = {}): TraceResult {
    return trace(this.topology, { source, destination, protocol: "icmp", ...request });
  }
}

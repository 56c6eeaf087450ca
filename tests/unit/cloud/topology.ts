import type { Caller, Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { hub, region, spoke, tokens } from "../../fixtures/aws";

export { accounts, newCloud, tokens } from "../../fixtures/aws";

export const security: Caller = { accountId: hub, region };
export const system: Caller = { accountId: spoke, region };

export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8k0mHn8sUy1ZyQ7aFh0cJm3m1JmXWJ3nq8x5l0Zz5x lab";
export const amazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

export interface Made {
  type: string;
  caller: Caller;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** Creates resources as the engine does: check, then create. */
export class Builder {
  readonly made: Made[] = [];

  constructor(readonly cloud: Cloud) {}

  async create(caller: Caller, type: string, inputs: Properties, name = "thing"): Promise<Made> {
    const checked = this.cloud.check({ ...caller, urn: `urn:pulumi:s::p::${type}::${name}` }, type, undefined, inputs);
    if (checked.failures.length > 0) throw new Error(checked.failures.map(({ reason }) => reason).join("; "));
    const made = { type, caller, inputs: checked.inputs, ...(await this.cloud.create(caller, type, checked.inputs)) };
    this.made.push(made);
    return made;
  }

  /** Deletes everything, last first, as the engine would. */
  async destroy(): Promise<void> {
    for (const { caller, type, id, outputs } of [...this.made].reverse()) {
      await this.cloud.delete(caller, type, id, outputs);
    }
  }
}

export const healthCheck = {
  protocol: "TCP",
  port: "80",
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** The whole path in two accounts: one AZ, one target, one endpoint, one source subnet. */
export async function buildPath(cloud: Cloud) {
  const builder = new Builder(cloud);
  const create = builder.create.bind(builder);
  const zone = { availabilityZoneId: "apne1-az4" };
  const ami = await cloud.invoke(security, "aws:ssm/getParameter:getParameter", { name: amazonLinux });

  const hubVpc = await create(security, tokens.vpc, { cidrBlock: "10.1.0.0/16", enableDnsHostnames: true }, "hub");
  const hubSubnet = await create(security, tokens.subnet, { vpcId: hubVpc.id, cidrBlock: "10.1.1.0/24", ...zone });
  const group = await create(security, tokens.securityGroup, { vpcId: hubVpc.id }, "target");
  const rule = { securityGroupId: group.id, ipProtocol: "udp", fromPort: 6081, toPort: 6081, cidrIpv4: "10.1.1.0/24" };
  const ingress = await create(security, tokens.ingress, rule);
  const egress = await create(security, tokens.egress, rule);
  const key = await create(security, tokens.keyPair, { publicKey }, "operator");
  const target = await create(security, tokens.instance, {
    ami: ami["insecureValue"],
    instanceType: "t3.micro",
    subnetId: hubSubnet.id,
    vpcSecurityGroupIds: [group.id],
    keyName: key.id,
    tags: { Name: "target" },
  });
  const balancer = await create(
    security,
    tokens.loadBalancer,
    { loadBalancerType: "gateway", subnets: [hubSubnet.id] },
    "gwlb",
  );
  const targetGroup = await create(
    security,
    tokens.targetGroup,
    { protocol: "GENEVE", port: 6081, vpcId: hubVpc.id, healthCheck },
    "targets",
  );
  const listener = await create(security, tokens.listener, {
    loadBalancerArn: balancer.id,
    defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
  });
  const attachment = await create(security, tokens.attachment, { targetGroupArn: targetGroup.id, targetId: target.id });
  const service = await create(security, tokens.service, {
    acceptanceRequired: false,
    gatewayLoadBalancerArns: [balancer.id],
  });
  const principal = await create(security, tokens.principal, {
    vpcEndpointServiceId: service.id,
    principalArn: `arn:aws:iam::${system.accountId}:root`,
  });

  const vpc = await create(system, tokens.vpc, { cidrBlock: "10.2.0.0/16", enableDnsHostnames: true }, "spoke");
  const sourceSubnet = await create(system, tokens.subnet, { vpcId: vpc.id, cidrBlock: "10.2.1.0/24", ...zone });
  const endpointSubnet = await create(system, tokens.subnet, { vpcId: vpc.id, cidrBlock: "10.2.2.0/24", ...zone });
  const otherSubnet = await create(system, tokens.subnet, {
    vpcId: vpc.id,
    cidrBlock: "10.2.3.0/24",
    availabilityZoneId: "apne1-az1",
  });
  const endpoint = await create(system, tokens.endpoint, {
    vpcId: vpc.id,
    serviceName: service.outputs["serviceName"],
    vpcEndpointType: "GatewayLoadBalancer",
    subnetIds: [endpointSubnet.id],
  });
  const accepter = await create(security, tokens.accepter, {
    vpcEndpointServiceId: service.id,
    vpcEndpointId: endpoint.id,
  });
  const table = await create(system, tokens.routeTable, { vpcId: vpc.id });
  const association = await create(system, tokens.association, { routeTableId: table.id, subnetId: sourceSubnet.id });
  const route = await create(system, tokens.route, {
    routeTableId: table.id,
    destinationCidrBlock: "10.2.3.0/24",
    vpcEndpointId: endpoint.id,
  });
  const s3 = await create(system, tokens.endpoint, {
    vpcId: vpc.id,
    serviceName: "com.amazonaws.ap-northeast-1.s3",
    routeTableIds: [table.id],
  });
  const systemGroup = await create(system, tokens.securityGroup, { vpcId: vpc.id }, "endpoints");
  const ssm = await create(system, tokens.endpoint, {
    vpcId: vpc.id,
    serviceName: "com.amazonaws.ap-northeast-1.ssm",
    vpcEndpointType: "Interface",
    subnetIds: [otherSubnet.id],
    securityGroupIds: [systemGroup.id],
    privateDnsEnabled: true,
  });
  const gateway = await create(system, tokens.internetGateway, { vpcId: vpc.id });
  const role = await create(system, tokens.role, { assumeRolePolicy: "{}" }, "ssm");
  await create(system, tokens.rolePolicy, {
    role: role.id,
    policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  });
  const profile = await create(system, tokens.profile, { role: role.id }, "ssm");
  return {
    builder,
    ami: String(ami["insecureValue"]),
    hubVpc,
    hubSubnet,
    group,
    ingress,
    egress,
    key,
    target,
    balancer,
    targetGroup,
    listener,
    attachment,
    service,
    principal,
    vpc,
    sourceSubnet,
    endpointSubnet,
    otherSubnet,
    endpoint,
    accepter,
    table,
    association,
    route,
    s3,
    systemGroup,
    ssm,
    gateway,
    role,
    profile,
  };
}

export type Path = Awaited<ReturnType<typeof buildPath>>;

/** The error of something that must fail. */
export async function failure(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

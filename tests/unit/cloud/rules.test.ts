import { expect } from "chai";
import { AwsError, type Caller, type Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/properties";
import { buildPath, failure, healthCheck, newCloud, publicKey, security, system, tokens, type Path } from "./topology";

interface Case {
  rule: string;
  code: string;
  /** A part of the message. */
  text: string | RegExp;
  caller?: Caller;
  type: string;
  inputs: (path: Path) => Properties;
}

const creations: Case[] = [
  {
    rule: "a gateway listener with a port",
    code: "ValidationError",
    text: "A port cannot be specified for gateway listeners",
    type: tokens.listener,
    inputs: ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      port: 6081,
      defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
    }),
  },
  {
    rule: "a gateway listener with a protocol",
    code: "ValidationError",
    text: "A protocol cannot be specified for gateway listeners",
    type: tokens.listener,
    inputs: ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      protocol: "GENEVE",
      defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
    }),
  },
  {
    rule: "a second listener",
    code: "DuplicateListener",
    text: "already exists",
    type: tokens.listener,
    inputs: ({ balancer, targetGroup }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
    }),
  },
  {
    rule: "a listener for a target group that there is not",
    code: "TargetGroupNotFound",
    text: "Target groups 'arn:nothing' not found",
    type: tokens.listener,
    inputs: ({ balancer }) => ({
      loadBalancerArn: balancer.id,
      defaultActions: [{ type: "forward", targetGroupArn: "arn:nothing" }],
    }),
  },
  {
    rule: "two subnets of a load balancer in one AZ",
    code: "InvalidConfigurationRequest",
    text: "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    caller: system,
    type: tokens.loadBalancer,
    inputs: ({ sourceSubnet, endpointSubnet }) => ({
      name: "two",
      loadBalancerType: "gateway",
      subnets: [sourceSubnet.id, endpointSubnet.id],
    }),
  },
  {
    rule: "security groups on a gateway load balancer",
    code: "InvalidConfigurationRequest",
    text: "Security groups are not supported",
    type: tokens.loadBalancer,
    inputs: ({ hubSubnet, group }) => ({
      name: "groups",
      loadBalancerType: "gateway",
      subnets: [hubSubnet.id],
      securityGroups: [group.id],
    }),
  },
  {
    rule: "a subnet of another account",
    code: "SubnetNotFound",
    text: "does not exist",
    type: tokens.loadBalancer,
    inputs: ({ sourceSubnet }) => ({ name: "far", loadBalancerType: "gateway", subnets: [sourceSubnet.id] }),
  },
  {
    rule: "a second load balancer of the same name",
    code: "DuplicateLoadBalancerName",
    text: "same name",
    type: tokens.loadBalancer,
    inputs: ({ hubSubnet, balancer }) => ({
      name: balancer.outputs["name"],
      loadBalancerType: "gateway",
      subnets: [hubSubnet.id],
    }),
  },
  {
    rule: "a GENEVE port other than 6081",
    code: "ValidationError",
    text: "6081",
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({ name: "port", protocol: "GENEVE", port: 80, vpcId: hubVpc.id, healthCheck }),
  },
  {
    rule: "unequal failover values",
    code: "ValidationError",
    text: /must be the same/,
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({
      name: "failover",
      protocol: "GENEVE",
      port: 6081,
      vpcId: hubVpc.id,
      healthCheck,
      targetFailovers: [{ onDeregistration: "rebalance", onUnhealthy: "no_rebalance" }],
    }),
  },
  {
    rule: "a health check that times out after the next one began",
    code: "ValidationError",
    text: "interval must be greater than the timeout",
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({
      name: "slow",
      protocol: "GENEVE",
      port: 6081,
      vpcId: hubVpc.id,
      healthCheck: { ...healthCheck, interval: 5, timeout: 5 },
    }),
  },
  {
    rule: "a target that is no instance of this account",
    code: "InvalidTarget",
    text: "is not valid",
    type: tokens.attachment,
    inputs: ({ targetGroup }) => ({ targetGroupArn: targetGroup.id, targetId: "i-00000000000000000" }),
  },
  {
    rule: "a target on another port",
    code: "InvalidTarget",
    text: "80",
    type: tokens.attachment,
    inputs: ({ targetGroup, target }) => ({ targetGroupArn: targetGroup.id, targetId: target.id, port: 80 }),
  },
  {
    rule: "an endpoint for an unknown service",
    code: "InvalidServiceName",
    text: "The Vpc Endpoint Service 'com.amazonaws.vpce.ap-northeast-1.vpce-svc-0' does not exist",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, endpointSubnet }) => ({
      vpcId: vpc.id,
      serviceName: "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0",
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [endpointSubnet.id],
    }),
  },
  {
    rule: "an endpoint of an account that is no principal",
    code: "InvalidServiceName",
    text: /The Vpc Endpoint Service 'com\.amazonaws\.vpce\..*' does not exist/,
    caller: security,
    type: tokens.endpoint,
    inputs: ({ hubVpc, hubSubnet, service }) => ({
      vpcId: hubVpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [hubSubnet.id],
    }),
  },
  {
    rule: "an endpoint in an AZ that the service does not have",
    code: "InvalidParameter",
    text: /does not support the availability zone of the subnet: subnet-0/,
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, otherSubnet, service }) => ({
      vpcId: vpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [otherSubnet.id],
    }),
  },
  {
    rule: "a GWLB endpoint in two subnets",
    code: "InvalidParameter",
    text: "exactly one subnet, not 2",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, endpointSubnet, otherSubnet, service }) => ({
      vpcId: vpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [endpointSubnet.id, otherSubnet.id],
    }),
  },
  {
    rule: "a GWLB endpoint with a security group",
    code: "InvalidParameter",
    text: "Security groups are not supported",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, endpointSubnet, systemGroup, service }) => ({
      vpcId: vpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [endpointSubnet.id],
      securityGroupIds: [systemGroup.id],
    }),
  },
  {
    rule: "an interface endpoint for a GWLB service",
    code: "InvalidParameter",
    text: "Endpoint type (Interface) does not match available service types ([GatewayLoadBalancer]).",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, endpointSubnet, service }) => ({
      vpcId: vpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "Interface",
      subnetIds: [endpointSubnet.id],
    }),
  },
  {
    rule: "a second S3 endpoint for the same route table",
    code: "RouteAlreadyExists",
    text: "already has a route with destination-prefix-list-id",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, table }) => ({
      vpcId: vpc.id,
      serviceName: "com.amazonaws.ap-northeast-1.s3",
      routeTableIds: [table.id],
    }),
  },
  {
    rule: "two subnets of an interface endpoint in one AZ",
    code: "DuplicateSubnetsInSameZone",
    text: "availability zone",
    caller: system,
    type: tokens.endpoint,
    inputs: ({ vpc, sourceSubnet, endpointSubnet }) => ({
      vpcId: vpc.id,
      serviceName: "com.amazonaws.ap-northeast-1.ssmmessages",
      vpcEndpointType: "Interface",
      subnetIds: [sourceSubnet.id, endpointSubnet.id],
    }),
  },
  {
    rule: "a principal that is none",
    code: "InvalidPrincipal",
    text: "222222222222",
    type: tokens.principal,
    inputs: ({ service }) => ({ vpcEndpointServiceId: service.id, principalArn: "222222222222" }),
  },
  {
    rule: "a subnet over another",
    code: "InvalidSubnet.Conflict",
    text: "The CIDR '10.2.1.128/25' conflicts with another subnet",
    caller: system,
    type: tokens.subnet,
    inputs: ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.2.1.128/25" }),
  },
  {
    rule: "a subnet outside of its VPC",
    code: "InvalidSubnet.Range",
    text: "The CIDR '10.3.1.0/24' is invalid.",
    caller: system,
    type: tokens.subnet,
    inputs: ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.3.1.0/24" }),
  },
  {
    rule: "a subnet in an AZ that there is not",
    code: "InvalidParameterValue",
    text: /apne1-az9.*apne1-az1/,
    caller: system,
    type: tokens.subnet,
    inputs: ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.2.9.0/24", availabilityZoneId: "apne1-az9" }),
  },
  {
    rule: "a VPC of another account",
    code: "InvalidVpcID.NotFound",
    text: /The vpc ID 'vpc-0\w+' does not exist/,
    caller: security,
    type: tokens.subnet,
    inputs: ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.2.9.0/24" }),
  },
  {
    rule: "a route inside the VPC for no whole subnet",
    code: "InvalidParameterValue",
    text: "The destination CIDR block 10.2.3.0/25",
    caller: system,
    type: tokens.route,
    inputs: ({ table, endpoint }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.2.3.0/25",
      vpcEndpointId: endpoint.id,
    }),
  },
  {
    rule: "the same route again",
    code: "RouteAlreadyExists",
    text: "The route identified by 10.2.3.0/24 already exists.",
    caller: system,
    type: tokens.route,
    inputs: ({ table, endpoint }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.2.3.0/24",
      vpcEndpointId: endpoint.id,
    }),
  },
  {
    rule: "a route to an endpoint of another account",
    code: "InvalidVpcEndpointId.NotFound",
    text: "does not exist",
    caller: security,
    type: tokens.route,
    inputs: ({ hubVpc, endpoint }) => ({
      routeTableId: hubVpc.outputs["mainRouteTableId"],
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: endpoint.id,
    }),
  },
  {
    rule: "a route to an interface endpoint",
    code: "InvalidParameterValue",
    text: "Route table contains unsupported route target",
    caller: system,
    type: tokens.route,
    inputs: ({ table, ssm }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: ssm.id,
    }),
  },
  {
    rule: "a second route table for a subnet",
    code: "Resource.AlreadyAssociated",
    text: "conflicts with an existing association",
    caller: system,
    type: tokens.association,
    inputs: ({ table, sourceSubnet }) => ({ routeTableId: table.id, subnetId: sourceSubnet.id }),
  },
  {
    rule: "a second internet gateway",
    code: "InvalidParameterValue",
    text: "already has an internet gateway attached",
    caller: system,
    type: tokens.internetGateway,
    inputs: ({ vpc }) => ({ vpcId: vpc.id }),
  },
  {
    rule: "the same rule twice",
    code: "InvalidPermission.Duplicate",
    text: 'the specified rule "peer: 10.1.1.0/24, UDP, from port: 6081, to port: 6081, ALLOW" already exists',
    type: tokens.ingress,
    inputs: ({ group }) => ({
      securityGroupId: group.id,
      ipProtocol: "udp",
      fromPort: 6081,
      toPort: 6081,
      cidrIpv4: "10.1.1.0/24",
      description: "another description makes no difference",
    }),
  },
  {
    rule: "a rule for a group of another account",
    code: "InvalidGroup.NotFound",
    text: "does not exist",
    caller: system,
    type: tokens.ingress,
    inputs: ({ group }) => ({ securityGroupId: group.id, ipProtocol: "-1", cidrIpv4: "10.0.0.0/8" }),
  },
  {
    rule: "ports the wrong way round",
    code: "InvalidParameterValue",
    text: "443 - 80",
    type: tokens.ingress,
    inputs: ({ group }) => ({
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 80,
      cidrIpv4: "10.0.0.0/8",
    }),
  },
  {
    rule: "a second security group of the same name",
    code: "InvalidGroup.Duplicate",
    text: "already exists",
    type: tokens.securityGroup,
    inputs: ({ hubVpc, group }) => ({ vpcId: hubVpc.id, name: group.outputs["name"] }),
  },
  {
    rule: "a second key pair of the same name",
    code: "InvalidKeyPair.Duplicate",
    text: "already exists",
    type: tokens.keyPair,
    inputs: ({ key }) => ({ keyName: key.id, publicKey }),
  },
  {
    rule: "a key that is no public key",
    code: "InvalidKey.Format",
    text: "OpenSSH",
    type: tokens.keyPair,
    inputs: () => ({ keyName: "bad", publicKey: "secret" }),
  },
  {
    rule: "an image that there is not",
    code: "InvalidAMIID.NotFound",
    text: "'[ami-1]'",
    type: tokens.instance,
    inputs: ({ hubSubnet }) => ({ ami: "ami-1", instanceType: "t3.micro", subnetId: hubSubnet.id }),
  },
  {
    rule: "a key pair of another account",
    code: "InvalidKeyPair.NotFound",
    text: "does not exist",
    caller: system,
    type: tokens.instance,
    inputs: ({ ami, sourceSubnet, key }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: sourceSubnet.id,
      keyName: key.id,
    }),
  },
  {
    rule: "a security group of another account",
    code: "InvalidGroup.NotFound",
    text: "does not exist",
    caller: system,
    type: tokens.instance,
    inputs: ({ ami, sourceSubnet, group }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: sourceSubnet.id,
      vpcSecurityGroupIds: [group.id],
    }),
  },
  {
    rule: "an address that somebody has",
    code: "InvalidIPAddress.InUse",
    text: "is in use",
    type: tokens.instance,
    inputs: ({ ami, hubSubnet, target }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: hubSubnet.id,
      privateIp: target.outputs["privateIp"],
    }),
  },
  {
    rule: "an address that AWS keeps",
    code: "InvalidParameterValue",
    text: "reserved address range",
    type: tokens.instance,
    inputs: ({ ami, hubSubnet }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: hubSubnet.id,
      privateIp: "10.1.1.3",
    }),
  },
  {
    rule: "an instance profile that there is not",
    code: "InvalidParameterValue",
    text: "Invalid IAM Instance Profile name",
    type: tokens.instance,
    inputs: ({ ami, hubSubnet }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: hubSubnet.id,
      iamInstanceProfile: "nobody",
    }),
  },
];

interface Deletion {
  what: keyof Path;
  code: string;
  text: string;
}

const deletions: Deletion[] = [
  { what: "vpc", code: "DependencyViolation", text: "has dependencies and cannot be deleted" },
  { what: "endpointSubnet", code: "DependencyViolation", text: "has dependencies and cannot be deleted" },
  { what: "group", code: "DependencyViolation", text: "has a dependent object" },
  { what: "table", code: "DependencyViolation", text: "has dependencies and cannot be deleted" },
  { what: "balancer", code: "ResourceInUse", text: "currently associated with another service" },
  { what: "targetGroup", code: "ResourceInUse", text: "currently in use by a listener" },
  { what: "service", code: "ExistingVpcEndpointConnections", text: "existing active VPC Endpoint connections" },
  { what: "endpoint", code: "InvalidParameter", text: "must be removed from route table before deletion" },
  { what: "role", code: "DeleteConflict", text: "Cannot delete entity" },
];

describe("cloud rules", () => {
  let cloud: Cloud;
  let path: Path;
  before(async () => {
    cloud = newCloud();
    path = await buildPath(cloud);
  });

  for (const { rule, code, text, caller, type, inputs } of creations) {
    it(`refuses ${rule}: ${code}`, async () => {
      const before = cloud.snapshot();
      const error = await failure(() => path.builder.create(caller ?? security, type, inputs(path)));
      expect(error).to.be.instanceOf(AwsError);
      expect((error as AwsError).code, error.message).to.equal(code);
      expect(error.message).to.match(/operation error \w.*, api error/);
      if (typeof text === "string") expect(error.message).to.include(text);
      else expect(error.message).to.match(text);
      expect(cloud.snapshot(), "nothing is left behind").to.deep.equal(before);
    });
  }

  for (const { what, code, text } of deletions) {
    it(`refuses to delete what is in use: ${what}`, async () => {
      const made = path[what] as Path["vpc"];
      const before = cloud.snapshot();
      const error = await failure(() => cloud.delete(made.caller, made.type, made.id, made.outputs));
      expect((error as AwsError).code, error.message).to.equal(code);
      expect(error.message).to.include(text);
      expect(cloud.snapshot()).to.deep.equal(before);
    });
  }

  it("refuses to detach an internet gateway while a public address is mapped", async () => {
    const bastion = await path.builder.create(system, tokens.instance, {
      ami: path.ami,
      instanceType: "t3.micro",
      subnetId: path.sourceSubnet.id,
      associatePublicIpAddress: true,
    });
    expect(bastion.outputs["publicIp"]).to.match(/^198\.51\.100\.\d+$/);
    const { caller, type, id } = path.gateway;
    const error = await failure(() => cloud.delete(caller, type, id));
    expect(error.message).to.include("some mapped public address(es)");
    await cloud.delete(system, tokens.instance, bastion.id);
  });

  it("knows no account that it was not given", async () => {
    const stranger = { accountId: "333333333333", region: "ap-northeast-1" };
    const error = await failure(() => cloud.create(stranger, tokens.vpc, { cidrBlock: "10.0.0.0/16" }));
    expect((error as AwsError).code).to.equal("InvalidClientTokenId");
  });

  it("names a type, an input and a function that it does not have", async () => {
    expect(() => cloud.check(system, "aws:s3/bucket:Bucket", undefined, {})).to.throw("'aws:s3/bucket:Bucket'");
    const { failures } = cloud.check(system, tokens.vpc, undefined, { cidrBlock: "10.0.0.0/16", cidr: "x" });
    expect(failures).to.have.length(1);
    expect(failures[0]?.property).to.equal("cidr");
    const error = await failure(() => cloud.invoke(system, "aws:s3/getBucket:getBucket", {}));
    expect(error.message).to.include("'aws:s3/getBucket:getBucket'");
  });

  it("sees and deletes nothing of another account or Region", async () => {
    expect(await cloud.read(security, tokens.vpc, path.vpc.id)).to.equal(undefined);
    expect(await cloud.read({ ...system, region: "us-east-1" }, tokens.vpc, path.vpc.id)).to.equal(undefined);
    await cloud.delete(security, tokens.instance, "i-00000000000000000");
    await cloud.delete(system, tokens.instance, path.target.id);
    expect(cloud.snapshot().instances).to.have.property(path.target.id);
  });

  it("finds nothing of another Region", async () => {
    const token = "aws:ec2/getSubnet:getSubnet";
    const args = { cidrBlock: "10.2.1.0/24" };
    expect(await cloud.invoke(system, token, args)).to.include({ id: path.sourceSubnet.id });
    const error = await failure(() => cloud.invoke(system, token, { ...args, region: "us-east-1" }));
    expect(error.message).to.include("no matching EC2 Subnet found");
  });

  for (const [what, type] of [
    ["a route table", tokens.routeTable],
    ["a security group", tokens.securityGroup],
    ["an internet gateway", tokens.internetGateway],
  ] as const) {
    it(`refuses to delete a VPC in which there is ${what}`, async () => {
      const vpc = await path.builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      const inside = await path.builder.create(system, type, { vpcId: vpc.id });
      const error = await failure(() => cloud.delete(system, tokens.vpc, vpc.id));
      expect((error as AwsError).code).to.equal("DependencyViolation");
      await cloud.delete(system, type, inside.id);
      await cloud.delete(system, tokens.vpc, vpc.id);
      expect(cloud.snapshot().vpcs).to.not.have.property(vpc.id);
    });
  }

  it("comes down in the engine's order and leaves nothing", async () => {
    const torn = newCloud();
    const empty = torn.snapshot();
    const { builder } = await buildPath(torn);
    await builder.destroy();
    expect(torn.snapshot()).to.deep.equal(empty);
  });
});

describe("inputs that are refused before anything is called", () => {
  const cloud = newCloud();
  const group = { protocol: "GENEVE", port: 6081, vpcId: "vpc-1" };
  const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
  const cases: [string, string, Properties, RegExp][] = [
    ["a missing input", tokens.subnet, { cidrBlock: "10.0.0.0/24" }, /Missing required argument.*vpcId/],
    ["a CIDR with host bits", tokens.vpc, { cidrBlock: "10.0.0.1/16" }, /10\.0\.0\.1\/16/],
    ["a VPC that is too big", tokens.vpc, { cidrBlock: "10.0.0.0/8" }, /\/16 to \/28/],
    ["a number for a string", tokens.targetGroup, { ...group, healthCheck: { port: 80 } }, /a string, it is 80/],
    ["a health check interval", tokens.targetGroup, { ...group, healthCheck: { interval: 4 } }, /\(5 - 300\), got 4/],
    ["a health check timeout", tokens.targetGroup, { ...group, healthCheck: { timeout: 121 } }, /\(2 - 120\), got 121/],
    ["a threshold", tokens.targetGroup, { ...group, healthCheck: { healthyThreshold: 11 } }, /\(2 - 10\), got 11/],
    [
      "a path for TCP",
      tokens.targetGroup,
      { ...group, healthCheck: { protocol: "TCP", path: "/" } },
      /"healthCheck.path" cannot be specified when/,
    ],
    ["a deregistration delay", tokens.targetGroup, { ...group, deregistrationDelay: 3601 }, /\(0 - 3600\)/],
    [
      "a camelCase failover value, as the typings suggest",
      tokens.targetGroup,
      { ...group, targetFailovers: [{ onDeregistration: "noRebalance", onUnhealthy: "noRebalance" }] },
      /no_rebalance.*got noRebalance/,
    ],
    ["stickiness without a type", tokens.targetGroup, { ...group, stickiness: {} }, /stickiness\.type/],
    ["a nested input that there is not", tokens.targetGroup, { ...group, healthCheck: { x: 1 } }, /healthCheck\.x/],
    [
      "an idle timeout",
      tokens.listener,
      { loadBalancerArn: "a", defaultActions: [], tcpIdleTimeoutSeconds: 59 },
      /\(60 - 6000\), got 59/,
    ],
    ["a rule without a peer", tokens.ingress, rule, /Exactly one of.*not 0/],
    ["a rule with two peers", tokens.egress, { ...rule, cidrIpv4: "10.0.0.0/8", prefixListId: "pl-1" }, /not 2/],
    [
      "tcp without ports",
      tokens.ingress,
      { securityGroupId: "sg-1", ipProtocol: "tcp", cidrIpv4: "10.0.0.0/8" },
      /'fromPort' must be given/,
    ],
    ["a route without a target", tokens.route, { routeTableId: "r", destinationCidrBlock: "10.0.0.0/8" }, /one of/],
    ["an association of nothing", tokens.association, { routeTableId: "r" }, /one of gatewayId, subnetId/],
    ["an application load balancer", tokens.loadBalancer, { loadBalancerType: "application" }, /"gateway"/],
    ["a name that is too long", tokens.loadBalancer, { loadBalancerType: "gateway", name: "x".repeat(33) }, /32/],
  ];
  for (const [what, type, inputs, reason] of cases) {
    it(what, () => {
      const { failures } = cloud.check(security, type, undefined, inputs);
      expect(failures.map((found) => found.reason).join("; ")).to.match(reason);
    });
  }

  it("lets values pass that are not known yet", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const inputs = { protocol: "GENEVE", port: unknown, vpcId: unknown, healthCheck: { interval: unknown } };
    expect(cloud.check(security, tokens.targetGroup, undefined, inputs).failures).to.deep.equal([]);
  });
});

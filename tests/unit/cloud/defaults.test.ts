import { expect } from "chai";
import type { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { buildPath, newCloud, security, tokens, type Path } from "./topology";

interface Default {
  what: string;
  type: string;
  inputs: (path: Path) => Properties;
  outputs: Properties;
}

/** What AWS, or the provider, takes for what a program leaves out. */
const defaults: Default[] = [
  {
    // ELBv2 API, LoadBalancerAttribute: load_balancing.cross_zone.enabled.
    what: "a load balancer keeps each AZ's traffic in the AZ",
    type: tokens.loadBalancer,
    inputs: ({ hubSubnet }) => ({ loadBalancerType: "gateway", subnets: [hubSubnet.id] }),
    outputs: { enableCrossZoneLoadBalancing: false, enableDeletionProtection: false },
  },
  {
    // ELBv2 API, TargetGroupAttribute, and the provider's schema.
    what: "a target group waits 300 s, is not sticky, does not rebalance and checks TCP port 80",
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({ protocol: "GENEVE", port: 6081, vpcId: hubVpc.id }),
    outputs: {
      deregistrationDelay: 300,
      "stickiness.enabled": false,
      targetFailovers: [{ onDeregistration: "no_rebalance", onUnhealthy: "no_rebalance" }],
      "healthCheck.protocol": "TCP",
      "healthCheck.port": "80",
      "healthCheck.interval": 10,
      "healthCheck.timeout": 5,
      "healthCheck.healthyThreshold": 5,
      "healthCheck.unhealthyThreshold": 2,
    },
  },
  {
    // The provider's schema, which does not know of GENEVE's.
    what: "a health check block without port and protocol checks the traffic's port by HTTP",
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({ protocol: "GENEVE", port: 6081, vpcId: hubVpc.id, healthCheck: {} }),
    outputs: {
      "healthCheck.protocol": "HTTP",
      "healthCheck.port": "traffic-port",
      "healthCheck.path": "/",
      "healthCheck.interval": 30,
      "healthCheck.healthyThreshold": 3,
      "healthCheck.unhealthyThreshold": 3,
    },
  },
  {
    // The provider's schema: a block's `enabled` defaults to true.
    what: "a stickiness block with a type alone turns stickiness on",
    type: tokens.targetGroup,
    inputs: ({ hubVpc }) => ({
      protocol: "GENEVE",
      port: 6081,
      vpcId: hubVpc.id,
      stickiness: { type: "source_ip_dest_ip" },
    }),
    outputs: { "stickiness.enabled": true, "stickiness.type": "source_ip_dest_ip" },
  },
  {
    // PrivateLink guide, "Manage permissions".
    what: "a service allows nobody",
    type: tokens.service,
    inputs: ({ balancer }) => ({ acceptanceRequired: false, gatewayLoadBalancerArns: [balancer.id] }),
    outputs: { allowedPrincipals: [] },
  },
  {
    // VPC user guide, "DNS attributes for your VPC".
    what: "a VPC has DNS support and no DNS host names",
    type: tokens.vpc,
    inputs: () => ({ cidrBlock: "10.7.0.0/16" }),
    outputs: { enableDnsSupport: true, enableDnsHostnames: false },
  },
  {
    // EC2 API, ModifySubnetAttribute, MapPublicIpOnLaunch.
    what: "a subnet gives no public addresses",
    type: tokens.subnet,
    inputs: ({ hubVpc }) => ({ vpcId: hubVpc.id, cidrBlock: "10.1.9.0/24" }),
    outputs: { mapPublicIpOnLaunch: false },
  },
  {
    // EC2 API, ModifyInstanceAttribute, SourceDestCheck.
    what: "an instance checks source and destination, and has the subnet's say about public addresses",
    type: tokens.instance,
    inputs: ({ ami, hubSubnet }) => ({ ami, instanceType: "t3.micro", subnetId: hubSubnet.id }),
    outputs: { sourceDestCheck: true, publicIp: "" },
  },
];

describe("what is left out", () => {
  let cloud: Cloud;
  let path: Path;
  before(async () => {
    cloud = newCloud();
    path = await buildPath(cloud);
  });

  for (const { what, type, inputs, outputs } of defaults) {
    it(what, async () => {
      const made = await path.builder.create(security, type, inputs(path));
      for (const [name, value] of Object.entries(outputs)) {
        expect(made.outputs).to.have.deep.nested.property(name, value);
      }
    });
  }

  it("a listener forgets idle TCP flows after 350 s", () => {
    // GWLB user guide, "TCP idle timeout".
    expect(path.listener.outputs).to.include({ tcpIdleTimeoutSeconds: 350 });
  });

  it("a security group has no rule at all: the provider takes AWS's egress rule out", async () => {
    const { id } = await path.builder.create(security, tokens.securityGroup, { vpcId: path.hubVpc.id });
    const rules = Object.values(cloud.snapshot().securityGroupRules);
    expect(rules.filter(({ securityGroupId }) => securityGroupId === id)).to.deep.equal([]);
  });
});

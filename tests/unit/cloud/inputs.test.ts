import { expect } from "chai";
import type { Properties } from "../../../lab/cloud/core/properties";
import { newCloud, security, tokens } from "./topology";

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

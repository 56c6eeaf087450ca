import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { GwlbService, type GwlbServiceArgs } from "../../../components";
import { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import {
  dependenciesOf,
  failureOf,
  hub,
  idsByName,
  inputsByName,
  newCloud,
  rejectionOf,
  run,
  spoke,
  tokens,
  valueOf,
  type World,
} from "./run";

const zones = { "apne1-az4": "10.1.10.0/24", "apne1-az1": "10.1.11.0/24" };

/** The service with a VPC and subnets to be in. */
function service(world: World, changes: Partial<GwlbServiceArgs> = {}): GwlbService {
  const vpc = new aws.ec2.Vpc("hub", { cidrBlock: "10.1.0.0/16" }, world.hub);
  const subnetIds = Object.fromEntries(
    Object.entries(zones).map(([azId, cidrBlock]) => [
      azId,
      new aws.ec2.Subnet(azId, { vpcId: vpc.id, cidrBlock, availabilityZoneId: azId }, world.hub).id,
    ]),
  );
  const args = { vpcId: vpc.id, subnetIds, principalAccountIds: [hub, spoke], ...changes };
  return new GwlbService("gw", args, world.hubProviders);
}

describe("GwlbService", () => {
  it("makes a gateway load balancer over the given subnets, cross-zone off", async () => {
    const { mocks } = await run((world) => service(world));
    const subnets = idsByName(mocks, tokens.subnet);
    expect(inputsByName(mocks, tokens.loadBalancer)).to.deep.equal({
      gw: {
        loadBalancerType: "gateway",
        subnets: [subnets["apne1-az4"], subnets["apne1-az1"]],
        enableCrossZoneLoadBalancing: false,
        tags: { Name: "gw" },
      },
    });
  });

  it("makes a GENEVE target group with every health check value set", async () => {
    const { mocks } = await run((world) => service(world));
    expect(inputsByName(mocks, tokens.targetGroup)).to.deep.equal({
      gw: {
        protocol: "GENEVE",
        port: 6081,
        targetType: "instance",
        vpcId: idsByName(mocks, tokens.vpc)["hub"],
        deregistrationDelay: 300,
        stickiness: { enabled: false, type: "source_ip_dest_ip_proto" },
        targetFailovers: [{ onDeregistration: "no_rebalance", onUnhealthy: "no_rebalance" }],
        healthCheck: {
          enabled: true,
          protocol: "TCP",
          port: "80",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags: { Name: "gw" },
      },
    });
  });

  it("says of every kind of stickiness whether it is on, so that a change back to 5-tuple takes effect", async () => {
    const cloud = newCloud();
    const { mocks } = await run((world) => service(world, { stickiness: "source_ip_dest_ip" }), { cloud });
    const { caller, type, id, inputs } = mocks.find(tokens.targetGroup, "gw");
    if (caller === undefined) throw new Error("the target group is in no account");
    expect(cloud.snapshot().targetGroups[id]?.stickiness.enabled).to.equal(true);
    const { mocks: after } = await run((world) => service(world, { stickiness: "none" }));
    const { stickiness } = after.find(tokens.targetGroup, "gw").inputs;
    await cloud.update(caller, type, id, {}, { ...inputs, stickiness });
    expect(cloud.snapshot().targetGroups[id]?.stickiness.enabled).to.equal(false);
  });

  it("makes a listener without port and protocol, and an endpoint service without acceptance", async () => {
    const { mocks } = await run((world) => service(world));
    const [arn, groupArn] = [tokens.loadBalancer, tokens.targetGroup].map((type) => idsByName(mocks, type)["gw"]);
    expect(inputsByName(mocks, tokens.listener)).to.deep.equal({
      gw: {
        loadBalancerArn: arn,
        defaultActions: [{ type: "forward", targetGroupArn: groupArn }],
        tcpIdleTimeoutSeconds: 350,
      },
    });
    expect(inputsByName(mocks, tokens.service)).to.deep.equal({
      gw: { acceptanceRequired: false, gatewayLoadBalancerArns: [arn], tags: { Name: "gw" } },
    });
  });

  it("allows the root principal of each account, one resource for each", async () => {
    const { mocks } = await run((world) => service(world));
    const vpcEndpointServiceId = idsByName(mocks, tokens.service)["gw"];
    expect(inputsByName(mocks, tokens.principal)).to.deep.equal({
      [`gw-${hub}`]: { vpcEndpointServiceId, principalArn: `arn:aws:iam::${hub}:root` },
      [`gw-${spoke}`]: { vpcEndpointServiceId, principalArn: `arn:aws:iam::${spoke}:root` },
    });
  });

  it("passes every setting on, false and zero included", async () => {
    const { mocks } = await run((world) =>
      service(world, {
        acceptanceRequired: true,
        crossZone: true,
        stickiness: "source_ip_dest_ip",
        failover: "rebalance",
        deregistrationDelay: 0,
        tcpIdleTimeout: 60,
        healthCheck: { interval: 30, timeout: 20, healthyThreshold: 4, unhealthyThreshold: 3 },
      }),
    );
    expect(inputsByName(mocks, tokens.loadBalancer)["gw"]).to.include({ enableCrossZoneLoadBalancing: true });
    expect(inputsByName(mocks, tokens.service)["gw"]).to.include({ acceptanceRequired: true });
    expect(inputsByName(mocks, tokens.listener)["gw"]).to.include({ tcpIdleTimeoutSeconds: 60 });
    const group = inputsByName(mocks, tokens.targetGroup)["gw"];
    expect(group).to.deep.include({
      deregistrationDelay: 0,
      stickiness: { enabled: true, type: "source_ip_dest_ip" },
      targetFailovers: [{ onDeregistration: "rebalance", onUnhealthy: "rebalance" }],
    });
    expect(group?.["healthCheck"]).to.include({
      interval: 30,
      timeout: 20,
      healthyThreshold: 4,
      unhealthyThreshold: 3,
    });
  });

  it("checks by HTTP where that is said, and refuses what no health check can be", async () => {
    const { mocks } = await run((world) => service(world, { healthCheck: { protocol: "HTTP", port: 8080 } }));
    expect(inputsByName(mocks, tokens.targetGroup)["gw"]?.["healthCheck"]).to.deep.equal({
      enabled: true,
      protocol: "HTTP",
      port: "8080",
      path: "/",
      matcher: "200-399",
      interval: 10,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    });
    const refused = async (healthCheck: object): Promise<string> =>
      (await failureOf((world) => service(world, { healthCheck }))).message;
    expect(await refused({ path: "/healthz" })).to.include(
      'healthCheck.path: "/healthz": expected none with protocol TCP',
    );
    expect(await refused({ protocol: "UDP" })).to.include(
      'healthCheck.protocol: "UDP": expected one of TCP, HTTP, HTTPS',
    );
  });

  it("tells the GWLB's address in each AZ, of the interface in that AZ's subnet", async () => {
    const { result, cloud } = await run((world) => service(world));
    expect(result.azIds).to.deep.equal(["apne1-az4", "apne1-az1"]);
    const { subnets, networkInterfaces } = cloud.snapshot();
    for (const [azId, cidrBlock] of Object.entries(zones)) {
      const subnet = Object.values(subnets).find((each) => each.cidrBlock === cidrBlock);
      const inSubnet = Object.values(networkInterfaces).filter(({ subnetId }) => subnetId === subnet?.id);
      const address = result.gatewayAddresses[azId];
      expect([address && (await valueOf(address))]).to.deep.equal(
        inSubnet.map(({ privateIpAddress }) => privateIpAddress),
      );
    }
  });

  /** A cloud in which the look-up of the GWLB's interfaces finds none. */
  class Blind extends Cloud {
    override invoke(...[caller, token, args]: Parameters<Cloud["invoke"]>): Promise<Properties> {
      if (!token.includes("getNetworkInterface")) return super.invoke(caller, token, args);
      const filters = (args["filters"] as { name: string }[]).filter(({ name }) => name !== "subnet-id");
      return super.invoke(caller, token, { ...args, filters: [...filters, ...this.more] });
    }
    more: { name: string; values: string[] }[] = [];
  }
  const blind = (more: Blind["more"]): Blind => {
    const cloud = new Blind({
      accounts: { [hub]: { name: "a" }, [spoke]: { name: "b" } },
      clock: { scale: 0 },
      seed: "b",
    });
    cloud.more = more;
    return cloud;
  };

  it("fails naming AZ, subnet and expectation when the GWLB has no interface in an AZ", async () => {
    const cloud = blind([{ name: "subnet-id", values: ["subnet-0"] }]);
    const error = await rejectionOf((world) => pulumi.output(service(world).gatewayAddresses), { cloud });
    expect(error.message).to.match(/The GWLB's address in AZ apne1-az[14] is not known: expected exactly one/);
    expect(error.message).to.match(/"ELB gwy\/gw-[0-9a-f]{7}\/[0-9a-f]+" in subnet subnet-\w+: .*no matching/s);
  });

  it("fails in the same way when there are several", async () => {
    const cloud = blind([]);
    const error = await rejectionOf((world) => pulumi.output(service(world).gatewayAddresses), { cloud });
    expect(error.message).to.match(/expected exactly one network interface .*: .*multiple/s);
  });

  it("tells the service's name only when all principals are allowed", async () => {
    const { mocks } = await run((world) => {
      const { serviceName } = service(world);
      new aws.ec2.Vpc("user", { cidrBlock: "10.9.0.0/16", tags: { serviceName } }, world.hub);
    });
    expect(dependenciesOf(mocks, tokens.vpc, "user")).to.include.members([
      "VpcEndpointService gw",
      `VpcEndpointServiceAllowedPrinciple gw-${hub}`,
      `VpcEndpointServiceAllowedPrinciple gw-${spoke}`,
    ]);
  });

  it("is wholly in its provider's account", async () => {
    const { mocks } = await run((world) => service(world));
    for (const { caller } of mocks.registrations) expect(caller?.accountId ?? hub).to.equal(hub);
    for (const { caller } of mocks.calls) expect(caller?.accountId).to.equal(hub);
  });

  it("knows nothing of what is not there yet in a preview, and fails for nothing", async () => {
    const { result } = await run((world) => service(world), { cloud: newCloud(), preview: true });
    expect(result.azIds).to.deep.equal(["apne1-az4", "apne1-az1"]);
    expect(await valueOf(result.serviceName)).to.equal(undefined);
  });

  for (const [what, changes, message] of [
    ["no subnet", { subnetIds: {} }, "GwlbService gw: subnetIds is empty"],
    ["no principal", { principalAccountIds: [] }, "GwlbService gw: principalAccountIds is empty"],
    [
      "a principal that is no account",
      { principalAccountIds: ["*"] },
      'principalAccountIds "*" is not an AWS account ID',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf((world) => service(world, changes as Partial<GwlbServiceArgs>));
      expect(error.message).to.include(message);
    });
  }

  it("refuses a name that is too long for a load balancer's", async () => {
    const name = "g".repeat(25);
    const error = await failureOf(
      ({ hubProviders }) =>
        new GwlbService(
          name,
          { vpcId: "vpc-1", subnetIds: { a: "subnet-1" }, principalAccountIds: [hub] },
          hubProviders,
        ),
    );
    expect(error.message).to.include("the name has 25 characters, expected at most 24");
  });
});

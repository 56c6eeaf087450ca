import { expect } from "chai";
import { AwsError, IncompleteError, unknownValue, type Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { errorSites, siteOf } from "./errorSites";
import { refusals } from "./refusals";
import { buildPath, failure, newCloud, security, system, tokens, type Made, type Path } from "./topology";

/** What AWS finds out when a NAT gateway is there already: what is asked for, and the code that it has then. */
const unusable: [string, string, (path: Path) => Promise<Properties>][] = [
  [
    "a VPC without an internet gateway",
    "Gateway.NotAttached",
    async ({ builder, gateway, sourceSubnet }) => {
      await builder.cloud.delete(system, tokens.internetGateway, gateway.id, gateway.outputs);
      return { subnetId: sourceSubnet.id, allocationId: (await builder.create(system, tokens.eip, {})).id };
    },
  ],
  [
    "an address that another one has",
    "Resource.AlreadyAssociated",
    async ({ builder, sourceSubnet }) => {
      const { id: allocationId } = await builder.create(system, tokens.eip, {});
      const inputs = { subnetId: sourceSubnet.id, allocationId };
      await builder.create(system, tokens.natGateway, inputs);
      return inputs;
    },
  ],
  [
    "a subnet that is full",
    "InsufficientFreeAddressesInSubnet",
    async ({ builder, vpc }) => {
      const subnet = await builder.create(system, tokens.subnet, { vpcId: vpc.id, cidrBlock: "10.2.9.0/28" });
      for (let count = 0; count < 11; count++) {
        await builder.create(system, tokens.natGateway, { subnetId: subnet.id, connectivityType: "private" });
      }
      return { subnetId: subnet.id, connectivityType: "private" };
    },
  ],
];

describe("cloud rules", () => {
  let cloud: Cloud;
  let path: Path;
  before(async () => {
    cloud = newCloud();
    path = await buildPath(cloud);
  });

  const sites = errorSites();
  const provoked = new Set<string>();

  /** The error of what must fail; noted, so that errors that nothing provokes are found. */
  async function refused(action: () => unknown): Promise<AwsError> {
    const error = await failure(action);
    const site = siteOf(error, sites);
    if (site !== undefined) provoked.add(site.name);
    expect(error).to.be.instanceOf(AwsError);
    return error as AwsError;
  }

  for (const [kind, rows] of Object.entries(refusals)) {
    describe(`of ${kind}`, () => {
      for (const { rule, code, text, given, attempt } of rows) {
        it(`refuse ${rule}: ${code}`, async () => {
          const place = given === undefined ? path : await buildPath(newCloud());
          const there = (await given?.(place)) ?? ({} as Made);
          const before = place.builder.cloud.snapshot();
          const error = await refused(() => attempt(place, there));
          expect(error.code, error.message).to.equal(code);
          if (typeof text === "string") expect(error.message).to.include(text);
          else expect(error.message).to.match(text);
          expect(place.builder.cloud.snapshot(), "nothing is left behind").to.deep.equal(before);
        });
      }
    });
  }

  for (const [what, code, prepare] of unusable) {
    it(`leave a NAT gateway of ${what} failed: ${code}`, async () => {
      const place = await buildPath(newCloud());
      const inputs = await prepare(place);
      const error = await failure(() => place.builder.create(system, tokens.natGateway, inputs));
      if (!(error instanceof IncompleteError)) throw error;
      const { id } = error.partial;
      const { message } = await refused(() => {
        throw error.cause as Error;
      });
      expect(message).to.include("unexpected state 'failed'").and.include(code);
      expect(place.builder.cloud.snapshot().natGateways[id]?.state).to.equal("failed");
      expect(
        Object.values(place.builder.cloud.snapshot().networkInterfaces).map(({ owner }) => owner.id),
      ).to.not.include(id);
      await place.builder.cloud.delete(system, tokens.natGateway, id, {});
      expect(place.builder.cloud.snapshot().natGateways).to.not.have.property(id);
    });
  }

  it("refuse a target that does not run yet: InvalidTarget", async () => {
    const { builder, ami, hubSubnet, targetGroup } = await buildPath(newCloud());
    builder.cloud.hooks.instanceRunning = () => Promise.reject(new Error("it does not start"));
    const instance = { ami, instanceType: "t3.micro", subnetId: hubSubnet.id, tags: { Name: "pending" } };
    await failure(() => builder.create(security, tokens.instance, instance));
    const pending = Object.values(builder.cloud.snapshot().instances).find(({ tags }) => tags["Name"] === "pending");
    expect(pending?.state).to.equal("pending");
    const inputs = { targetGroupArn: targetGroup.id, targetId: pending?.id };
    const error = await refused(() => builder.create(security, tokens.attachment, inputs));
    expect(error.message).to.include("api error InvalidTarget").and.include("not in a running state");
  });

  it("refuse a service of a load balancer that is not active yet: InvalidParameter", async () => {
    const { builder, hubSubnet } = await buildPath(newCloud());
    const inputs = { name: "young", loadBalancerType: "gateway", subnets: [hubSubnet.id] };
    const creation = builder.cloud.create(security, tokens.loadBalancer, inputs);
    const young = Object.values(builder.cloud.snapshot().loadBalancers).find(({ name }) => name === "young");
    expect(young?.state).to.equal("provisioning");
    const service = { acceptanceRequired: false, gatewayLoadBalancerArns: [young?.arn] };
    const error = await refused(() => builder.cloud.create(security, tokens.service, service));
    expect(error.message).to.include("api error InvalidParameter").and.include("is not active");
    await creation;
  });

  it("refuse to call accepted what is rejected before it is available: the accepter is kept, incomplete", async () => {
    const { builder, service, endpoint } = await buildPath(newCloud());
    const { cloud } = builder;
    const ids = { vpcEndpointServiceId: service.id, vpcEndpointId: endpoint.id };
    cloud.edit.rejectEndpoint(security, service.id, endpoint.id);
    cloud.hooks.settled = () => Promise.resolve(cloud.edit.rejectEndpoint(security, service.id, endpoint.id));
    const incomplete = await failure(() => cloud.create(security, tokens.accepter, ids));
    expect(incomplete).to.be.instanceOf(IncompleteError);
    const { cause } = incomplete;
    if (!(cause instanceof Error)) throw incomplete;
    const error = await refused(() => Promise.reject(cause));
    expect(error.message).to.include("accept: unexpected state 'rejected', wanted target 'available'");
    expect(incomplete)
      .to.have.property("partial")
      .that.deep.includes({ id: `${service.id}_${endpoint.id}` });
  });

  it("let everybody connect to a service whose principal is *", async () => {
    const place = await buildPath(newCloud());
    const { builder, hubVpc, hubSubnet, service } = place;
    const inputs = {
      vpcId: hubVpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [hubSubnet.id],
    };
    await refused(() => builder.create(security, tokens.endpoint, inputs));
    await builder.create(security, tokens.principal, { vpcEndpointServiceId: service.id, principalArn: "*" });
    const endpoint = await builder.create(security, tokens.endpoint, inputs);
    expect(endpoint.outputs["state"]).to.equal("available");
  });

  it("know no account that they were not given", async () => {
    const stranger = { accountId: "333333333333", region: "ap-northeast-1" };
    const error = await refused(() => cloud.create(stranger, tokens.vpc, { cidrBlock: "10.0.0.0/16" }));
    expect(error.code).to.equal("InvalidClientTokenId");
  });

  it("name a type, an input, a function, an argument and a Region that the model does not have", async () => {
    const type = await refused(() => cloud.check(system, "aws:s3/bucket:Bucket", undefined, {}));
    expect(type.message).to.include("'aws:s3/bucket:Bucket'");
    const { failures } = cloud.check(system, tokens.vpc, undefined, { cidrBlock: "10.0.0.0/16", cidr: "x" });
    expect(failures.map(({ property }) => property)).to.deep.equal(["cidr"]);
    const token = await refused(() => cloud.invoke(system, "aws:s3/getBucket:getBucket", {}));
    expect(token.message).to.include("'aws:s3/getBucket:getBucket'");
    const getSubnet = "aws:ec2/getSubnet:getSubnet";
    const argument = await refused(() => cloud.invoke(system, getSubnet, { cidr: "x" }));
    expect(argument.message).to.include("no input 'cidr'");
    const unknown = await refused(() => cloud.invoke(system, getSubnet, { vpcId: unknownValue }));
    expect(unknown.message).to.include("not known yet");
    const zones = "aws:index/getAvailabilityZones:getAvailabilityZones";
    const region = await refused(() => cloud.invoke({ ...system, region: "mars-1" }, zones, {}));
    expect(region.message).to.include("mars-1");
  });

  it("see and delete nothing of another account or Region", async () => {
    expect(await cloud.read(security, tokens.vpc, path.vpc.id)).to.equal(undefined);
    expect(await cloud.read({ ...system, region: "us-east-1" }, tokens.vpc, path.vpc.id)).to.equal(undefined);
    await cloud.delete(security, tokens.instance, "i-00000000000000000");
    await cloud.delete(system, tokens.instance, path.target.id);
    expect(cloud.snapshot().instances).to.have.property(path.target.id);
  });

  it("find nothing of another Region", async () => {
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
    it(`refuse to delete a VPC in which there is ${what}`, async () => {
      const vpc = await path.builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      const inside = await path.builder.create(system, type, { vpcId: vpc.id });
      const error = await refused(() => cloud.delete(system, tokens.vpc, vpc.id));
      expect(error.code).to.equal("DependencyViolation");
      await cloud.delete(system, type, inside.id);
      await cloud.delete(system, tokens.vpc, vpc.id);
      expect(cloud.snapshot().vpcs).to.not.have.property(vpc.id);
    });
  }

  it("let everything go in the engine's order, and nothing is left", async () => {
    const torn = newCloud();
    const empty = torn.snapshot();
    const { builder } = await buildPath(torn);
    await builder.destroy();
    expect(torn.snapshot()).to.deep.equal(empty);
  });

  describe("altogether", () => {
    it("name a source for every error, in a comment `Source: …` of its own before it", () => {
      expect(sites.filter(({ source }) => source === undefined).map(({ name }) => name)).to.deep.equal([]);
    });

    // Runs last: mocha goes through a suite's tests first, then through the suites in it.
    it("have no error that none of these tests provokes", () => {
      expect(sites.map(({ name }) => name).filter((name) => !provoked.has(name))).to.deep.equal([]);
    });
  });
});

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { GwlbConsumer, GwlbService, type GwlbConsumerArgs } from "../../../components";
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

const azIds = ["apne1-az4", "apne1-az1"];
const cidrs = { source: "10.2.10.0/24", "apne1-az4": "10.2.30.0/28", "apne1-az1": "10.2.31.0/28" };

/** A service in the security account. */
function serviceName(world: World, principals: string[] = [spoke]): pulumi.Output<string> {
  const vpc = new aws.ec2.Vpc("hub", { cidrBlock: "10.1.0.0/16" }, world.hub);
  const subnetIds = Object.fromEntries(
    azIds.map((azId, index) => [
      azId,
      new aws.ec2.Subnet(
        `hub-${azId}`,
        { vpcId: vpc.id, cidrBlock: `10.1.${index}.0/24`, availabilityZoneId: azId },
        world.hub,
      ).id,
    ]),
  );
  const service = new GwlbService(
    "gw",
    { vpcId: vpc.id, subnetIds, principalAccountIds: principals },
    world.hubProviders,
  );
  return service.serviceName;
}

/** A consumer with a VPC, subnets and a route table to be in. */
function consumer(world: World, changes: Partial<GwlbConsumerArgs> = {}): GwlbConsumer {
  const vpc = new aws.ec2.Vpc("spoke", { cidrBlock: "10.2.0.0/16" }, world.spoke);
  const subnet = (name: keyof typeof cidrs, availabilityZoneId: string): pulumi.Output<string> =>
    new aws.ec2.Subnet(name, { vpcId: vpc.id, cidrBlock: cidrs[name], availabilityZoneId }, world.spoke).id;
  const endpointSubnetIds = {
    "apne1-az4": subnet("apne1-az4", "apne1-az4"),
    "apne1-az1": subnet("apne1-az1", "apne1-az1"),
  };
  subnet("source", "apne1-az4");
  const table = new aws.ec2.RouteTable("table", { vpcId: vpc.id }, world.spoke);
  return new GwlbConsumer(
    "con",
    {
      vpcId: vpc.id,
      vpcCidrBlock: "10.2.0.0/16",
      subnetCidrBlocks: Object.values(cidrs),
      serviceName: changes.serviceName ?? serviceName(world),
      serviceAzIds: azIds,
      endpointSubnetIds,
      routes: [
        { name: "inside", routeTableId: table.id, destinationCidrBlock: cidrs.source, azId: "apne1-az4" },
        { name: "outside", routeTableId: table.id, destinationCidrBlock: "10.1.20.16/32", azId: "apne1-az1" },
      ],
      ...changes,
    },
    world.spokeProviders,
  );
}

describe("GwlbConsumer", () => {
  it("makes one endpoint per AZ, each in its one subnet, in the consumer's account", async () => {
    const { mocks, cloud, result } = await run((world) => consumer(world));
    const vpcId = idsByName(mocks, tokens.vpc)["spoke"];
    const subnets = idsByName(mocks, tokens.subnet);
    const service = cloud.snapshot().endpointServices[idsByName(mocks, tokens.service)["gw"] ?? ""];
    const endpoint = (azId: string): object => ({
      vpcId,
      serviceName: service?.serviceName,
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [subnets[azId]],
      tags: { Name: `con-${azId}` },
    });
    expect(inputsByName(mocks, tokens.endpoint)).to.deep.equal({
      "con-apne1-az4": endpoint("apne1-az4"),
      "con-apne1-az1": endpoint("apne1-az1"),
    });
    for (const azId of azIds) {
      expect(mocks.find(tokens.endpoint, `con-${azId}`).caller?.accountId).to.equal(spoke);
      const id = result.endpointIds[azId];
      expect(id && (await valueOf(id))).to.equal(mocks.find(tokens.endpoint, `con-${azId}`).id);
    }
  });

  it("replaces an endpoint whose subnet is another one: AWS does not exchange it", async () => {
    const { optionsOf } = await run((world) => consumer(world));
    for (const azId of azIds) {
      expect(optionsOf(tokens.endpoint, `con-${azId}`).replaceOnChanges).to.deep.equal(["subnetIds"]);
    }
  });

  it("asks from its own account whether the service is visible, before it makes an endpoint", async () => {
    const { mocks } = await run((world) => consumer(world));
    const calls = mocks.calls.filter(({ token }) => token.includes("getVpcEndpointService"));
    expect(calls.map(({ caller }) => caller?.accountId)).to.deep.equal([spoke]);
  });

  it("routes each destination into the endpoint of the route's AZ", async () => {
    const { mocks, result } = await run((world) => consumer(world));
    const routeTableId = idsByName(mocks, tokens.routeTable)["table"];
    const endpoints = idsByName(mocks, tokens.endpoint);
    expect(inputsByName(mocks, tokens.route)).to.deep.equal({
      "con-inside": {
        routeTableId,
        destinationCidrBlock: "10.2.10.0/24",
        vpcEndpointId: endpoints["con-apne1-az4"],
      },
      "con-outside": {
        routeTableId,
        destinationCidrBlock: "10.1.20.16/32",
        vpcEndpointId: endpoints["con-apne1-az1"],
      },
    });
    expect(dependenciesOf(mocks, tokens.route, "con-inside")).to.include("VpcEndpoint con-apne1-az4");
    expect(await valueOf(result.routeIds)).to.have.length(2);
  });

  it("fails with AWS's error and the mend when its account is no principal of the service", async () => {
    const error = await rejectionOf((world) =>
      pulumi.output(consumer(world, { serviceName: serviceName(world, [hub]) }).endpointIds),
    );
    expect(error.message).to.match(
      /Endpoint service com\.amazonaws\.vpce\.\S+ is not visible from this account, expected it to be one of/,
    );
    expect(error.message).to.include("InvalidServiceName");
  });

  it("makes no endpoint of a service that it cannot see", async () => {
    const cloud = newCloud();
    const error = await failureOf((world) => consumer(world, { serviceName: serviceName(world, [hub]) }), { cloud });
    expect(error.message).to.match(/^aws:ec2\/getVpcEndpointService/);
    expect(cloud.snapshot().vpcEndpoints).to.deep.equal({});
  });

  const table = pulumi.output("rtb-1");
  const inside = { name: "r", routeTableId: table, destinationCidrBlock: "10.2.10.0/24", azId: "apne1-az4" };
  const wrong: { what: string; changes: Partial<GwlbConsumerArgs>; message: string }[] = [
    {
      what: "an AZ that the service is not in",
      changes: { serviceAzIds: ["apne1-az4", "apne1-az2"] },
      message: "no endpoint is possible in AZ apne1-az1: the service has apne1-az4, apne1-az2",
    },
    { what: "no AZ", changes: { endpointSubnetIds: {} }, message: "endpointSubnetIds is empty" },
    {
      what: "a route into an AZ without endpoint",
      changes: { routes: [{ ...inside, azId: "apne1-az2" }] },
      message: "route r: there is no endpoint in AZ apne1-az2, only in apne1-az4, apne1-az1",
    },
    {
      what: "a destination inside the VPC that is no whole subnet",
      changes: { routes: [{ ...inside, destinationCidrBlock: "10.2.10.0/25" }] },
      message:
        'route r: destination "10.2.10.0/25" is inside the VPC\'s CIDR 10.2.0.0/16 but is no whole subnet, expected one of',
    },
    {
      what: "a destination that is no CIDR",
      changes: { routes: [{ ...inside, destinationCidrBlock: "10.2.10.0" }] },
      message: 'route r: destination "10.2.10.0" is not an IPv4 CIDR',
    },
  ];
  for (const { what, changes, message } of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf((world) => consumer(world, changes));
      expect(error.message).to.include(`GwlbConsumer con: ${message}`);
    });
  }
});

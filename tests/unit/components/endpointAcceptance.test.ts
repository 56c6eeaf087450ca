import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { availableId, GwlbConsumer, GwlbService } from "../../../components";
import {
  dependenciesOf,
  failureOf,
  hub,
  idsByName,
  inputsByName,
  newCloud,
  run,
  spoke,
  tokens,
  valueOf,
  type World,
} from "./run";

const azId = "apne1-az4";

/** A consumer of a service that requires acceptance: one AZ, one route. */
function consumer(world: World, accepts: boolean): GwlbConsumer {
  const hubVpc = new aws.ec2.Vpc("hub", { cidrBlock: "10.1.0.0/16" }, world.hub);
  const hubSubnet = new aws.ec2.Subnet(
    "hub",
    { vpcId: hubVpc.id, cidrBlock: "10.1.0.0/24", availabilityZoneId: azId },
    world.hub,
  );
  const service = new GwlbService(
    "gw",
    { vpcId: hubVpc.id, subnetIds: { [azId]: hubSubnet.id }, principalAccountIds: [spoke], acceptanceRequired: true },
    world.hubProviders,
  );
  const vpc = new aws.ec2.Vpc("spoke", { cidrBlock: "10.2.0.0/16" }, world.spoke);
  const subnet = new aws.ec2.Subnet(
    "spoke",
    { vpcId: vpc.id, cidrBlock: "10.2.30.0/28", availabilityZoneId: azId },
    world.spoke,
  );
  const table = new aws.ec2.RouteTable("table", { vpcId: vpc.id }, world.spoke);
  return new GwlbConsumer(
    "con",
    {
      vpcId: vpc.id,
      vpcCidrBlock: "10.2.0.0/16",
      subnetCidrBlocks: ["10.2.30.0/28"],
      serviceName: service.serviceName,
      serviceAzIds: [azId],
      endpointSubnetIds: { [azId]: subnet.id },
      ...(accepts && { acceptance: { serviceId: service.serviceId, provider: world.hub.provider } }),
      routes: [{ name: "r", routeTableId: table.id, destinationCidrBlock: "10.1.20.16/32", azId }],
    },
    world.spokeProviders,
  );
}

/** Its error; the program itself goes on until it is asked for the value. */
function errorOf(output: pulumi.Output<unknown>): Promise<Error> {
  return valueOf(output).then(
    () => new Error("it has a value"),
    (error: Error) => error,
  );
}

describe("EndpointAcceptance", () => {
  it("accepts the consumer's endpoint in the service's account, and only that is done there", async () => {
    const { mocks, cloud, result } = await run((world) => consumer(world, true));
    const endpoint = idsByName(mocks, tokens.endpoint)[`con-${azId}`] ?? "";
    expect(inputsByName(mocks, tokens.accepter)).to.deep.equal({
      [`con-${azId}`]: { vpcEndpointServiceId: idsByName(mocks, tokens.service)["gw"], vpcEndpointId: endpoint },
    });
    const accountOf = (type: string, name: string): string | undefined => mocks.find(type, name).caller?.accountId;
    expect(accountOf(tokens.accepter, `con-${azId}`)).to.equal(hub);
    expect(accountOf(tokens.endpoint, `con-${azId}`)).to.equal(spoke);
    expect(accountOf(tokens.route, "con-r")).to.equal(spoke);
    expect(cloud.snapshot().vpcEndpoints[endpoint]?.state).to.equal("available");
    const id = result.endpointIds[azId];
    expect(id && (await valueOf(id))).to.equal(endpoint);
  });

  it("comes between an endpoint and the routes into it", async () => {
    const { mocks } = await run((world) => consumer(world, true));
    expect(dependenciesOf(mocks, tokens.accepter, `con-${azId}`)).to.include(`VpcEndpoint con-${azId}`);
    expect(dependenciesOf(mocks, tokens.route, "con-r")).to.include(`VpcEndpointConnectionAccepter con-${azId}`);
  });

  it("does not reject what it accepted when it is taken away", async () => {
    const { optionsOf } = await run((world) => consumer(world, true));
    expect(optionsOf(tokens.accepter, `con-${azId}`).retainOnDelete).to.equal(true);
  });

  it("fails, with no route made, when the connection is rejected instead", async () => {
    const cloud = newCloud();
    cloud.hooks.settled = () => {
      for (const service of Object.values(cloud.snapshot().endpointServices))
        for (const { id } of Object.values(cloud.snapshot().vpcEndpoints))
          cloud.edit.rejectEndpoint(service, service.id, id);
      return Promise.resolve();
    };
    const { message } = await failureOf((world) => consumer(world, true), { cloud });
    expect(message).to.include("accept: unexpected state 'rejected', wanted target 'available'");
    const routes = Object.values(cloud.snapshot().routeTables).flatMap((table) => table.routes);
    expect(routes.filter(({ target }) => target.kind === "vpcEndpoint")).to.deep.equal([]);
  });

  it("is not needed for a plan: nothing is known yet", async () => {
    const { mocks } = await run((world) => consumer(world, true), { preview: true });
    expect(Object.keys(inputsByName(mocks, tokens.route))).to.include("con-r");
  });
});

describe("a consumer that nobody accepts", () => {
  it("ends at the routes and says who has to do what, with none made", async () => {
    const cloud = newCloud();
    const { result } = await run((world) => errorOf(pulumi.output(consumer(world, false).endpointIds)), { cloud });
    expect((await result).message).to.match(
      /Endpoint vpce-\w+ in AZ apne1-az4 is pendingAcceptance: its service requires acceptance\. Have .* --refresh/,
    );
    const routes = Object.values(cloud.snapshot().routeTables).flatMap((table) => table.routes);
    expect(routes.filter(({ target }) => target.kind === "vpcEndpoint")).to.deep.equal([]);
  });

  for (const [state, message] of [
    ["PendingAcceptance", "its service requires acceptance"],
    ["rejected", "is rejected, expected available. Have the service's owner accept"],
    ["failed", "is failed, expected available"],
  ] as const) {
    it(`has no id for its routes while the endpoint is ${state}`, async () => {
      const { result } = await run((world) => errorOf(availableId(world.hub.provider, azId, "vpce-1", state)));
      expect((await result).message)
        .to.include("Endpoint vpce-1 in AZ apne1-az4")
        .and.include(message);
    });
  }

  it("has it as soon as the endpoint is available, whichever way AWS spells it", async () => {
    for (const state of ["available", "Available"]) {
      const { result } = await run((world) => availableId(world.hub.provider, azId, "vpce-1", state));
      expect(await valueOf(result)).to.equal("vpce-1");
    }
  });
});

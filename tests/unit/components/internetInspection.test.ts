import { expect } from "chai";
import { InternetInspection, type InternetInspectionArgs } from "../../../components";
import type { Cloud } from "../../../lab/cloud/cloud";
import { buildPath, system, type Path } from "../cloud/topology";
import { dependenciesOf, failureOf, idsByName, inputsByName, newCloud, run, spoke, tokens, valueOf } from "./run";

const source = { name: "web", azId: "apne1-az4", cidrBlock: "10.2.1.0/24" };

/** A VPC with an endpoint and an internet gateway that somebody else has made. */
async function existing(): Promise<{ cloud: Cloud; path: Path; args: InternetInspectionArgs }> {
  const cloud = newCloud();
  const path = await buildPath(cloud);
  const { vpc, gateway, endpoint, table } = path;
  const args: InternetInspectionArgs = {
    vpcId: vpc.id,
    vpcCidrBlock: "10.2.0.0/16",
    internetGatewayId: gateway.id,
    endpoints: {
      "apne1-az4": {
        id: endpoint.id,
        cidrBlock: "10.2.2.0/24",
        routeTableId: String(vpc.outputs["mainRouteTableId"]),
      },
    },
    subnets: [{ ...source, routeTableId: table.id }],
  };
  return { cloud, path, args };
}

describe("InternetInspection", () => {
  it("leads both directions through the same endpoint, by ids of what exists", async () => {
    const { cloud, path, args } = await existing();
    const { mocks, result } = await run(({ spokeProviders }) => new InternetInspection("in", args, spokeProviders), {
      cloud,
    });
    const edge = idsByName(mocks, tokens.routeTable)["in-edge"] ?? "";
    expect(inputsByName(mocks, tokens.routeTable)).to.deep.equal({
      "in-edge": { vpcId: path.vpc.id, tags: { Name: "in-edge" } },
    });
    expect(inputsByName(mocks, tokens.route)).to.deep.equal({
      "in-endpoint-apne1-az4-to-internet": {
        routeTableId: path.vpc.outputs["mainRouteTableId"],
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: path.gateway.id,
      },
      "in-web-to-internet": {
        routeTableId: path.table.id,
        destinationCidrBlock: "0.0.0.0/0",
        vpcEndpointId: path.endpoint.id,
      },
      "in-internet-to-web": {
        routeTableId: edge,
        destinationCidrBlock: "10.2.1.0/24",
        vpcEndpointId: path.endpoint.id,
      },
    });
    expect(inputsByName(mocks, tokens.association)).to.deep.equal({
      "in-edge": { gatewayId: path.gateway.id, routeTableId: edge },
    });
    expect(cloud.snapshot().routeTables[edge]?.associations[0]?.gatewayId).to.equal(path.gateway.id);
    expect(new Set(mocks.registrations.flatMap(({ caller }) => (caller ? [caller.accountId] : [])))).to.deep.equal(
      new Set([spoke]),
    );
    expect(await valueOf(result.routeIds)).to.have.length(4);
  });

  it("steers from the far end on, the gateway's table last", async () => {
    const { cloud, args } = await existing();
    const { mocks } = await run(({ spokeProviders }) => new InternetInspection("in", args, spokeProviders), { cloud });
    expect(dependenciesOf(mocks, tokens.route, "in-web-to-internet")).to.include(
      "Route in-endpoint-apne1-az4-to-internet",
    );
    expect(dependenciesOf(mocks, tokens.route, "in-internet-to-web")).to.include("Route in-web-to-internet");
    expect(dependenciesOf(mocks, tokens.association, "in-edge")).to.include("Route in-internet-to-web");
  });

  it("adds its routes to a table that the gateway has already, and associates none", async () => {
    const { cloud, path, args } = await existing();
    const edge = await path.builder.create(system, tokens.routeTable, { vpcId: path.vpc.id });
    await path.builder.create(system, tokens.association, { routeTableId: edge.id, gatewayId: path.gateway.id });
    const { mocks } = await run(
      ({ spokeProviders }) => new InternetInspection("in", { ...args, edgeRouteTableId: edge.id }, spokeProviders),
      { cloud },
    );
    expect(inputsByName(mocks, tokens.routeTable)).to.deep.equal({});
    expect(inputsByName(mocks, tokens.association)).to.deep.equal({});
    expect(inputsByName(mocks, tokens.route)["in-internet-to-web"]?.["routeTableId"]).to.equal(edge.id);
  });

  it("ends with AWS's error where the gateway has a table already and nobody says which", async () => {
    const { cloud, path, args } = await existing();
    const edge = await path.builder.create(system, tokens.routeTable, { vpcId: path.vpc.id });
    await path.builder.create(system, tokens.association, { routeTableId: edge.id, gatewayId: path.gateway.id });
    const error = await failureOf(({ spokeProviders }) => new InternetInspection("in", args, spokeProviders), {
      cloud,
    });
    expect(error.message).to.include("Resource.AlreadyAssociated");
  });

  const table = { routeTableId: "rtb-1" };
  const endpoint = { id: "vpce-1", cidrBlock: "10.2.2.0/24", routeTableId: "rtb-2" };
  const wrong: { what: string; changes: Partial<InternetInspectionArgs>; message: string }[] = [
    { what: "no subnet", changes: { subnets: [] }, message: "subnets is empty" },
    {
      what: "a subnet in an AZ without endpoint",
      changes: { subnets: [{ ...source, ...table, azId: "apne1-az1" }] },
      message: "subnet web: there is no endpoint in AZ apne1-az1, only in apne1-az4",
    },
    {
      what: "a subnet outside of the VPC",
      changes: { subnets: [{ ...source, ...table, cidrBlock: "10.3.1.0/24" }] },
      message: 'subnet web "10.3.1.0/24" is not inside vpcCidrBlock "10.2.0.0/16"',
    },
    {
      what: "a subnet that is no CIDR",
      changes: { subnets: [{ ...source, ...table, cidrBlock: "10.2.1.0" }] },
      message: 'subnet web "10.2.1.0" is not an IPv4 CIDR',
    },
    {
      what: "servers in the endpoint's own subnet",
      changes: { subnets: [{ ...source, ...table, cidrBlock: "10.2.2.0/24" }] },
      message: "subnet web: 10.2.2.0/24 overlaps with the subnet of the endpoint in apne1-az4, 10.2.2.0/24",
    },
    {
      what: "two subnets with one route table",
      changes: {
        endpoints: { "apne1-az4": endpoint },
        subnets: [
          { ...source, ...table },
          { ...source, ...table, name: "mail", cidrBlock: "10.2.4.0/24" },
        ],
      },
      message: "subnet mail: another subnet has route table rtb-1, too, expected one of its own",
    },
  ];
  for (const { what, changes, message } of wrong) {
    it(`refuses ${what} before it makes anything`, async () => {
      const { cloud, args } = await existing();
      const before = cloud.snapshot();
      const error = await failureOf(
        ({ spokeProviders }) => new InternetInspection("in", { ...args, ...changes }, spokeProviders),
        { cloud },
      );
      expect(error.message).to.include(`InternetInspection in: ${message}`);
      expect(cloud.snapshot()).to.deep.equal(before);
    });
  }
});

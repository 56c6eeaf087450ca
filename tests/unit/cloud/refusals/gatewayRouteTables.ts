import { system, tokens, type Made, type Path } from "../topology";
import { changing, creating, type Refusal } from "./refusal";

const sourceBlock = "10.2.1.0/24";

/** A table with these routes, associated with the VPC's internet gateway unless `attempt` is to do that. */
async function table(path: Path, routes: object[]): Promise<Made> {
  const made = await path.builder.create(system, tokens.routeTable, { vpcId: path.vpc.id });
  for (const route of routes) await path.builder.create(system, tokens.route, { routeTableId: made.id, ...route });
  return made;
}

async function edgeTable(path: Path): Promise<Made> {
  const made = await table(path, [{ destinationCidrBlock: sourceBlock, vpcEndpointId: path.endpoint.id }]);
  await path.builder.create(system, tokens.association, { routeTableId: made.id, gatewayId: path.gateway.id });
  return made;
}

const associating = creating(system, tokens.association, ({ gateway }, { id }) => ({
  routeTableId: id,
  gatewayId: gateway.id,
}));

/** Route tables that are associated with an internet gateway. */
export const gatewayRouteTables: Refusal[] = [
  {
    rule: "a second route table for a gateway",
    code: "Resource.AlreadyAssociated",
    text: "conflicts with an existing association",
    given: async (path) => {
      await edgeTable(path);
      return table(path, []);
    },
    attempt: associating,
  },
  {
    rule: "a route table for another VPC's gateway",
    code: "InvalidParameterValue",
    text: "belong to different networks",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: creating(system, tokens.association, ({ gateway }, { outputs }) => ({
      routeTableId: outputs["mainRouteTableId"],
      gatewayId: gateway.id,
    })),
  },
  {
    rule: "for a gateway a route table with a route out of the VPC",
    code: "InvalidParameterValue",
    text: "destination 0.0.0.0/0 is neither the VPC's nor a whole subnet's CIDR block",
    given: (path) => table(path, [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: path.gateway.id }]),
    attempt: associating,
  },
  {
    rule: "for a gateway a route table with a prefix list",
    code: "InvalidParameterValue",
    text: /destination pl-\w+ is a prefix list/,
    given: async ({ table: used }) => Promise.resolve(used),
    attempt: associating,
  },
  {
    rule: "a route out of the VPC in a gateway's route table",
    code: "InvalidParameterValue",
    text: "destination 10.9.0.0/16 is neither the VPC's nor a whole subnet's CIDR block",
    given: edgeTable,
    attempt: creating(system, tokens.route, ({ endpoint }, { id }) => ({
      routeTableId: id,
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a route to an internet gateway in a gateway's route table",
    code: "InvalidParameterValue",
    text: /target igw-\w+ is not supported/,
    given: edgeTable,
    attempt: creating(system, tokens.route, ({ gateway }, { id }) => ({
      routeTableId: id,
      destinationCidrBlock: "10.2.3.0/24",
      gatewayId: gateway.id,
    })),
  },
  {
    rule: "an internet gateway as the new target in a gateway's route table",
    code: "InvalidParameterValue",
    text: /target igw-\w+ is not supported/,
    given: async (path) => {
      await edgeTable(path);
      const made = path.builder.made.find(
        ({ type, inputs }) => type === tokens.route && inputs["destinationCidrBlock"] === sourceBlock,
      );
      if (made === undefined) throw new Error(`there is no route for ${sourceBlock}`);
      return made;
    },
    attempt: changing(
      (_path, route) => route,
      ({ gateway }) => ({ vpcEndpointId: undefined, gatewayId: gateway.id }),
    ),
  },
  {
    rule: "as a gateway's new route table one with a route out of the VPC",
    code: "InvalidParameterValue",
    text: "destination 10.9.0.0/16 is neither the VPC's nor a whole subnet's CIDR block",
    given: async (path) => {
      const outside = await table(path, [{ destinationCidrBlock: "10.9.0.0/16", vpcEndpointId: path.endpoint.id }]);
      const own = await table(path, []);
      const { id } = await path.builder.create(system, tokens.association, {
        routeTableId: own.id,
        gatewayId: path.gateway.id,
      });
      const association = path.builder.made.find((made) => made.id === id);
      if (association === undefined) throw new Error(`there is no association ${id}`);
      return { ...association, inputs: { ...association.inputs, routeTableId: outside.id } };
    },
    attempt: changing(
      (_path, association) => association,
      () => ({}),
    ),
  },
  {
    rule: "a gateway endpoint's prefix list in a gateway's route table",
    code: "InvalidParameterValue",
    text: /destination pl-\w+ is a prefix list/,
    given: edgeTable,
    attempt: changing(
      ({ s3 }) => s3,
      ({ table: used }, { id }) => ({ routeTableIds: [used.id, id] }),
    ),
  },
];

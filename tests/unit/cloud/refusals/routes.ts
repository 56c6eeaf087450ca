import { security, system, tokens } from "../topology";
import { changing, changingNothing, creating, deleting, type Refusal } from "./refusal";

export const routes: Refusal[] = [
  {
    rule: "a route inside the VPC for no whole subnet",
    code: "InvalidParameterValue",
    text: "The destination CIDR block 10.2.3.0/25",
    attempt: creating(system, tokens.route, ({ table, endpoint }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.2.3.0/25",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a route inside the VPC by the internet gateway",
    code: "InvalidParameterValue",
    text: "This route can target only an interface",
    attempt: creating(system, tokens.route, ({ table, gateway, endpointSubnet }) => ({
      routeTableId: table.id,
      destinationCidrBlock: endpointSubnet.outputs["cidrBlock"],
      gatewayId: gateway.id,
    })),
  },
  {
    rule: "the same route again",
    code: "RouteAlreadyExists",
    text: "The route identified by 10.2.3.0/24 already exists.",
    attempt: creating(system, tokens.route, ({ table, endpoint }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.2.3.0/24",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a route to an endpoint of another account",
    code: "InvalidVpcEndpointId.NotFound",
    text: "does not exist",
    attempt: creating(security, tokens.route, ({ hubVpc, endpoint }) => ({
      routeTableId: hubVpc.outputs["mainRouteTableId"],
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a route to an interface endpoint",
    code: "InvalidParameterValue",
    text: "Route table contains unsupported route target",
    attempt: creating(system, tokens.route, ({ table, ssm }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: ssm.id,
    })),
  },
  {
    rule: "a route to an endpoint that waits for acceptance",
    code: "InvalidParameterValue",
    text: "Route table contains unsupported route target",
    given: async ({ builder, balancer, vpc, endpointSubnet }) => {
      const service = await builder.create(security, tokens.service, {
        acceptanceRequired: true,
        allowedPrincipals: ["*"],
        gatewayLoadBalancerArns: [balancer.id],
      });
      return builder.create(system, tokens.endpoint, {
        vpcId: vpc.id,
        serviceName: service.outputs["serviceName"],
        vpcEndpointType: "GatewayLoadBalancer",
        subnetIds: [endpointSubnet.id],
      });
    },
    attempt: creating(system, tokens.route, ({ table }, { id }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: id,
    })),
  },
  {
    rule: "a route in another VPC's table",
    code: "InvalidParameterValue",
    text: "belong to different networks",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: creating(system, tokens.route, ({ endpoint }, { outputs }) => ({
      routeTableId: outputs["mainRouteTableId"],
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a route to a gateway that there is not",
    code: "InvalidGatewayID.NotFound",
    text: "The gateway ID 'igw-0' does not exist",
    attempt: creating(system, tokens.route, ({ table }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: "igw-0",
    })),
  },
  {
    rule: "a route to an interface that there is not",
    code: "InvalidNetworkInterfaceID.NotFound",
    text: "The networkInterface ID 'eni-0' does not exist",
    attempt: creating(system, tokens.route, ({ table }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      networkInterfaceId: "eni-0",
    })),
  },
  {
    rule: "a route for a prefix list that there is not",
    code: "InvalidPrefixListId.NotFound",
    text: "The prefix list ID 'pl-0' does not exist",
    attempt: creating(system, tokens.route, ({ table, endpoint }) => ({
      routeTableId: table.id,
      destinationPrefixListId: "pl-0",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a change of a route that is gone",
    code: "InvalidRoute.NotFound",
    text: "no route with destination-cidr-block 10.2.3.0/24",
    given: ({ builder, table, route }) => {
      builder.cloud.edit.deleteRoute(system, table.id, "10.2.3.0/24");
      return Promise.resolve(route);
    },
    attempt: changing(
      (_, route) => route,
      () => ({}),
    ),
  },
  {
    rule: "to take out a route that is not there",
    code: "InvalidRoute.NotFound",
    text: "no route with destination-cidr-block 10.9.0.0/16",
    attempt: ({ builder, table }) =>
      Promise.resolve().then(() => builder.cloud.edit.deleteRoute(system, table.id, "10.9.0.0/16")),
  },
  {
    rule: "to take out the local route",
    code: "InvalidRoute.NotFound",
    text: "no route with destination-cidr-block 10.2.0.0/16",
    attempt: ({ builder, table }) =>
      Promise.resolve().then(() => builder.cloud.edit.deleteRoute(system, table.id, "10.2.0.0/16")),
  },
];

export const routeTables: Refusal[] = [
  {
    rule: "a route in a table that there is not",
    code: "InvalidRouteTableID.NotFound",
    text: "The routeTable ID 'rtb-0' does not exist",
    attempt: creating(system, tokens.route, ({ endpoint }) => ({
      routeTableId: "rtb-0",
      destinationCidrBlock: "10.9.0.0/16",
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "a second route table for a subnet",
    code: "Resource.AlreadyAssociated",
    text: "conflicts with an existing association",
    attempt: creating(system, tokens.association, ({ table, sourceSubnet }) => ({
      routeTableId: table.id,
      subnetId: sourceSubnet.id,
    })),
  },
  {
    rule: "a route table for a subnet that there is not",
    code: "InvalidSubnetID.NotFound",
    text: "The subnet ID 'subnet-0' does not exist",
    attempt: creating(system, tokens.association, ({ table }) => ({ routeTableId: table.id, subnetId: "subnet-0" })),
  },
  {
    rule: "a route table for a gateway that is attached nowhere",
    code: "InvalidGatewayID.NotFound",
    text: /The gateway ID 'igw-0\w+' does not exist/,
    given: ({ builder }) => builder.create(system, tokens.internetGateway, {}),
    attempt: creating(system, tokens.association, ({ table }, { id }) => ({ routeTableId: table.id, gatewayId: id })),
  },
  {
    rule: "a route table for another VPC's subnet",
    code: "InvalidParameterValue",
    text: "belong to different networks",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: creating(system, tokens.association, ({ endpointSubnet }, { outputs }) => ({
      routeTableId: outputs["mainRouteTableId"],
      subnetId: endpointSubnet.id,
    })),
  },
  {
    rule: "a change of an association that is gone",
    code: "InvalidAssociationID.NotFound",
    text: "The association ID 'rtbassoc-0' does not exist",
    attempt: changingNothing(({ association }) => association, "rtbassoc-0"),
  },
  {
    rule: "to delete a route table that a gateway endpoint uses",
    code: "DependencyViolation",
    text: "has dependencies and cannot be deleted",
    given: async ({ builder, association, table }) => {
      await builder.cloud.delete(system, tokens.association, association.id);
      return table;
    },
    attempt: deleting((_, table) => table),
  },
];

import { instance } from "./ec2Instance";
import { internetGateway } from "./ec2InternetGateway";
import { keyPair } from "./ec2KeyPair";
import { route } from "./ec2Route";
import { routeTable, routeTableAssociation } from "./ec2RouteTable";
import { securityGroup } from "./ec2SecurityGroup";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2SecurityGroupRule";
import { subnet } from "./ec2Subnet";
import { vpc } from "./ec2Vpc";
import type { Invoke, ResourceType } from "./model";

export { seed } from "./images";

function byToken<T extends { token: string }>(...definitions: T[]): ReadonlyMap<string, T> {
  return new Map(definitions.map((definition) => [definition.token, definition]));
}

/** Every resource type that the model has, by token. */
export const resourceTypes = byToken<ResourceType>(
  vpc,
  subnet,
  internetGateway,
  routeTable,
  routeTableAssociation,
  route,
  securityGroup,
  securityGroupIngressRule,
  securityGroupEgressRule,
  keyPair,
  instance,
);

/** Every function that the model has, by token. */
export const invokes = byToken<Invoke>();

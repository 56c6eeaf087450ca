import { stackTag, usedByTag } from "../path/net/ownership";
import { arnOf } from "../path/net/partition";
import { actionsOf } from "./needs";
import { namesOf, reading, type Draft } from "./statements";

/** Attachments, whoever's: one of another account's VPC is that account's, too. */
function attachments(region: string): string {
  return arnOf(region, "ec2", "*", "transit-gateway-attachment/*");
}

/** A transit gateway that is shared shows its owner's tags to nobody else: whoever may attach to it at all, its owner says. */
export function attachingToShared(region: string): Draft {
  return {
    Sid: "SharedTransitGateway",
    Action: ["ec2:CreateTransitGatewayVpcAttachment"],
    Resource: arnOf(region, "ec2", "*", "transit-gateway/*"),
  };
}

const outOfDefaults = ["DisassociateTransitGatewayRouteTable", "DisableTransitGatewayRouteTablePropagation"];

/** A transit gateway that is there already, and its default route tables, as far as they are tagged as to be used. */
export function usingTransitGateway(
  region: string,
  operations = ["CreateTransitGatewayVpcAttachment", "CreateTransitGatewayRouteTable", ...outOfDefaults],
): Draft {
  return {
    Sid: "Used",
    Action: operations.map((operation) => `ec2:${operation}`),
    Resource: "*",
    Condition: {
      StringEquals: { "aws:RequestedRegion": region },
      StringLike: { [`aws:ResourceTag/${usedByTag}`]: namesOf("transit") },
    },
  };
}

/**
 * Sharing by RAM. RAM tells tags that are put on by no tag that is there already: so the names of shares are asked for, too. Of what a
 * share may hold only the type is told.
 */
export function sharing(account: string, region: string): Draft[] {
  const names = namesOf("transit");
  const inRegion = { "aws:RequestedRegion": region };
  const shares = arnOf(region, "ram", account, "resource-share/*");
  const ours = { [`aws:ResourceTag/${stackTag}`]: names, "ram:ResourceShareName": names };
  const onlyTransitGateways = { "ram:RequestedResourceType": "ec2:TransitGateway" };
  return [
    {
      Sid: "NewShare",
      Action: ["ram:CreateResourceShare"],
      Resource: "*",
      Condition: {
        StringEquals: inRegion,
        StringLike: { [`aws:RequestTag/${stackTag}`]: names },
        StringEqualsIfExists: onlyTransitGateways,
      },
    },
    {
      Sid: "OwnShares",
      Action: ["DeleteResourceShare", "ListResourceSharePermissions", "UpdateResourceShare"].map(
        (operation) => `ram:${operation}`,
      ),
      Resource: shares,
      Condition: { StringLike: ours },
    },
    {
      Sid: "Share",
      Action: ["ram:AssociateResourceShare", "ram:DisassociateResourceShare"],
      Resource: shares,
      Condition: { StringLike: ours, StringEqualsIfExists: onlyTransitGateways },
    },
    {
      Sid: "TagShares",
      Action: ["ram:TagResource"],
      Resource: shares,
      Condition: { StringLike: { [`aws:RequestTag/${stackTag}`]: names } },
    },
    {
      Sid: "UntagShares",
      Action: ["ram:UntagResource"],
      Resource: shares,
      Condition: { "ForAllValues:StringNotEquals": { "aws:TagKeys": stackTag } },
    },
  ];
}

/**
 * What waits for acceptance has no tag of this account yet. It gets one when it is accepted, and only then it is put into the route tables,
 * of the program's own alone.
 */
export function attachmentAccepter(region: string): Draft[] {
  const inRegion = { "aws:RequestedRegion": region };
  const actions = actionsOf("attachmentAccepter");
  return [
    reading(actions, region),
    usingTransitGateway(region, outOfDefaults),
    { Sid: "Accept", Action: ["ec2:AcceptTransitGatewayVpcAttachment"], Resource: attachments(region) },
    {
      Sid: "TagAccepted",
      Action: ["ec2:CreateTags"],
      Resource: attachments(region),
      Condition: { StringLike: { [`aws:RequestTag/${stackTag}`]: namesOf("spoke") } },
    },
    {
      Sid: "Own",
      Action: actions.filter(
        (action) => /RouteTable|SearchTransitGatewayRoutes|DeleteTags/.test(action) && !/:Get/.test(action),
      ),
      Resource: "*",
      Condition: {
        StringEquals: inRegion,
        StringLike: { [`aws:ResourceTag/${stackTag}`]: [...namesOf("transit"), ...namesOf("spoke")] },
      },
    },
  ];
}

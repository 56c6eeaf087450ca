import { expect } from "chai";
import { policyOf } from "../../../iam/policy";
import { stackTag, usedByTag } from "../../../path/net/ownership";
import { hub, spoke } from "../../fixtures/aws";
import type { ApiRequest } from "../../lab/awsApi/model";
import { ec2, ram } from "../../lab/awsApi/translation";
import { allows, describeAttempts, type Attempt } from "./attempts";
import { askingsOf } from "./asking";
import type { Asking } from "./policySimulator";
import { region, thingOf, thingOfArn, type Thing, type Things } from "./things";

const share = (name: string): string => `arn:aws:ram:${region}:${hub}:resource-share/${name}`;
const shareThing = (name: string, tags: Record<string, string>): [string, Thing] => [
  share(name),
  thingOfArn(share(name), { Name: name, ...tags }),
];

/** `…-0` is the transit stack's, `…-1` somebody else's, `…-2` a spoke's, `…-3` may be used, `…-4` waits to be accepted. */
const things: Things = new Map([
  ...["vpc", "subnet", "tgw", "tgw-rtb", "tgw-attach"].flatMap((prefix): [string, Thing][] => [
    [`${prefix}-0`, thingOf(`${prefix}-0`, hub, { [stackTag]: "transit" })],
    [`${prefix}-1`, thingOf(`${prefix}-1`, hub, { Name: "transit" })],
    [`${prefix}-2`, thingOf(`${prefix}-2`, hub, { [stackTag]: "spoke-a" })],
    [`${prefix}-3`, thingOf(`${prefix}-3`, hub, { [usedByTag]: "transit" })],
  ]),
  ["tgw-attach-4", thingOf("tgw-attach-4", spoke)],
  shareThing("transit", { [stackTag]: "transit" }),
  shareThing("others", {}),
  // Somebody has put the program's tag on it.
  shareThing("captured", { [stackTag]: "transit" }),
]);

const both = (attachment: string, table: string) => ({
  TransitGatewayAttachmentId: attachment,
  TransitGatewayRouteTableId: table,
});
const route = (attachment: string, table: string) => ({
  DestinationCidrBlock: "0.0.0.0/0",
  ...both(attachment, table),
});
const tagged = (ResourceType: string, value = "transit") => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: stackTag, Value: value }] }],
});
const attach = (changes: object) =>
  ec2("CreateTransitGatewayVpcAttachment", {
    TransitGatewayId: "tgw-0",
    VpcId: "vpc-0",
    SubnetIds: ["subnet-0"],
    ...tagged("transit-gateway-attachment"),
    ...changes,
  });
const gateway = `arn:aws:ec2:${region}:${hub}:transit-gateway/tgw-0`;

/** What somebody with the transit stack's and the accepting role's credentials may try. */
const attacks: Attempt[] = [
  ["delete another transit gateway", ec2("DeleteTransitGateway", { TransitGatewayId: "tgw-1" })],
  ["delete a transit gateway that may be used", ec2("DeleteTransitGateway", { TransitGatewayId: "tgw-3" })],
  ["change another transit gateway", ec2("ModifyTransitGateway", { TransitGatewayId: "tgw-1" })],
  ["delete another route table", ec2("DeleteTransitGatewayRouteTable", { TransitGatewayRouteTableId: "tgw-rtb-1" })],
  [
    "make a route table in another transit gateway",
    ec2("CreateTransitGatewayRouteTable", { TransitGatewayId: "tgw-1", ...tagged("transit-gateway-route-table") }),
  ],
  ["route in another table", ec2("CreateTransitGatewayRoute", route("tgw-attach-0", "tgw-rtb-1"))],
  ["lead packets to another attachment", ec2("CreateTransitGatewayRoute", route("tgw-attach-1", "tgw-rtb-0"))],
  [
    "delete another table's route",
    ec2("DeleteTransitGatewayRoute", { DestinationCidrBlock: "10.0.0.0/8", TransitGatewayRouteTableId: "tgw-rtb-1" }),
  ],
  ["associate another attachment", ec2("AssociateTransitGatewayRouteTable", both("tgw-attach-1", "tgw-rtb-0"))],
  ["associate with another table", ec2("AssociateTransitGatewayRouteTable", both("tgw-attach-0", "tgw-rtb-1"))],
  [
    "take another attachment out of its table",
    ec2("DisassociateTransitGatewayRouteTable", both("tgw-attach-1", "tgw-rtb-1")),
  ],
  ["propagate into another table", ec2("EnableTransitGatewayRouteTablePropagation", both("tgw-attach-2", "tgw-rtb-1"))],
  [
    "stop another attachment's propagation",
    ec2("DisableTransitGatewayRouteTablePropagation", both("tgw-attach-1", "tgw-rtb-3")),
  ],
  [
    "delete another attachment",
    ec2("DeleteTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: "tgw-attach-1" }),
  ],
  [
    "delete a spoke's attachment",
    ec2("DeleteTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: "tgw-attach-2" }),
  ],
  [
    "change another attachment",
    ec2("ModifyTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: "tgw-attach-1" }),
  ],
  ["attach another VPC", attach({ VpcId: "vpc-1" })],
  ["attach by another subnet", attach({ SubnetIds: ["subnet-0", "subnet-1"] })],
  ["attach to another transit gateway", attach({ TransitGatewayId: "tgw-1" })],
  ["attach without the tag", attach({ TagSpecifications: [] })],
  ["attach in a spoke's name", attach(tagged("transit-gateway-attachment", "spoke-a"))],
  [
    "tag another transit gateway",
    ec2("CreateTags", { Resources: ["tgw-1"], Tags: [{ Key: stackTag, Value: "transit" }] }),
  ],
  [
    "tag another route table",
    ec2("CreateTags", { Resources: ["tgw-rtb-1"], Tags: [{ Key: stackTag, Value: "transit" }] }),
  ],
  [
    "tag an attachment as the transit stack's",
    ec2("CreateTags", { Resources: ["tgw-attach-4"], Tags: [{ Key: stackTag, Value: "transit" }] }),
  ],
  ["share by another share", ram("AssociateResourceShare", { resourceShareArn: share("others"), principals: [spoke] })],
  [
    "share by one that was tagged",
    ram("AssociateResourceShare", { resourceShareArn: share("captured"), principals: [spoke] }),
  ],
  ["delete another share", ram("DeleteResourceShare", { resourceShareArn: share("others") })],
  ["delete one that was tagged", ram("DeleteResourceShare", { resourceShareArn: share("captured") })],
  ["make a share without the tag", ram("CreateResourceShare", { name: "transit" })],
  ["take a share's tag away", ram("UntagResource", { resourceShareArn: share("transit"), tagKeys: [stackTag] })],
];

/** The same with what is the program's own, or may be used: that the attacks are refused is not for want of the action. */
const rightful: Attempt[] = [
  ["delete its transit gateway", ec2("DeleteTransitGateway", { TransitGatewayId: "tgw-0" })],
  ["attach a VPC", attach({})],
  ["attach to a transit gateway that may be used", attach({ TransitGatewayId: "tgw-3" })],
  [
    "make a route table in one that may be used",
    ec2("CreateTransitGatewayRouteTable", { TransitGatewayId: "tgw-3", ...tagged("transit-gateway-route-table") }),
  ],
  [
    "take its attachment out of a default table that may be used",
    ec2("DisassociateTransitGatewayRouteTable", both("tgw-attach-0", "tgw-rtb-3")),
  ],
  ["route", ec2("CreateTransitGatewayRoute", route("tgw-attach-0", "tgw-rtb-0"))],
  ["accept what waits", ec2("AcceptTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: "tgw-attach-4" })],
  [
    "tag it as a spoke's",
    ec2("CreateTags", { Resources: ["tgw-attach-4"], Tags: [{ Key: stackTag, Value: "spoke-a" }] }),
  ],
  ["associate a spoke's attachment", ec2("AssociateTransitGatewayRouteTable", both("tgw-attach-2", "tgw-rtb-0"))],
  ["let it propagate", ec2("EnableTransitGatewayRouteTablePropagation", both("tgw-attach-2", "tgw-rtb-0"))],
  [
    "share its transit gateway",
    ram("AssociateResourceShare", { resourceShareArn: share("transit"), resourceArns: [gateway] }),
  ],
  ["name an account", ram("AssociateResourceShare", { resourceShareArn: share("transit"), principals: [spoke] })],
  ["delete its share", ram("DeleteResourceShare", { resourceShareArn: share("transit") })],
];

const asks = (request: ApiRequest): Asking[] => askingsOf(hub, request, things);
const roles = ["transit", "attachmentAccepter"] as const;
describe("with the IAM policies of the transit gateway's account", () => {
  const policies = roles.map((each) => policyOf(each, hub, region));

  describeAttempts(roles, roles, things, { attacks, rightful });

  it("nothing else than a transit gateway can be shared", () => {
    const [asking] = asks(
      ram("AssociateResourceShare", { resourceShareArn: share("transit"), resourceArns: [gateway] }),
    );
    const creating = asks(
      ram("CreateResourceShare", {
        name: "transit",
        tags: [{ key: stackTag, value: "transit" }],
        resourceArns: [gateway],
      }),
    );
    expect(allows(policies, creating)).to.equal(true);
    const subnets = (each: Asking | undefined): Asking => ({
      action: "",
      resource: "*",
      ...each,
      context: { ...each?.context, "ram:RequestedResourceType": "ec2:Subnet" },
    });
    expect(allows(policies, [subnets(asking)])).to.equal(false);
    expect(allows(policies, creating.map(subnets))).to.equal(false);
  });
});

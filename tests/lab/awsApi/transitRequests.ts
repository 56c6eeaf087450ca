import { isProperties, type Properties } from "../../../lab/cloud/core/properties";
import { filters, type Deployed, type RequestsOfDeployed } from "./deployed";
import type { ApiRequest } from "./model";
import { ec2, leftOver, ram, tagged, tagList, type Translation } from "./translation";

/** Transit gateways (EC2) and RAM. */

/** Of a transit gateway that is there already: where it puts attachments by itself. */
const defaultTable = "tgw-rtb-11111111";

export const transitGateway: Translation = ({ description, tags, ...options }) => {
  const { autoAcceptSharedAttachments, defaultRouteTableAssociation, defaultRouteTablePropagation, ...rest } = options;
  leftOver("TransitGateway", rest);
  const Options = {
    AutoAcceptSharedAttachments: autoAcceptSharedAttachments,
    DefaultRouteTableAssociation: defaultRouteTableAssociation,
    DefaultRouteTablePropagation: defaultRouteTablePropagation,
  };
  return [ec2("CreateTransitGateway", { Description: description, Options, ...tagged("transit-gateway", tags) })];
};

export const transitRouteTable: Translation = ({ transitGatewayId, tags, ...rest }) => {
  leftOver("transit gateway's RouteTable", rest);
  return [
    ec2("CreateTransitGatewayRouteTable", {
      TransitGatewayId: transitGatewayId,
      ...tagged("transit-gateway-route-table", tags),
    }),
  ];
};

/** Out of the default route tables: asked for only where the transit gateway is of the caller's account. */
function outOfDefaults(id: string, { associated, propagated }: { associated: unknown; propagated: unknown }) {
  const both = { TransitGatewayAttachmentId: id, TransitGatewayRouteTableId: defaultTable };
  return [
    ...(associated === false ? [ec2("DisassociateTransitGatewayRouteTable", both)] : []),
    ...(propagated === false ? [ec2("DisableTransitGatewayRouteTablePropagation", both)] : []),
  ];
}

export const vpcAttachment: Translation = (
  {
    transitGatewayId,
    vpcId,
    subnetIds,
    applianceModeSupport,
    transitGatewayDefaultRouteTableAssociation: associated,
    transitGatewayDefaultRouteTablePropagation: propagated,
    tags,
    ...rest
  },
  id,
) => {
  leftOver("VpcAttachment", rest);
  return [
    ec2("CreateTransitGatewayVpcAttachment", {
      TransitGatewayId: transitGatewayId,
      VpcId: vpcId,
      SubnetIds: subnetIds,
      Options: { ApplianceModeSupport: applianceModeSupport },
      ...tagged("transit-gateway-attachment", tags),
    }),
    ...outOfDefaults(id, { associated, propagated }),
  ];
};

export const vpcAttachmentAccepter: Translation = ({
  transitGatewayAttachmentId: id,
  transitGatewayDefaultRouteTableAssociation: associated,
  transitGatewayDefaultRouteTablePropagation: propagated,
  tags,
  ...rest
}) => {
  leftOver("VpcAttachmentAccepter", rest);
  return [
    ec2("AcceptTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: id }),
    ...(tags === undefined ? [] : [ec2("CreateTags", { Resources: [id], Tags: tagList(tags) })]),
    ...outOfDefaults(String(id), { associated, propagated }),
  ];
};

/** What associations and propagations have: an attachment and a route table. */
function both(inputs: Properties): Properties {
  const { transitGatewayAttachmentId, transitGatewayRouteTableId, ...rest } = inputs;
  leftOver("a transit gateway's association or propagation", rest);
  return {
    TransitGatewayAttachmentId: transitGatewayAttachmentId,
    TransitGatewayRouteTableId: transitGatewayRouteTableId,
  };
}

export const transitAssociation: Translation = (inputs) => [ec2("AssociateTransitGatewayRouteTable", both(inputs))];

export const transitPropagation: Translation = (inputs) => [
  ec2("EnableTransitGatewayRouteTablePropagation", both(inputs)),
];

export const transitRoute: Translation = ({ destinationCidrBlock, ...inputs }) => [
  ec2("CreateTransitGatewayRoute", { DestinationCidrBlock: destinationCidrBlock, ...both(inputs) }),
];

/** RAM's tags are written small. */
function ramTags(tags: unknown): unknown {
  return isProperties(tags) ? Object.entries(tags).map(([key, value]) => ({ key, value })) : tags;
}

export const resourceShare: Translation = ({ name, allowExternalPrincipals, tags, ...rest }) => {
  leftOver("ResourceShare", rest);
  return [ram("CreateResourceShare", { name, allowExternalPrincipals, tags: ramTags(tags) })];
};

const shared = ({ resourceShareArn, resourceArn, principal, ...rest }: Properties): Properties => {
  leftOver("an association of RAM's", rest);
  return {
    resourceShareArn,
    ...(resourceArn !== undefined && { resourceArns: [resourceArn] }),
    ...(principal !== undefined && { principals: [principal] }),
  };
};

export const shareAssociation: Translation = (inputs) => [ram("AssociateResourceShare", shared(inputs))];

/** What is changed of a resource and how, as `Change` has it. */
export type TransitChange = [input: string, from: unknown, requests: RequestsOfDeployed];

const modifyGateway: RequestsOfDeployed = ({ id, inputs }) => [
  ec2("ModifyTransitGateway", {
    TransitGatewayId: id,
    Description: inputs["description"],
    Options: { AutoAcceptSharedAttachments: inputs["autoAcceptSharedAttachments"] },
  }),
];

const modifyAttachment =
  (parameters: (deployed: Deployed) => Properties): RequestsOfDeployed =>
  (deployed) => [
    ec2("ModifyTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: deployed.id, ...parameters(deployed) }),
  ];

const defaults = (input: string, of: "associated" | "propagated"): TransitChange => [
  `transitGatewayDefaultRouteTable${input}`,
  true,
  ({ id }) => outOfDefaults(id, { associated: undefined, propagated: undefined, [of]: false }),
];

export const transitGatewayChanges: TransitChange[] = [
  ["description", "another", modifyGateway],
  ["autoAcceptSharedAttachments", "enable", modifyGateway],
];

export const accepterChanges: TransitChange[] = [
  defaults("Association", "associated"),
  defaults("Propagation", "propagated"),
];

export const attachmentChanges: TransitChange[] = [
  [
    "applianceModeSupport",
    "another",
    modifyAttachment(({ inputs }) => ({ Options: { ApplianceModeSupport: inputs["applianceModeSupport"] } })),
  ],
  [
    "subnetIds",
    ["subnet-11111111"],
    modifyAttachment(({ inputs }) => ({
      AddSubnetIds: inputs["subnetIds"],
      RemoveSubnetIds: ["subnet-11111111"],
    })),
  ],
  ...accepterChanges,
];

export const shareChanges: TransitChange[] = [
  [
    "allowExternalPrincipals",
    "another",
    ({ id, inputs }) => [
      ram("UpdateResourceShare", {
        resourceShareArn: id,
        name: inputs["name"],
        allowExternalPrincipals: inputs["allowExternalPrincipals"],
      }),
    ],
  ],
  [
    "tags",
    { Owner: "somebody" },
    ({ id, inputs }) => [
      ram("UntagResource", { resourceShareArn: id, tagKeys: ["Owner"] }),
      ram("TagResource", { resourceShareArn: id, tags: ramTags(inputs["tags"]) }),
    ],
  ],
];

const attachmentRead = (id: unknown): ApiRequest[] => [
  ec2("DescribeTransitGatewayVpcAttachments", { TransitGatewayAttachmentIds: [id] }),
];

/** With what the default route tables have of it, where they are the caller's to read. */
const wholeAttachment =
  (gateway: (deployed: Deployed) => unknown): RequestsOfDeployed =>
  (deployed) => [
    ...attachmentRead(deployed.id),
    ec2("DescribeTransitGateways", { TransitGatewayIds: [gateway(deployed)] }),
    ...["Associations", "Propagations"].map((what) =>
      ec2(`GetTransitGatewayRouteTable${what}`, {
        TransitGatewayRouteTableId: defaultTable,
        ...filters({ "transit-gateway-attachment-id": deployed.id }),
      }),
    ),
  ];

const ofTable =
  (what: "Associations" | "Propagations"): RequestsOfDeployed =>
  ({ inputs }) => [
    ec2(`GetTransitGatewayRouteTable${what}`, {
      TransitGatewayRouteTableId: inputs["transitGatewayRouteTableId"],
      ...filters({ "transit-gateway-attachment-id": inputs["transitGatewayAttachmentId"] }),
    }),
  ];

const search: RequestsOfDeployed = ({ inputs }) => [
  ec2("SearchTransitGatewayRoutes", {
    TransitGatewayRouteTableId: inputs["transitGatewayRouteTableId"],
    ...filters({ type: "static", "route-search.exact-match": inputs["destinationCidrBlock"] }),
  }),
];

const shareAssociationRead: RequestsOfDeployed = ({ inputs }) => [
  ram("GetResourceShareAssociations", {
    resourceShareArns: [inputs["resourceShareArn"]],
    ...(inputs["principal"] === undefined
      ? { associationType: "RESOURCE", resourceArn: inputs["resourceArn"] }
      : { associationType: "PRINCIPAL", principal: inputs["principal"] }),
  }),
];

/** As iam/transitPermissions.ts has the provider's files. */
export const transitReads: Record<string, RequestsOfDeployed> = {
  "aws:ec2transitgateway/transitGateway:TransitGateway": ({ id }) => [
    ec2("DescribeTransitGateways", { TransitGatewayIds: [id] }),
  ],
  "aws:ec2transitgateway/routeTable:RouteTable": ({ id }) => [
    ec2("DescribeTransitGatewayRouteTables", { TransitGatewayRouteTableIds: [id] }),
  ],
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": wholeAttachment(({ inputs }) => inputs["transitGatewayId"]),
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": wholeAttachment(
    ({ outputs }) => outputs["transitGatewayId"],
  ),
  "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": ofTable("Associations"),
  "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": ofTable("Propagations"),
  "aws:ec2transitgateway/route:Route": search,
  "aws:ram/resourceShare:ResourceShare": ({ id }) => [
    ram("GetResourceShares", { resourceOwner: "SELF", resourceShareArns: [id] }),
    ram("ListResourceSharePermissions", { resourceShareArn: id }),
  ],
  "aws:ram/resourceAssociation:ResourceAssociation": shareAssociationRead,
  "aws:ram/principalAssociation:PrincipalAssociation": shareAssociationRead,
};

const unshare: RequestsOfDeployed = (association) => [
  ram("DisassociateResourceShare", shared(association.inputs)),
  ...shareAssociationRead(association),
];

/** With what is looked at until the resource is gone. */
export const transitDeletes: Record<string, RequestsOfDeployed> = {
  "aws:ec2transitgateway/transitGateway:TransitGateway": ({ id }) => [
    ec2("DeleteTransitGateway", { TransitGatewayId: id }),
    ec2("DescribeTransitGateways", { TransitGatewayIds: [id] }),
  ],
  "aws:ec2transitgateway/routeTable:RouteTable": ({ id }) => [
    ec2("DeleteTransitGatewayRouteTable", { TransitGatewayRouteTableId: id }),
    ec2("DescribeTransitGatewayRouteTables", { TransitGatewayRouteTableIds: [id] }),
  ],
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": ({ id }) => [
    ec2("DeleteTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: id }),
    ...attachmentRead(id),
  ],
  // It is kept (`retainOnDelete`): the provider is not asked.
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": () => [],
  "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": (association) => [
    ec2("DisassociateTransitGatewayRouteTable", both(association.inputs)),
    ...ofTable("Associations")(association),
  ],
  "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": (propagation) => [
    ec2("DisableTransitGatewayRouteTablePropagation", both(propagation.inputs)),
    ...ofTable("Propagations")(propagation),
  ],
  "aws:ec2transitgateway/route:Route": (route) => [
    ec2("DeleteTransitGatewayRoute", {
      TransitGatewayRouteTableId: route.inputs["transitGatewayRouteTableId"],
      DestinationCidrBlock: route.inputs["destinationCidrBlock"],
    }),
    ...search(route),
  ],
  "aws:ram/resourceShare:ResourceShare": ({ id }) => [
    ram("DeleteResourceShare", { resourceShareArn: id }),
    ram("GetResourceShares", { resourceOwner: "SELF", resourceShareArns: [id] }),
  ],
  "aws:ram/resourceAssociation:ResourceAssociation": unshare,
  "aws:ram/principalAssociation:PrincipalAssociation": unshare,
};

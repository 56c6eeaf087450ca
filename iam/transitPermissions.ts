import { ec2, ec2Tags, none, type Actions, type Operations } from "./actions";

const ram = (...operations: string[]): Actions => operations.map((operation) => `ram:${operation}`);

const tables = ec2("DescribeTransitGatewayRouteTables");
const gateways = ec2("DescribeTransitGateways");
const associations = ec2("GetTransitGatewayRouteTableAssociations");
const propagations = ec2("GetTransitGatewayRouteTablePropagations");
/** With what the transit gateway's default route tables have of it, where it has such tables. */
const attachment = [...ec2("DescribeTransitGatewayVpcAttachments"), ...gateways, ...associations, ...propagations];
/** Takes an attachment out of the transit gateway's default route tables, which the program never wants it in. */
const outOfDefaults = ec2("DisassociateTransitGatewayRouteTable", "DisableTransitGatewayRouteTablePropagation");
const shareAssociations = ram("GetResourceShareAssociations");
/** An account's first VPC that is attached makes a role of the service's (Transit Gateway guide, "Service-linked roles"). */
const firstAttachment: Actions = ["iam:CreateServiceLinkedRole"];

/**
 * As `resourceActions`, for what the centralised design has. Read: the files at 5.46 and before, those of ram/ at a 6.x. UNVERIFIED
 * against AWS, and against the others' 6.x.
 */
export const transitActions: Record<string, Operations> = {
  // ec2/transitgateway_.go
  "aws:ec2transitgateway/transitGateway:TransitGateway": {
    create: ec2("CreateTransitGateway", "CreateTags"),
    read: gateways,
    update: [...ec2("ModifyTransitGateway"), ...ec2Tags],
    delete: [...ec2("DeleteTransitGateway"), ...gateways],
  },
  // ec2/transitgateway_route_table.go
  "aws:ec2transitgateway/routeTable:RouteTable": {
    create: ec2("CreateTransitGatewayRouteTable", "CreateTags"),
    read: tables,
    update: ec2Tags,
    delete: [...ec2("DeleteTransitGatewayRouteTable"), ...tables],
  },
  // ec2/transitgateway_vpc_attachment.go
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": {
    create: [...ec2("CreateTransitGatewayVpcAttachment", "CreateTags"), ...outOfDefaults, ...firstAttachment],
    read: attachment,
    update: [...ec2("ModifyTransitGatewayVpcAttachment"), ...outOfDefaults, ...ec2Tags],
    delete: ec2("DeleteTransitGatewayVpcAttachment", "DescribeTransitGatewayVpcAttachments"),
  },
  // ec2/transitgateway_vpc_attachment_accepter.go
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": {
    // Tags are put on what has been accepted.
    create: [...ec2("AcceptTransitGatewayVpcAttachment", "CreateTags"), ...outOfDefaults],
    read: attachment,
    update: [...outOfDefaults, ...ec2Tags],
    // It would delete the attachment, and is never asked for.
    delete: none,
  },
  // ec2/transitgateway_route_table_association.go
  "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": {
    create: ec2("AssociateTransitGatewayRouteTable"),
    read: associations,
    update: none,
    delete: [...ec2("DisassociateTransitGatewayRouteTable"), ...associations],
  },
  // ec2/transitgateway_route_table_propagation.go
  "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": {
    create: ec2("EnableTransitGatewayRouteTablePropagation"),
    read: propagations,
    update: none,
    delete: [...ec2("DisableTransitGatewayRouteTablePropagation"), ...propagations],
  },
  // ec2/transitgateway_route.go
  "aws:ec2transitgateway/route:Route": {
    create: ec2("CreateTransitGatewayRoute"),
    read: ec2("SearchTransitGatewayRoutes"),
    update: none,
    delete: ec2("DeleteTransitGatewayRoute", "SearchTransitGatewayRoutes"),
  },
  // ram/resource_share.go
  "aws:ram/resourceShare:ResourceShare": {
    create: ram("CreateResourceShare", "TagResource"),
    read: ram("GetResourceShares", "ListResourceSharePermissions"),
    update: ram("UpdateResourceShare", "TagResource", "UntagResource"),
    delete: ram("DeleteResourceShare", "GetResourceShares"),
  },
  // ram/resource_association.go
  "aws:ram/resourceAssociation:ResourceAssociation": {
    create: ram("AssociateResourceShare"),
    read: shareAssociations,
    update: none,
    delete: [...ram("DisassociateResourceShare"), ...shareAssociations],
  },
  // ram/principal_association.go
  "aws:ram/principalAssociation:PrincipalAssociation": {
    create: ram("AssociateResourceShare"),
    read: shareAssociations,
    update: none,
    delete: [...ram("DisassociateResourceShare"), ...shareAssociations],
  },
};

/** Likewise, what a function calls. */
export const transitFunctionActions: Record<string, Actions> = {
  // ec2/transitgateway_data_source.go
  "aws:ec2transitgateway/getTransitGateway:getTransitGateway": gateways,
  // ec2/transitgateway_vpc_attachments_data_source.go
  "aws:ec2transitgateway/getVpcAttachments:getVpcAttachments": ec2("DescribeTransitGatewayVpcAttachments"),
  // ec2/transitgateway_route_table_routes_data_source.go
  "aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes": ec2("SearchTransitGatewayRoutes"),
};

import type { Caller, Context } from "./core/model";
import type { NetworkInterface, TransitGatewayAttachment } from "./core/records";
import { ownedBy } from "./core/state";
import { setAccepted } from "./ram/resourceShare";
import { findAttachment, findTransitTable } from "./transit/findTransit";

/** An attachment as it was, with its place in the route tables, to be put back. */
export interface DeletedAttachment {
  attachment: TransitGatewayAttachment;
  interfaces: NetworkInterface[];
  /** `tgw-rtb-…` */
  associatedWith: string[];
  /** `tgw-rtb-…` */
  propagatingInto: string[];
}

/** As `Console`, of transit gateways and RAM shares. */
export class TransitConsole {
  constructor(private readonly contextOf: (caller: Caller) => Context) {}

  /** EC2 ModifyTransitGatewayVpcAttachment, ApplianceModeSupport. */
  modifyApplianceMode(caller: Caller, attachmentId: string, on: boolean): void {
    const context = this.contextOf(caller);
    findAttachment(context, "ModifyTransitGatewayVpcAttachment", attachmentId).applianceMode = on;
    context.changed();
  }

  /** EC2 EnableTransitGatewayRouteTablePropagation and Disable…. */
  setPropagation(caller: Caller, routeTableId: string, attachmentId: string, on: boolean): void {
    const context = this.contextOf(caller);
    const operation = `${on ? "Enable" : "Disable"}TransitGatewayRouteTablePropagation`;
    const table = findTransitTable(context, operation, routeTableId);
    const others = table.propagatingAttachmentIds.filter((id) => id !== attachmentId);
    table.propagatingAttachmentIds = on ? [...others, attachmentId] : others;
    context.changed();
  }

  /** EC2 DisassociateTransitGatewayRouteTable, of the table that the attachment had, then AssociateTransitGatewayRouteTable. */
  associate(caller: Caller, routeTableId: string, attachmentId: string): void {
    const context = this.contextOf(caller);
    const table = findTransitTable(context, "AssociateTransitGatewayRouteTable", routeTableId);
    for (const other of Object.values(context.state.tables.transitGatewayRouteTables)) {
      other.attachmentIds = other.attachmentIds.filter((id) => id !== attachmentId);
    }
    table.attachmentIds.push(attachmentId);
    context.changed();
  }

  /** EC2 CreateTransitGatewayRoute; one that is there is left as it is. */
  createTransitRoute(caller: Caller, routeTableId: string, destinationCidrBlock: string, attachmentId: string): void {
    const context = this.contextOf(caller);
    const table = findTransitTable(context, "CreateTransitGatewayRoute", routeTableId);
    if (table.routes.some((route) => route.destinationCidrBlock === destinationCidrBlock)) return;
    table.routes.push({ destinationCidrBlock, attachmentId });
    context.changed();
  }

  /** EC2 DeleteTransitGatewayRoute. */
  deleteTransitRoute(caller: Caller, routeTableId: string, destinationCidrBlock: string): void {
    const context = this.contextOf(caller);
    const table = findTransitTable(context, "DeleteTransitGatewayRoute", routeTableId);
    table.routes = table.routes.filter((route) => route.destinationCidrBlock !== destinationCidrBlock);
    context.changed();
  }

  /**
   * Has the accounts that a caller's RAM shares name wait for invitations that they have not accepted, as where the organization does not share by RAM.
   *
   * @returns for each share how it is taken back: RAM AcceptResourceShareInvitation by the accounts
   */
  invite(caller: Caller): (() => void)[] {
    const context = this.contextOf(caller);
    return ownedBy(context.state.resourceShares, caller).flatMap(({ arn, principals }) => {
      const invited = setAccepted(context, arn, principals, false);
      return invited.length === 0 ? [] : [() => void setAccepted(context, arn, invited, true)];
    });
  }

  /**
   * EC2 DeleteTransitGatewayVpcAttachment, at once. Static routes to it stay, as blackholes.
   *
   * @returns what `restoreAttachment` takes
   */
  deleteAttachment(caller: Caller, id: string): DeletedAttachment {
    const context = this.contextOf(caller);
    const { tables } = context.state;
    const attachment = findAttachment(context, "DeleteTransitGatewayVpcAttachment", id);
    const interfaces = attachment.networkInterfaceIds.flatMap((each) => tables.networkInterfaces[each] ?? []);
    const all = Object.values(tables.transitGatewayRouteTables);
    const holding = (held: "attachmentIds" | "propagatingAttachmentIds"): string[] =>
      all.filter((table) => table[held].includes(id)).map((table) => table.id);
    const deleted = {
      attachment,
      interfaces,
      associatedWith: holding("attachmentIds"),
      propagatingInto: holding("propagatingAttachmentIds"),
    };
    for (const table of all) {
      table.attachmentIds = table.attachmentIds.filter((each) => each !== id);
      table.propagatingAttachmentIds = table.propagatingAttachmentIds.filter((each) => each !== id);
    }
    for (const eni of interfaces) delete tables.networkInterfaces[eni.id];
    delete tables.transitGatewayAttachments[id];
    context.changed();
    return deleted;
  }

  /** As `restoreRule`, where no other attachment has taken its place, and its VPC is there. The last one of its transit gateway. */
  restoreAttachment(
    caller: Caller,
    { attachment, interfaces, associatedWith, propagatingInto }: DeletedAttachment,
  ): void {
    const context = this.contextOf(caller);
    const { transitGatewayAttachments, transitGatewayRouteTables, networkInterfaces, vpcs } = context.state.tables;
    const { id, vpcId, transitGatewayId } = attachment;
    const isTaken = Object.values(transitGatewayAttachments).some(
      (each) => each.vpcId === vpcId && each.transitGatewayId === transitGatewayId,
    );
    if (isTaken || vpcs[vpcId] === undefined) return;
    transitGatewayAttachments[id] = attachment;
    for (const eni of interfaces) networkInterfaces[eni.id] = eni;
    for (const table of associatedWith) transitGatewayRouteTables[table]?.attachmentIds.push(id);
    for (const table of propagatingInto) transitGatewayRouteTables[table]?.propagatingAttachmentIds.push(id);
    context.changed();
  }
}

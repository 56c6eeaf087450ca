import { AwsError } from "../core/errors";
import type { Context } from "../core/model";
import type { NatGateway } from "../core/records";
import { createInterface, deleteInterfaces } from "./networkInterface";

/** Seconds of AWS's time: one to two minutes, as users report; UNVERIFIED. */
const pendingSeconds = 90;
const deletingSeconds = 60;

/**
 * pending → available, or → failed: what is wrong with what was asked for, AWS says in the record (EC2 API, NatGateway: FailureCode and
 * FailureMessage, whose wordings these are).
 */
export async function becomeAvailable(context: Context, gateway: NatGateway, wantedAddress?: string): Promise<void> {
  gateway.failure = problemWith(context, gateway) ?? occupy(context, gateway, wantedAddress);
  if (gateway.failure === undefined) delete gateway.failure;
  await context.clock.wait(pendingSeconds);
  if (gateway.state !== "pending") return;
  gateway.state = gateway.failure === undefined ? "available" : "failed";
  context.changed();
  await context.hooks.settled?.();
}

function problemWith({ state: { tables } }: Context, { vpcId, allocationId }: NatGateway): NatGateway["failure"] {
  if (allocationId === undefined) return undefined;
  const address = tables.addresses[allocationId];
  if (address?.associationId !== undefined) {
    const message = `Elastic IP address ${allocationId} is already associated`;
    return { code: "Resource.AlreadyAssociated", message };
  }
  if (Object.values(tables.internetGateways).every((gateway) => gateway.vpcId !== vpcId)) {
    return { code: "Gateway.NotAttached", message: `Network ${vpcId} has no Internet gateway attached` };
  }
  return undefined;
}

/** Its network interface, with its Elastic IP address. */
function occupy(context: Context, gateway: NatGateway, wantedAddress: string | undefined): NatGateway["failure"] {
  const { subnets, addresses } = context.state.tables;
  const subnet = subnets[gateway.subnetId];
  if (subnet === undefined) throw new Error(`NAT gateway ${gateway.id}: its subnet ${gateway.subnetId} does not exist`);
  try {
    const eni = createInterface(context, {
      operation: "CreateNatGateway",
      subnet,
      description: `Interface for NAT Gateway ${gateway.id}`,
      interfaceType: "natGateway",
      securityGroupIds: [],
      owner: { kind: "natGateway", id: gateway.id },
      sourceDestCheck: false,
      ...(wantedAddress !== undefined && { privateIpAddress: wantedAddress }),
    });
    gateway.networkInterfaceId = eni.id;
    const address = addresses[gateway.allocationId ?? ""];
    if (address !== undefined) {
      address.associationId = context.ids.resource("eipassoc");
      address.networkInterfaceId = eni.id;
      eni.publicIpAddress = address.publicIp;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "InsufficientFreeAddressesInSubnet") throw error;
    return { code: error.code, message: "Subnet has insufficient free addresses to create this NAT gateway" };
  }
}

/** deleting → gone. The Elastic IP address stays, and belongs to nothing then (EC2 API, DeleteNatGateway). */
export async function disappear(context: Context, gateway: NatGateway): Promise<void> {
  const { tables } = context.state;
  await context.clock.wait(deletingSeconds);
  const address = tables.addresses[gateway.allocationId ?? ""];
  if (address?.networkInterfaceId !== undefined && address.networkInterfaceId === gateway.networkInterfaceId) {
    delete address.associationId;
    delete address.networkInterfaceId;
  }
  if (gateway.networkInterfaceId !== undefined) deleteInterfaces(context, [gateway.networkInterfaceId]);
  delete tables.natGateways[gateway.id];
  context.changed();
  await context.hooks.settled?.();
}

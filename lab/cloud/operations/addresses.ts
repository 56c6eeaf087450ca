import type {
  Address as AddressOutput,
  AllocateAddressRequest,
  AllocateAddressResult,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  ReleaseAddressRequest,
} from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import type { Context } from "../core/model";
import type { Address } from "../core/records";
import { ownedBy } from "../core/state";
import { findAddress, noAddress } from "../ec2/findAddress";
import { freePublicAddress } from "../ec2/networkInterface";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

/** Of Amazon's pool. */
export const AllocateAddress = operation(
  ["Domain", "TagSpecifications"],
  (context: Context, input: AllocateAddressRequest): AllocateAddressResult => {
    const called = "AllocateAddress";
    const { accountId, region } = context.caller;
    const tags = tagsFor(called, "elastic-ip", input.TagSpecifications);
    const publicIp = freePublicAddress(context, called);
    const address: Address = { id: context.ids.resource("eipalloc"), accountId, region, tags, publicIp };
    context.state.tables.addresses[address.id] = address;
    context.changed();
    const { PublicIp, AllocationId, PublicIpv4Pool, NetworkBorderGroup, Domain } = addressOutput(context, address);
    return { PublicIp, AllocationId, PublicIpv4Pool, NetworkBorderGroup, Domain };
  },
);

function addressOutput(context: Context, { id, publicIp, region, tags, ...bound }: Address): AddressOutput {
  const eni = context.state.tables.networkInterfaces[bound.networkInterfaceId ?? ""];
  return {
    AllocationId: id,
    PublicIp: publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: region,
    ...(eni !== undefined && {
      AssociationId: bound.associationId,
      NetworkInterfaceId: eni.id,
      NetworkInterfaceOwnerId: eni.accountId,
      PrivateIpAddress: eni.privateIpAddress,
    }),
    Tags: tagList(tags),
  };
}

function addressFilters({ state }: Context): Filterable<Address> {
  return {
    "allocation-id": ({ id }) => id,
    "association-id": ({ associationId }) => associationId,
    "network-border-group": ({ region }) => region,
    "network-interface-id": ({ networkInterfaceId }) => networkInterfaceId,
    "private-ip-address": (each) => state.tables.networkInterfaces[each.networkInterfaceId ?? ""]?.privateIpAddress,
    "public-ip": ({ publicIp }) => publicIp,
  };
}

export const DescribeAddresses = operation(
  ["AllocationIds", "Filters"],
  (context: Context, { AllocationIds: ids, Filters }: DescribeAddressesRequest): DescribeAddressesResult => {
    const called = "DescribeAddresses";
    const own = ownedBy(context.state.tables.addresses, context.caller);
    const by = { ids, idOf: ({ id }: Address) => id, missing: (id: string) => noAddress(called, id) };
    const found = selected(called, own, by, Filters, addressFilters(context));
    return { Addresses: found.map((address) => addressOutput(context, address)) };
  },
);

/** Reverse DNS, of which there is none here; the provider asks for it. */
export const DescribeAddressesAttribute = operation(
  ["AllocationIds", "Attribute"],
  (
    context: Context,
    { AllocationIds: ids = [] }: DescribeAddressesAttributeRequest,
  ): DescribeAddressesAttributeResult => {
    for (const id of ids) findAddress(context, "DescribeAddressesAttribute", id);
    return { Addresses: [] };
  },
);

export const ReleaseAddress = operation(
  ["AllocationId", "NetworkBorderGroup"],
  (context: Context, { AllocationId: id = "" }: ReleaseAddressRequest): object => {
    const called = "ReleaseAddress";
    const address = findAddress(context, called, id);
    if (address.associationId !== undefined) {
      // Source: EC2 API, ReleaseAddress: one that is associated answers InvalidIPAddress.InUse; wording UNVERIFIED.
      throw ec2Error(called, "InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
    }
    delete context.state.tables.addresses[id];
    context.changed();
    return {};
  },
);

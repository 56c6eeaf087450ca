import { arn } from "../core/arn";
import type { Context, ResourceType } from "../core/model";
import { tagsOf, type Properties } from "../core/properties";
import { oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import { AllocateAddress, ReleaseAddress } from "../operations/addresses";
import { specificationsOf } from "../operations/tagging";
import { findAddress } from "./findAddress";
import { privateDnsName } from "./networkInterface";

function create(context: Context, inputs: Properties): string {
  const tagging = specificationsOf("elastic-ip", tagsOf(inputs));
  return AllocateAddress.run(context, { Domain: "vpc", ...tagging }).AllocationId ?? "";
}

function publicDnsName(ofRegion: string, address: string): string {
  const zone = ofRegion === "us-east-1" ? "compute-1" : `${ofRegion}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${zone}.amazonaws.com`;
}

function read(context: Context, id: string): Properties | undefined {
  const address = find(context.state.tables.addresses, id, context.caller);
  if (address === undefined) return undefined;
  const eni = context.state.tables.networkInterfaces[address.networkInterfaceId ?? ""];
  return {
    allocationId: id,
    arn: arn(context, "ec2", `elastic-ip/${id}`),
    associationId: address.associationId ?? "",
    carrierIp: "",
    customerOwnedIp: "",
    customerOwnedIpv4Pool: "",
    domain: "vpc",
    instance: "",
    networkBorderGroup: address.region,
    networkInterface: eni?.id ?? "",
    privateDns: eni === undefined ? "" : privateDnsName(address.region, eni.privateIpAddress),
    privateIp: eni?.privateIpAddress ?? "",
    ptrRecord: "",
    publicDns: publicDnsName(address.region, address.publicIp),
    publicIp: address.publicIp,
    publicIpv4Pool: "amazon",
    tags: address.tags,
  };
}

export const eip: ResourceType = {
  token: "aws:ec2/eip:Eip",
  label: "EC2 EIP",
  inputs: { domain: string({ computed: true, replace: true, reject: oneOf("vpc") }), region, tags },
  create,
  read,
  update: (context, id, inputs) => {
    findAddress(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: (context, id) =>
    void ReleaseAddress.run(context, { AllocationId: id, NetworkBorderGroup: context.caller.region }),
};

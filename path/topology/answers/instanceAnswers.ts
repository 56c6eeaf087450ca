import { unknown, type Instance, type NetworkInterface } from "../model";
import { byId } from "../read/stateReader";
import type { Answers } from "./answers";
import { component } from "./component";

/** Instances, and the network interfaces of instances and endpoints. */
export function readInstanceAnswers(answers: Answers): {
  instances: Record<string, Instance>;
  networkInterfaces: Record<string, NetworkInterface>;
} {
  const owners = [
    ...(answers.instances ?? []).map(({ InstanceId: id, Tags: tags }) => ({ id, tags })),
    ...(answers.vpcEndpoints ?? []).map(({ VpcEndpointId: id, Tags: tags }) => ({ id, tags })),
  ];
  const names = new Map(owners.map(({ id, tags }) => [id, component(answers, id, undefined, tags).name]));
  const endpointOf = new Map(
    (answers.vpcEndpoints ?? []).flatMap(({ VpcEndpointId: id = "", NetworkInterfaceIds = [] }) =>
      NetworkInterfaceIds.map((eni) => [eni, id] as const),
    ),
  );
  const networkInterfaces = (answers.networkInterfaces ?? []).flatMap((eni): NetworkInterface[] => {
    const endpoint = endpointOf.get(eni.NetworkInterfaceId ?? "");
    const id = eni.Attachment?.InstanceId ?? endpoint;
    if (id === undefined) return [];
    return [
      {
        ...component(answers, eni.NetworkInterfaceId, eni.OwnerId, eni.TagSet, names.get(id)),
        vpcId: eni.VpcId ?? "",
        subnetId: eni.SubnetId ?? "",
        address: eni.PrivateIpAddress ?? unknown,
        publicAddress: eni.Association?.PublicIp ?? "",
        ...(eni.Ipv6Addresses?.length && {
          ipv6Addresses: eni.Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address ?? unknown),
        }),
        securityGroupIds: (eni.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
        sourceDestCheck: eni.SourceDestCheck ?? unknown,
        owner: { kind: endpoint === undefined ? "instance" : "vpc-endpoint", id },
      },
    ];
  });
  // One that is terminated has no network interface any more.
  const there = (answers.instances ?? []).filter(({ State }) => State?.Name !== "terminated");
  const instances = there.map((instance): Instance => {
    const first = (instance.NetworkInterfaces ?? []).find(({ Attachment }) => Attachment?.DeviceIndex === 0);
    return {
      ...component(answers, instance.InstanceId, first?.OwnerId, instance.Tags),
      vpcId: instance.VpcId ?? "",
      subnetId: instance.SubnetId ?? "",
      networkInterfaceId: first?.NetworkInterfaceId ?? "",
      address: instance.PrivateIpAddress ?? unknown,
      state: instance.State?.Name ?? unknown,
    };
  });
  return { instances: byId(instances), networkInterfaces: byId(networkInterfaces) };
}

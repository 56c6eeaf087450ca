import type { CloudSnapshot } from "../cloud/core/records";
import { attachments } from "./attachment";
import { endpointTun, internetLink, loadBalancerNamespace, s3Link } from "./names";
import { attachedGateway } from "./router";

/** One line of the table that ties AWS's ids to what is in the kernel. */
export interface FabricEntry {
  id: string;
  kind:
    | "vpc"
    | "subnet"
    | "internet-gateway"
    | "gateway-endpoint"
    | "instance"
    | "load-balancer"
    | "vpc-endpoint"
    | "nat-gateway"
    | "gwlb-endpoint";
  /** The `Name` tag, or the load balancer's name. */
  name?: string;
  accountId: string;
  vpcId: string;
  subnetId?: string;
  /** AZ ID of the subnet. */
  azId?: string;
  /** Network namespace for `ip netns exec`; empty for the lab's own. */
  namespace: string;
  /** Link in that namespace. A VPC has many there; a subnet has none of its own. */
  link?: string;
  /** IPv4 address, or the CIDR of a VPC or subnet. */
  address?: string;
  publicAddress?: string;
  networkInterfaceId?: string;
  /** User of the instance's AMI, who has the operator's key. */
  user?: string;
}

const nameTag = (tags: Record<string, string>): { name?: string } => (tags["Name"] ? { name: tags["Name"] } : {});

/** Every VPC, subnet, gateway and interface, by VPC. */
export function inspectFabric(snapshot: CloudSnapshot): FabricEntry[] {
  return Object.values(snapshot.vpcs).flatMap((vpc): FabricEntry[] => {
    const base = { accountId: vpc.accountId, vpcId: vpc.id };
    const gateway = attachedGateway(snapshot, vpc);
    return [
      { ...base, ...nameTag(vpc.tags), id: vpc.id, kind: "vpc", namespace: vpc.id, address: vpc.cidrBlock },
      ...(gateway === undefined
        ? []
        : [
            {
              ...base,
              ...nameTag(gateway.tags),
              id: gateway.id,
              kind: "internet-gateway" as const,
              namespace: "",
              link: internetLink(vpc.id),
            },
          ]),
      ...subnetsOf(snapshot, vpc.id),
      ...gatewayEndpointsOf(snapshot, vpc.id),
      ...interfacesOf(snapshot, vpc.id),
      ...endpointsOf(snapshot, vpc.id),
    ];
  });
}

function subnetsOf(snapshot: CloudSnapshot, vpcId: string): FabricEntry[] {
  return Object.values(snapshot.subnets)
    .filter((subnet) => subnet.vpcId === vpcId)
    .map((subnet) => ({
      id: subnet.id,
      kind: "subnet" as const,
      ...nameTag(subnet.tags),
      accountId: subnet.accountId,
      vpcId,
      subnetId: subnet.id,
      azId: subnet.availabilityZoneId,
      namespace: vpcId,
      address: subnet.cidrBlock,
    }));
}

function gatewayEndpointsOf(snapshot: CloudSnapshot, vpcId: string): FabricEntry[] {
  return Object.values(snapshot.vpcEndpoints)
    .filter((endpoint) => endpoint.vpcId === vpcId && endpoint.type === "Gateway")
    .map(({ id, tags, accountId }) => ({
      id,
      kind: "gateway-endpoint" as const,
      ...nameTag(tags),
      accountId,
      vpcId,
      namespace: "",
      link: s3Link(vpcId),
    }));
}

function interfacesOf(snapshot: CloudSnapshot, vpcId: string): FabricEntry[] {
  const kinds = {
    instance: "instance",
    loadBalancer: "load-balancer",
    vpcEndpoint: "vpc-endpoint",
    natGateway: "nat-gateway",
  } as const;
  return attachments(snapshot)
    .filter(({ eni }) => eni.vpcId === vpcId)
    .map(({ eni, subnet, namespace, link, kind }) => {
      const owner = {
        instance: snapshot.instances[eni.owner.id],
        loadBalancer: snapshot.loadBalancers[eni.owner.id],
        vpcEndpoint: snapshot.vpcEndpoints[eni.owner.id],
        natGateway: snapshot.natGateways[eni.owner.id],
      }[kind];
      const balancer = snapshot.loadBalancers[eni.owner.id];
      const user = snapshot.images[snapshot.instances[eni.owner.id]?.imageId ?? ""]?.defaultUser;
      return {
        id: balancer === undefined ? eni.owner.id : loadBalancerNamespace(balancer),
        kind: kinds[kind],
        ...(balancer === undefined ? nameTag(owner?.tags ?? {}) : { name: balancer.name }),
        accountId: eni.accountId,
        vpcId,
        subnetId: subnet.id,
        azId: subnet.availabilityZoneId,
        namespace,
        link,
        address: eni.privateIpAddress,
        ...(eni.publicIpAddress !== undefined && { publicAddress: eni.publicIpAddress }),
        networkInterfaceId: eni.id,
        ...(user !== undefined && { user }),
      };
    });
}

function endpointsOf(snapshot: CloudSnapshot, vpcId: string): FabricEntry[] {
  return Object.values(snapshot.vpcEndpoints)
    .filter((endpoint) => endpoint.vpcId === vpcId && endpoint.type === "GatewayLoadBalancer")
    .map((endpoint) => {
      const subnet = snapshot.subnets[endpoint.subnetIds[0] ?? ""];
      const eni = snapshot.networkInterfaces[endpoint.networkInterfaceIds[0] ?? ""];
      return {
        id: endpoint.id,
        kind: "gwlb-endpoint" as const,
        ...nameTag(endpoint.tags),
        accountId: endpoint.accountId,
        vpcId,
        ...(subnet !== undefined && { subnetId: subnet.id, azId: subnet.availabilityZoneId }),
        namespace: vpcId,
        link: endpointTun(endpoint.id),
        ...(eni !== undefined && { address: eni.privateIpAddress, networkInterfaceId: eni.id }),
      };
    });
}

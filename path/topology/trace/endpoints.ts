import { finding, type Finding } from "../../proof/index";
import { parseArn } from "../../net/partition";
import { betweenSubnets } from "./filters";
import { throughGateway } from "./gatewayHop";
import { isKnown, type Endpoint, type EndpointService, type LoadBalancer, type Subnet } from "../model";
import { azIdOf } from "../topologyIndex";
import { stranger, type Place, type Walk } from "./walk";

/**
 * Into an endpoint, and for a GWLB's through the GWLB and out of the endpoint again. That network ACLs of the endpoint's subnet
 * apply, as for any network interface, is UNVERIFIED on AWS.
 *
 * @returns the endpoint's subnet, whose route table comes next, or undefined when the packet has come to its end
 */
export function enterEndpoint(walk: Walk, endpoint: Endpoint, from: Subnet | undefined): Subnet | undefined {
  const { topology } = walk.index;
  const subnet = topology.subnets[endpoint.subnetIds[0] ?? ""];
  const azId = azIdOf(subnet);
  const at: Place = { kind: "vpc-endpoint", component: endpoint, ...(azId !== undefined && { azId }) };
  if (endpoint.type !== "GatewayLoadBalancer") {
    walk.giveUp(
      at,
      "UNKNOWN_RESOURCE",
      `what the service behind a ${endpoint.type} endpoint does is not in the states`,
    );
    return undefined;
  }
  if (!betweenSubnets(walk, from, subnet)) return undefined;
  if (walk.endpointIds.includes(endpoint.id)) {
    // Until its TTL is used up; a capture on the target sees it again each time.
    walk.see("seenIn");
    walk.see("seenOut");
    walk.drop(at, "FORWARDING_LOOP", `the packet for ${walk.header.destination} is at ${endpoint.name} again`);
    return undefined;
  }
  if (!isUsable(walk, at, endpoint)) return undefined;
  walk.endpointIds.push(endpoint.id);
  walk.pass(at, { kind: "delivery", text: `to service ${isKnown(endpoint.serviceName) ? endpoint.serviceName : "?"}` });
  const gateway = serve(walk, endpoint, azId);
  if (gateway === undefined || azId === undefined) return undefined;
  if (!throughGateway(walk, { ...gateway, azId, endpointId: endpoint.id })) return undefined;
  if (subnet === undefined) return undefined;
  walk.pass(at, { kind: "delivery", text: `back in the VPC, in subnet ${subnet.name}` });
  return subnet;
}

function isUsable(walk: Walk, at: Place, { id, name, state }: Endpoint): boolean {
  if (!isKnown(state)) {
    walk.assumptions.add(`endpoint ${name} is available`);
    return true;
  }
  switch (state.toLowerCase()) {
    case "available":
      return true;
    case "pendingacceptance":
      walk.drop(at, "ENDPOINT_PENDING_ACCEPTANCE", `endpoint ${id} is ${state}`);
      return false;
    case "rejected":
      walk.drop(at, "ENDPOINT_REJECTED", `endpoint ${id} is ${state}`);
      return false;
    default:
      walk.drop(at, "BAD_STATE", `endpoint ${id} is ${state}`);
      return false;
  }
}

/** Service and load balancer behind an endpoint. */
function serve(walk: Walk, endpoint: Endpoint, azId: string | undefined): { loadBalancer: LoadBalancer } | undefined {
  const { topology } = walk.index;
  const serviceName = isKnown(endpoint.serviceName) ? endpoint.serviceName : "";
  const service = walk.index.service(serviceName);
  if (service === undefined) {
    const seen = `service ${serviceName || "of the endpoint"} is in none of the states`;
    walk.giveUp(stranger("endpoint-service", serviceName || "?"), "UNKNOWN_RESOURCE", seen);
    return undefined;
  }
  const at: Place = { kind: "endpoint-service", component: service };
  if (isKnown(service.state) && service.state.toLowerCase() !== "available") {
    walk.drop(at, "BAD_STATE", `service ${service.id} is ${service.state}`);
    return undefined;
  }
  if (azId === undefined) {
    walk.giveUp(at, "UNKNOWN_RESOURCE", `the AZ ID of endpoint ${endpoint.name} is not in the states`);
    return undefined;
  }
  const balancers = service.loadBalancerIds.map((id) => topology.loadBalancers[id]);
  if (balancers.includes(undefined)) {
    walk.giveUp(at, "UNKNOWN_RESOURCE", `a load balancer of service ${service.name} is in none of the states`);
    return undefined;
  }
  const zonesOf = (balancer: LoadBalancer | undefined): string[] =>
    (balancer?.subnetIds ?? []).flatMap((id) => azIdOf(topology.subnets[id]) ?? []);
  // Of several in one AZ an endpoint gets one.
  const loadBalancer = balancers.find((balancer) => zonesOf(balancer).includes(azId));
  if (loadBalancer === undefined) {
    const zones = [...new Set(balancers.flatMap(zonesOf))].sort().join(", ");
    walk.drop(at, "VPCE_SERVICE_NOT_INSTALLED_IN_AZ", `endpoint in ${azId}, service in ${zones || "no AZ"}`);
    return undefined;
  }
  const refused = principalFinding(service, endpoint);
  const text =
    refused === undefined ? "the endpoint's account is allowed" : "the endpoint was made when it was allowed";
  walk.pass(at, { kind: "principal", text }, refused === undefined ? {} : { noteworthy: refused });
  return { loadBalancer };
}

/** Principals are asked when an endpoint is made; one that exists goes on without. */
function principalFinding(service: EndpointService, { accountId }: Endpoint): Finding | undefined {
  if (!isKnown(accountId)) return undefined;
  const allowed = service.principals.some(
    (principal) => principal === "*" || parseArn(principal)?.accountId === accountId,
  );
  if (allowed) return undefined;
  const seen = `account ${accountId}; allowed: ${service.principals.join(", ") || "nobody"}`;
  return finding("ENDPOINT_PRINCIPAL_NOT_ALLOWED", service.name, seen);
}

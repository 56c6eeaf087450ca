import { createHash } from "node:crypto";
import { awsServiceName, partitionOf } from "../../../path/net/partition";
import { isAllowed } from "./endpointServices";
import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { EndpointService, VpcEndpoint } from "../core/records";

/** A service that endpoints can be made for. */
export interface VisibleService {
  name: string;
  types: VpcEndpoint["type"][];
  /** Absent for AWS's own services. */
  own?: EndpointService;
}

/** AWS's services that the model has an endpoint for: name behind `com.amazonaws.REGION.` → endpoint types. */
const awsServices: Record<string, VpcEndpoint["type"][]> = {
  s3: ["Gateway"],
  ssm: ["Interface"],
  ssmmessages: ["Interface"],
  ec2messages: ["Interface"],
  ec2: ["Interface"],
  logs: ["Interface"],
  kms: ["Interface"],
  sts: ["Interface"],
};

/** Names of AWS's services in a Region. */
export function awsServicesOf(region: string): string[] {
  return Object.keys(awsServices).map((name) => awsServiceName(region, name));
}

/**
 * A service by its name, as far as the caller may know of it: a service without permission is the same as none.
 *
 * @throws AwsError InvalidServiceName
 */
export function visibleService(context: Context, operation: string, name: string): VisibleService {
  const { caller, state } = context;
  const prefix = awsServiceName(caller.region, "");
  const types = name.startsWith(prefix) ? awsServices[name.slice(prefix.length)] : undefined;
  if (types !== undefined) return { name, types };
  const own = Object.values(state.tables.endpointServices).find(
    (service) => service.serviceName === name && service.region === caller.region,
  );
  if (own !== undefined && isAllowed(own, caller.accountId)) {
    return { name, types: ["GatewayLoadBalancer"], own };
  }
  // Source: EC2 API, Error codes: InvalidServiceName; wording as users report it, also for a principal that is not allowed.
  throw ec2Error(operation, "InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
}

/** Regional name first, then the private name when private DNS is on. GWLB and gateway endpoints have none. */
export function dnsEntries(endpoint: VpcEndpoint, privateDns: boolean): { dnsName: string; hostedZoneId: string }[] {
  if (endpoint.type !== "Interface") return [];
  const service = endpoint.serviceName.split(".").at(-1) ?? "";
  const hash = createHash("sha256").update(endpoint.id).digest("hex");
  const zone = `Z${hash.slice(0, 20).toUpperCase()}`;
  const domain = partitionOf(endpoint.region).dnsSuffix;
  const regional = `${endpoint.id}-${hash.slice(0, 8)}.${service}.${endpoint.region}.vpce.${domain}`;
  const names = privateDns ? [regional, `${service}.${endpoint.region}.${domain}`] : [regional];
  return names.map((dnsName) => ({ dnsName, hostedZoneId: zone }));
}

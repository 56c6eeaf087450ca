import { arnOf, awsServiceName } from "../../../path/net/partition";
import type { Instance } from "../core/records";
import type { State } from "../core/state";

/** What the control plane knows of an instance as a managed node of Systems Manager. */
export interface ManagedInstance {
  instance: Instance;
  /** Whether its role lets the agent register: `AmazonSSMManagedInstanceCore`, through the instance profile. */
  permitted: boolean;
  /**
   * What the names that the agent dials mean in the instance's VPC: addresses of interface endpoints that are available
   * and have private DNS, by service. Empty where there is none: the public addresses, which need an internet.
   */
  endpointAddresses: Record<AgentService, string[]>;
}

/** Services without which no agent is online (Systems Manager User Guide, "Create VPC endpoints"). */
export const agentServices = ["ssm", "ssmmessages"] as const;
export type AgentService = (typeof agentServices)[number];

/** @returns undefined for an instance that there is not */
export function managedInstance(state: State, instanceId: string): ManagedInstance | undefined {
  const instance = state.tables.instances[instanceId];
  const vpcId = instance && state.tables.subnets[instance.subnetId]?.vpcId;
  if (instance === undefined || vpcId === undefined) return undefined;
  const profile = state.instanceProfiles[`${instance.accountId}/${instance.iamInstanceProfile}`];
  const role = state.roles[`${instance.accountId}/${profile?.role}`];
  const addressesOf = (service: AgentService): string[] =>
    Object.values(state.tables.vpcEndpoints)
      .filter((endpoint) => endpoint.vpcId === vpcId && endpoint.type === "Interface" && endpoint.state === "available")
      .filter((endpoint) => endpoint.serviceName === awsServiceName(endpoint.region, service))
      .filter(({ privateDnsEnabled }) => privateDnsEnabled === true)
      .flatMap((endpoint) => endpoint.networkInterfaceIds)
      .flatMap((id) => state.tables.networkInterfaces[id]?.privateIpAddress ?? []);
  const managedPolicy = arnOf(instance.region, "iam", "aws", "policy/AmazonSSMManagedInstanceCore");
  return {
    instance: structuredClone(instance),
    permitted: role?.policyArns.includes(managedPolicy) === true,
    endpointAddresses: { ssm: addressesOf("ssm"), ssmmessages: addressesOf("ssmmessages") },
  };
}

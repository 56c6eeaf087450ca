import {
  everyValue,
  ExistingError,
  lookUpInstance,
  lookUpInterfaces,
  type ExistingInstance,
  type ExistingInterface,
  type LookUpOptions,
} from "../components/existing";
import { lookUpGateway, type ExistingGateway } from "../components/existingGateway";
import type { ExistingNetwork } from "../components/existingNetwork";
import type { HostAccess } from "../components/remoteAccess";
import { setUpProblem } from "../path/net/healthCheck";
import { existingAccess } from "./access";
import type { SecurityConfig } from "./config/index";
import { lookUpStackNetwork, underExisting } from "./existingParts";

export interface HubTarget {
  instance: ExistingInstance;
  access: HostAccess;
  register: boolean;
  setUp: boolean;
  /** Of a target that is mirrored. */
  interfaces?: ExistingInterface[];
}

/** What a security stack finds, before it makes anything: what is absent it makes. */
export interface ExistingHub {
  network?: ExistingNetwork;
  gateway?: ExistingGateway;
  /** By AZ ID. */
  targets?: Record<string, HubTarget>;
}

/**
 * Looks up everything that the key `existing` of a security stack names.
 *
 * @throws ExistingError with everything that is wrong
 */
export async function lookUpHub(config: SecurityConfig, opts: LookUpOptions): Promise<ExistingHub> {
  const { existing, zones, accountId } = config;
  if (existing === undefined) return {};
  const { vpcId, loadBalancerArn, targetGroupArn, serviceName } = existing;
  const network = await lookUpStackNetwork(config, vpcId, existing.subnetIds, opts);
  const hub: ExistingHub = { network };
  if (loadBalancerArn !== undefined || targetGroupArn !== undefined) {
    const gwlbCidrs = Object.fromEntries(Object.entries(zones).map(([azId, { gwlb }]) => [azId, gwlb]));
    const ids = { loadBalancerArn, targetGroupArn, serviceName };
    hub.gateway = await underExisting(lookUpGateway({ vpcId, accountId, ...ids, zones: gwlbCidrs }, opts));
  }
  if (existing.targets !== undefined) hub.targets = await lookUpTargets(existing.targets, config, vpcId, opts);
  const problems = [...crossZoneProblems(config, hub), ...healthCheckProblems(hub)];
  if (problems.length > 0) throw new ExistingError(problems);
  return hub;
}

function lookUpTargets(
  targets: NonNullable<NonNullable<SecurityConfig["existing"]>["targets"]>,
  config: SecurityConfig,
  vpcId: string,
  opts: LookUpOptions,
): Promise<Record<string, HubTarget>> {
  return everyValue(targets, async ({ instanceId, register, setUp, mirror, ...host }, azId): Promise<HubTarget> => {
    const key = `existing.targets.${azId}.instanceId`;
    const expected = { azId, vpcId, cidrBlock: config.zones[azId]?.target };
    return {
      instance: await lookUpInstance(key, instanceId, expected, opts),
      register,
      setUp,
      access: existingAccess(config, host),
      ...(mirror && { interfaces: await lookUpInterfaces(key, instanceId, opts) }),
    };
  });
}

/** Targets that are made or set up must be able to answer the health check that is there. */
function healthCheckProblems({ gateway, targets }: ExistingHub): string[] {
  const check = gateway?.targetGroup?.healthCheck;
  if (check === undefined || (targets && !Object.values(targets).some(({ setUp }) => setUp))) return [];
  const problem = setUpProblem(check);
  return problem === undefined ? [] : [`existing.targetGroupArn: health check: ${problem}`];
}

/** Of a load balancer that is there nothing is changed; without cross-zone each of its AZs needs a target. */
function crossZoneProblems({ crossZone, zones }: SecurityConfig, { gateway, targets }: ExistingHub): string[] {
  const unlike =
    crossZone && gateway?.crossZone === false
      ? ["crossZone: true: the load balancer has false, which stays as it is, expected false"]
      : [];
  const empty =
    targets === undefined || (gateway?.crossZone ?? crossZone)
      ? []
      : Object.keys(zones).filter((azId) => targets[azId] === undefined);
  return [
    ...unlike,
    ...empty.map(
      (azId) => `existing.targets: none in AZ ${azId}: expected one in each, without cross-zone load balancing`,
    ),
  ];
}

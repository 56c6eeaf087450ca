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
import { lookUpNetwork, type ExistingNetwork } from "../components/existingNetwork";
import type { HostAccess } from "../components/remoteAccess";
import { setUpProblem } from "../path/net/healthCheck";
import type { SecurityConfig } from "./config/index";
import { existingAccess, subnetsGiven, underExisting } from "./existingParts";

export interface HubTarget {
  instance: ExistingInstance;
  access: HostAccess;
  register: boolean;
  setUp: boolean;
  /** Of a target that is mirrored. */
  interfaces?: ExistingInterface[];
}

/** What a security stack finds, before it makes anything. */
export interface ExistingHub {
  network: ExistingNetwork;
  gateway?: ExistingGateway;
  /** By AZ ID; absent where the stack makes its targets itself. */
  targets?: Record<string, HubTarget>;
}

/**
 * Looks up everything that the key `existing` of a security stack names.
 *
 * @throws ExistingError with everything that is wrong
 */
export async function lookUpHub(config: SecurityConfig, opts: LookUpOptions): Promise<ExistingHub | undefined> {
  const { existing, zones, vpcCidr, accountId } = config;
  if (existing === undefined) return undefined;
  const { vpcId, loadBalancerArn, targetGroupArn, serviceName } = existing;
  const network = await underExisting(
    lookUpNetwork(
      {
        vpcId,
        accountId,
        cidrBlock: vpcCidr,
        subnets: subnetsGiven(existing.subnetIds, zones),
      },
      opts,
    ),
  );
  const gateway =
    loadBalancerArn === undefined && targetGroupArn === undefined
      ? undefined
      : await underExisting(
          lookUpGateway(
            {
              vpcId,
              accountId,
              ...(loadBalancerArn !== undefined && { loadBalancerArn }),
              ...(targetGroupArn !== undefined && { targetGroupArn }),
              ...(serviceName !== undefined && { serviceName }),
              zones: Object.fromEntries(Object.entries(zones).map(([azId, { gwlb }]) => [azId, gwlb])),
            },
            opts,
          ),
        );
  const targets =
    existing.targets &&
    (await everyValue<HubTarget>(
      Object.fromEntries(
        Object.entries(existing.targets).map(([azId, { instanceId, register, setUp, mirror, ...host }]) => {
          const key = `existing.targets.${azId}.instanceId`;
          const expected = { azId, vpcId, ...(zones[azId] && { cidrBlock: zones[azId].target }) };
          const target = async (): Promise<HubTarget> => ({
            instance: await lookUpInstance(key, instanceId, expected, opts),
            register,
            setUp,
            access: existingAccess(config, host),
            ...(mirror && { interfaces: await lookUpInterfaces(key, instanceId, opts) }),
          });
          return [azId, target()];
        }),
      ),
    ));
  const problems = [...crossZoneProblems(config, gateway, targets), ...healthCheckProblems(gateway, targets)];
  if (problems.length > 0) throw new ExistingError(problems);
  return { network, ...(gateway && { gateway }), ...(targets && { targets }) };
}

/** Targets that are made or set up must be able to answer the health check that is there. */
function healthCheckProblems(
  gateway: ExistingGateway | undefined,
  targets: Record<string, HubTarget> | undefined,
): string[] {
  const check = gateway?.targetGroup?.healthCheck;
  if (check === undefined || (targets && !Object.values(targets).some(({ setUp }) => setUp))) return [];
  const problem = setUpProblem(check);
  return problem === undefined ? [] : [`existing.targetGroupArn: health check: ${problem}`];
}

/** Of a load balancer that is there nothing is changed; without cross-zone each of its AZs needs a target. */
function crossZoneProblems(
  { crossZone, zones }: SecurityConfig,
  gateway: ExistingGateway | undefined,
  targets: Record<string, HubTarget> | undefined,
): string[] {
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

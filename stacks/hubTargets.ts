import type * as aws from "../components/aws";
import type { GwlbService } from "../components/gwlbService";
import { InspectionTarget } from "../components/inspectionTarget";
import type { Network } from "../components/network";
import type { HostAccess } from "../components/remoteAccess";
import { TargetMirror } from "../components/targetMirror";
import type { StackHosts } from "./access";
import type { SecurityConfig } from "./config/index";
import type { HubTarget } from "./existingHub";

/** A target of the hub, whoever made its instance. */
export interface Target {
  name: string;
  azId: string;
  target: InspectionTarget;
  access: HostAccess;
  /** Where nobody logs in on the target itself: `access` is its collector's then. */
  mirror?: TargetMirror;
}

/** What all targets of a hub have in common. */
export interface TargetPlace {
  name: string;
  config: SecurityConfig;
  network: Network;
  service: GwlbService;
  hosts: () => StackHosts;
  opts: { provider: aws.Provider };
}

/** `targetsPerAz` instances in each AZ, set up and registered. */
export function makeTargets({ name, config, network, service, hosts, opts }: TargetPlace): Target[] {
  const places = Object.entries(network.subnets["target"] ?? {}).flatMap(([azId, subnet]) =>
    Array.from({ length: config.targetsPerAz }, (_, index) => ({ azId, subnet, index })),
  );
  return places.map(({ azId, subnet, index }) => {
    // The first one keeps its name whatever comes beside it.
    const targetName = `${name}-target-${azId}${index === 0 ? "" : `-${index + 1}`}`;
    const target = new InspectionTarget(
      targetName,
      {
        ...hosts(),
        subnetId: subnet.id,
        targetGroupArn: service.targetGroupArn,
        gatewayAddresses: service.gatewayAddresses,
        gatewayCidrBlocks: Object.values(config.zones).map(({ gwlb }) => gwlb),
        healthCheck: service.settings.healthCheck,
        s3PrefixListId: network.s3PrefixListId,
      },
      // Packages come through the S3 endpoint, and access is by the bastion or SSM's endpoints: the whole network comes first.
      { providers: [opts.provider], dependsOn: [network] },
    );
    return { name: targetName, azId, target, access: hosts().access };
  });
}

/** Instances that exist, set up and registered where that is asked for, and mirrored to a collector each. */
export function useTargets(place: TargetPlace, targets: Record<string, HubTarget>): Target[] {
  const { name, service, opts } = place;
  const { healthCheck } = service.settings;
  return Object.entries(targets).map(([azId, { instance, access, register, setUp, interfaces }]) => {
    const targetName = `${name}-target-${azId}`;
    const target = new InspectionTarget(
      targetName,
      {
        instance,
        ...(register && { targetGroupArn: service.targetGroupArn }),
        ...(setUp && { setUp: { access, gatewayAddresses: service.gatewayAddresses, healthCheck } }),
      },
      { providers: [opts.provider] },
    );
    if (interfaces === undefined) return { name: targetName, azId, target, access };
    const mirror = makeMirror(place, azId, instance.subnetId, interfaces);
    return { name: targetName, azId, target, access: place.hosts().access, mirror };
  });
}

function makeMirror(
  { name, config, network, service, hosts, opts }: TargetPlace,
  azId: string,
  subnetId: string,
  interfaces: NonNullable<HubTarget["interfaces"]>,
): TargetMirror {
  const { healthCheck } = service.settings;
  return new TargetMirror(
    `${name}-mirror-${azId}`,
    { ...hosts(), subnetId, interfaces, gatewayCidrBlock: config.vpcCidr, healthCheck },
    { providers: [opts.provider], dependsOn: [network] },
  );
}

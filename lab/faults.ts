import type { Cloud } from "./cloud/cloud";
import type { CloudSnapshot, RouteTable, SecurityGroupRule } from "./cloud/records";
import type { Fabric } from "./fabric/fabric";

type Undo = () => Promise<void> | void;

interface Fault {
  what: string;
  /** Makes the fault and returns how to take it back. */
  make: (lab: { cloud: Cloud; fabric: Fabric; snapshot: CloudSnapshot }) => Promise<Undo[]> | Undo[];
}

/** Route tables by tier: the program names them after it. */
const tablesOf = (snapshot: CloudSnapshot, tier: string): RouteTable[] =>
  Object.values(snapshot.routeTables).filter((table) => table.tags["Name"]?.includes(tier));

/** Deletes the routes of a tier's tables that lead to GWLB endpoints. */
function deleteEndpointRoutes(tier: string): Fault["make"] {
  return ({ cloud, snapshot }) => {
    const undo: Undo[] = [];
    for (const table of tablesOf(snapshot, tier)) {
      for (const { destinationCidrBlock, target } of table.routes) {
        if (target.kind !== "vpcEndpoint" || destinationCidrBlock === undefined) continue;
        cloud.edit.deleteRoute(table, table.id, destinationCidrBlock);
        const vpcEndpointId = target.id;
        undo.push(() => {
          const now = cloud.snapshot().routeTables[table.id];
          // An `up` may have mended it meanwhile.
          if (now === undefined || now.routes.some((route) => route.destinationCidrBlock === destinationCidrBlock))
            return;
          cloud.edit.createRoute(table, table.id, destinationCidrBlock, { vpcEndpointId });
        });
      }
    }
    if (undo.length === 0) throw new Error(`No route of a "${tier}" route table leads to a GWLB endpoint`);
    return undo;
  };
}

const targetsOf = (snapshot: CloudSnapshot): string[] => {
  const ids = Object.values(snapshot.targetGroups).flatMap((group) => group.targets.map(({ id }) => id));
  if (ids.length === 0) throw new Error("No target is registered");
  return ids;
};

/** Runs a command on every target, and another one to take it back. */
function onTargets(command: string, undo: string): Fault["make"] {
  return async ({ fabric, snapshot }) => {
    const targets = targetsOf(snapshot);
    for (const target of targets) await shell(fabric, target, command);
    return targets.map((target) => () => shell(fabric, target, undo));
  };
}

async function shell(fabric: Fabric, instance: string, command: string): Promise<void> {
  const { exitCode, stderr } = await fabric.exec(instance, ["sh", "-euc", command]);
  if (exitCode !== 0) throw new Error(`${instance}: \`${command}\`: exit ${exitCode}: ${stderr.trim()}`);
}

/** Only the first packet of a flow is judged by the rules: known flows would go on for half a minute. */
const forgetFlows = "conntrack --flush";

/** What hosts/hairpin.sh saved, loaded as at boot: Amazon Linux's file or Debian's. */
const restoreRules = `cat /etc/sysconfig/iptables /etc/iptables/rules.v4 2>/dev/null | iptables-restore; ${forgetFlows}`;

function revokeGeneveIngress({ cloud, snapshot }: { cloud: Cloud; snapshot: CloudSnapshot }): Undo[] {
  const isGeneve = (rule: SecurityGroupRule): boolean =>
    rule.direction === "ingress" && rule.ipProtocol === "udp" && rule.fromPort <= 6081 && rule.toPort >= 6081;
  const rules = Object.values(snapshot.securityGroupRules).filter(isGeneve);
  if (rules.length === 0) throw new Error("No security group rule lets UDP 6081 in");
  for (const rule of rules) cloud.edit.revokeRule(rule, rule.id);
  return rules.map((rule) => () => cloud.edit.restoreRule(rule, rule));
}

/** Cross-zone load balancing on, while the targets lack the rules for the GWLB's address in the first AZ by id. */
async function oneZoneRules({ cloud, fabric, snapshot }: Parameters<Fault["make"]>[0]): Promise<Undo[]> {
  const undo: Undo[] = [];
  for (const balancer of Object.values(snapshot.loadBalancers)) {
    cloud.edit.modifyCrossZone(balancer, balancer.arn, true);
    undo.push(() => cloud.edit.modifyCrossZone(balancer, balancer.arn, balancer.crossZone));
    const [first] = balancer.networkInterfaceIds
      .map((id) => snapshot.networkInterfaces[id])
      .map((eni) => ({
        address: eni?.privateIpAddress,
        azId: snapshot.subnets[eni?.subnetId ?? ""]?.availabilityZoneId,
      }))
      .sort((one, other) => (one.azId ?? "").localeCompare(other.azId ?? ""));
    if (first?.address === undefined) throw new Error(`${balancer.arn} has no interface`);
    for (const target of targetsOf(snapshot)) {
      const rules = `iptables-save | grep -v -w -F '${first.address}' | iptables-restore`;
      await shell(fabric, target, `${rules}; ${forgetFlows}`);
      undo.push(() => shell(fabric, target, restoreRules));
    }
  }
  return undo;
}

/** Faults by name, each made as somebody would who does not know of the program. */
export const faults: Record<string, Fault> = {
  "source-route-removed": {
    what: "the source subnets' routes to the GWLB endpoints",
    make: deleteEndpointRoutes("source"),
  },
  "destination-route-removed": {
    what: "the destination subnets' routes to the GWLB endpoints",
    make: deleteEndpointRoutes("destination"),
  },
  "routes-removed": {
    what: "the routes to the GWLB endpoints, of source and destination subnets",
    make: async (lab) => [
      ...(await deleteEndpointRoutes("source")(lab)),
      ...(await deleteEndpointRoutes("destination")(lab)),
    ],
  },
  "hairpin-flushed": {
    what: "the targets' iptables rules",
    make: onTargets(`iptables -t nat -F; ${forgetFlows}`, restoreRules),
  },
  "forwarding-off": {
    what: "IP forwarding on the targets",
    make: onTargets("sysctl -qw net.ipv4.ip_forward=0", "sysctl -qw net.ipv4.ip_forward=1"),
  },
  "geneve-not-allowed": { what: "the rule that lets UDP 6081 into the targets", make: revokeGeneveIngress },
  "one-zone-rules": { what: "the hairpin rules for one AZ's GWLB address, with cross-zone on", make: oneZoneRules },
};

/** Makes faults in a running lab and takes them back. */
export class Faults {
  private undo: Undo[] = [];

  constructor(
    private readonly cloud: Cloud,
    private readonly fabric: Fabric,
  ) {}

  /** @returns what was changed. @throws Error for an unknown fault, naming the known ones */
  async break(name: string): Promise<string> {
    const fault = faults[name];
    if (fault === undefined) throw new Error(`Fault "${name}": expected one of ${Object.keys(faults).join(", ")}`);
    const { cloud, fabric } = this;
    this.undo.push(...(await fault.make({ cloud, fabric, snapshot: cloud.snapshot() })));
    await fabric.settled();
    return `changed: ${fault.what}`;
  }

  /** Takes back all faults, the last one first. @returns the number of changes taken back. */
  async repair(): Promise<number> {
    const undo = this.undo.reverse();
    this.undo = [];
    for (const step of undo) await step();
    await this.fabric.settled();
    return undo.length;
  }
}

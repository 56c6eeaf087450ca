import type { Fabric } from "../fabric/fabric";
import { some, together, type Fault, type Lab, type Undo } from "./fault";

const targetsOf = ({ snapshot }: Lab): string[] =>
  some(
    Object.values(snapshot.targetGroups).flatMap((group) => group.targets.map(({ id }) => id)),
    "registered target",
  );

/** Runs a command on every target, and another one to take it back. */
function onTargets(command: string, undo: string): Fault["make"] {
  return async (lab) => {
    const targets = targetsOf(lab);
    for (const target of targets) await shell(lab.fabric, target, command);
    return targets.map((target) => () => shell(lab.fabric, target, undo));
  };
}

/** As {@link onTargets}, and boots them before and after. */
function acrossReboot(command: string, undo: string): Fault["make"] {
  return async (lab) => {
    const targets = targetsOf(lab);
    const change = async (what: string): Promise<void> => {
      for (const target of targets) await shell(lab.fabric, target, what);
      await Promise.all(targets.map((target) => lab.fabric.reboot(target)));
    };
    await change(command);
    return [() => change(undo)];
  };
}

async function shell(fabric: Fabric, instance: string, command: string): Promise<void> {
  const { exitCode, stderr } = await fabric.exec(instance, ["sh", "-euc", command]);
  if (exitCode !== 0) throw new Error(`${instance}: \`${command}\`: exit ${exitCode}: ${stderr.trim()}`);
}

/** Where hosts/hairpin.sh saved the rules: Amazon Linux, Debian. */
const savedRules = "$(ls /etc/sysconfig/iptables /etc/iptables/rules.v4 2>/dev/null | head -n 1)";

/** As hosts/hairpin.sh does: what began by other rules or routes would go on by them. */
const forgetFlows = "conntrack -D -p udp --orig-port-dst 6081 >/dev/null 2>&1 || true";
/** What hosts/hairpin.sh saved, loaded as at boot. */
const restoreRules = `iptables-restore <"${savedRules}"; ${forgetFlows}`;

/** Changes the rules in force by a filter on their text. Flows that the kernel knows go on by the old ones, as in the field. */
const editRules = (filter: string): string => `iptables-save | ${filter} | iptables-restore`;

const interfaceName = "$(ip -4 route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)";
/** The unit of a target's web server, for a shell. */
export const webService = "$(systemctl list-unit-files -q httpd.service apache2.service | awk '{ print $1; exit }')";

function crossZoneOn({ cloud, snapshot }: Lab): Undo[] {
  return some(Object.values(snapshot.loadBalancers), "GWLB").map((balancer): Undo => {
    cloud.edit.modifyCrossZone(balancer, balancer.arn, true);
    return () => cloud.edit.modifyCrossZone(balancer, balancer.arn, balancer.crossZone);
  });
}

/** The targets lack the rules for the GWLB's address in the first AZ by id. */
async function oneZoneRules(lab: Lab): Promise<Undo[]> {
  const { fabric, snapshot } = lab;
  const undo: Undo[] = [];
  for (const balancer of some(Object.values(snapshot.loadBalancers), "GWLB")) {
    const [first] = balancer.networkInterfaceIds
      .map((id) => snapshot.networkInterfaces[id])
      .map((eni) => ({
        address: eni?.privateIpAddress,
        azId: snapshot.subnets[eni?.subnetId ?? ""]?.availabilityZoneId,
      }))
      .sort((one, other) => (one.azId ?? "").localeCompare(other.azId ?? ""));
    if (first?.address === undefined) throw new Error(`${balancer.arn} has no interface`);
    for (const target of targetsOf(lab)) {
      await shell(fabric, target, editRules(`grep -v -w -F '${first.address}'`));
      undo.push(() => shell(fabric, target, restoreRules));
    }
  }
  return undo;
}

const gatewayAddresses = "$(iptables-save -t nat | sed -n 's/.*-A PREROUTING -s \\([0-9.]*\\).*/\\1/p')";

/** Those of the default route, as $1 and $2. */
const gatewayAndInterface =
  "set -- $(ip -4 route show default | sed -n 's/^default via \\([^ ]*\\) dev \\([^ ]*\\).*/\\1 \\2/p')";

const managementInterface =
  "ip link add mgmt0 type veth peer name mgmt1; ip address add 192.0.2.10/24 dev mgmt0; ip link set mgmt0 up; ip link set mgmt1 up; " +
  "ip route show default >/root/default-route; ip route replace default via 192.0.2.1 dev mgmt0";
const noManagementInterface = "ip link del mgmt0; ip route replace $(cat /root/default-route); rm /root/default-route";

export const targetFaults: Record<string, Fault> = {
  "hairpin-flushed": { what: "the targets' iptables rules", make: onTargets("iptables -t nat -F", restoreRules) },
  "one-rule-deleted": {
    what: "one DNAT rule of the targets, the first one",
    make: onTargets("iptables -t nat -D PREROUTING 1", restoreRules),
  },
  "rule-before-hairpin": {
    what: "the targets' nat table: another program's rule, before all others, accepts UDP 6081",
    make: onTargets("iptables -t nat -I PREROUTING 1 -p udp --dport 6081 -j ACCEPT", restoreRules),
  },
  "no-way-back": {
    what: "the targets' routes: none leads to the GWLB's addresses",
    make: onTargets(
      `for each in ${gatewayAddresses}; do ip route add unreachable "$each"; done`,
      "ip route flush type unreachable",
    ),
  },
  "second-interface": {
    what: "the targets' default route, now by a management interface",
    make: onTargets(
      `${gatewayAndInterface}; ip route add 10.0.0.0/8 via "$1" dev "$2"; ${managementInterface}`,
      `${noManagementInterface}; ip route del 10.0.0.0/8`,
    ),
  },
  "policy-routing": {
    what: "the targets' default route, as in second-interface; a routing rule keeps their own way",
    make: onTargets(
      `${gatewayAndInterface}; own=$(ip -4 -o address show dev "$2" | sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p'); ` +
        'ip route add default via "$1" dev "$2" table 100; ip rule add from "$own" lookup 100; ' +
        `${managementInterface}; ip neighbour replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev mgmt0`,
      `${noManagementInterface}; ip rule del lookup 100; ip route flush table 100; ${forgetFlows}`,
    ),
  },
  "one-zone-rules": {
    what: "the hairpin rules for one AZ's GWLB address, with cross-zone on",
    make: together(crossZoneOn, oneZoneRules),
  },
  "hairpin-on-other-interface": {
    what: "the interface in the targets' iptables rules, now eth0",
    make: onTargets(editRules(`sed "s/ -\\([io]\\) ${interfaceName} / -\\1 eth0 /"`), restoreRules),
  },
  "hairpin-not-saved": {
    what: "the targets' saved iptables rules; then they were rebooted",
    make: acrossReboot(
      `cp "${savedRules}" /root/saved-rules; printf '*nat\\nCOMMIT\\n' >"${savedRules}"`,
      `cp /root/saved-rules "${savedRules}"; rm /root/saved-rules`,
    ),
  },
  "forwarding-off": {
    what: "IP forwarding on the targets",
    make: onTargets("sysctl -qw net.ipv4.ip_forward=0", "sysctl -qw net.ipv4.ip_forward=1"),
  },
  "forwarding-not-persistent": {
    what: "the targets' /etc/sysctl.d/99-sysctl.conf; then they were rebooted",
    make: acrossReboot(
      "cp /etc/sysctl.d/99-sysctl.conf /root/saved-sysctl; echo 'net.ipv4.ip_forward = 0' >/etc/sysctl.d/99-sysctl.conf",
      "cp /root/saved-sysctl /etc/sysctl.d/99-sysctl.conf; rm /root/saved-sysctl",
    ),
  },
  "other-firewall": {
    what: "the targets' raw table: another program's rule drops UDP 6081",
    make: onTargets(
      "iptables -t raw -A PREROUTING -p udp --dport 6081 -j DROP",
      "iptables -t raw -D PREROUTING -p udp --dport 6081 -j DROP",
    ),
  },
  "target-mtu-small": {
    what: "the MTU of the targets' interface, now 1500: small packets pass, large ones vanish",
    make: onTargets(`ip link set dev ${interfaceName} mtu 1500`, `ip link set dev ${interfaceName} mtu 9001`),
  },
  "web-server-stopped": {
    what: "the targets' web server",
    make: onTargets(`systemctl stop ${webService}`, `systemctl start ${webService}`),
  },
  "sshd-stopped": {
    what: "the targets' sshd",
    make: onTargets(
      "systemctl stop ssh.service ssh.socket sshd.service 2>/dev/null || true",
      "systemctl start ssh.service || systemctl start sshd.service",
    ),
  },
  "tcpdump-blind": {
    what: "the targets' tcpdump: a wrapper, by which it looks at another interface",
    make: onTargets(
      'real=$(command -v tcpdump); mv "$real" /root/tcpdump; ' +
        `printf '#!/bin/sh\\nexec /root/tcpdump "$@" -i lo\\n' >"$real"; chmod 755 "$real"`,
      "mv /root/tcpdump /usr/bin/tcpdump",
    ),
  },
  "tcpdump-removed": {
    what: "the targets' tcpdump",
    make: onTargets('mv "$(command -v tcpdump)" /root/tcpdump', "mv /root/tcpdump /usr/bin/tcpdump"),
  },
};

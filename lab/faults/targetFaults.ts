import type { Fabric } from "../fabric/fabric";
import { some, type Fault, type Lab, type Undo } from "./fault";

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

/** Only the first packet of a flow is judged by the rules: known flows would go on for half a minute. */
const forgetFlows = "conntrack --flush";

/** Where hosts/hairpin.sh saved the rules: Amazon Linux, Debian. */
const savedRules = "$(ls /etc/sysconfig/iptables /etc/iptables/rules.v4 2>/dev/null | head -n 1)";

/** What hosts/hairpin.sh saved, loaded as at boot. */
const restoreRules = `iptables-restore <"${savedRules}"; ${forgetFlows}`;

/** Changes the rules in force by a filter on their text. */
const editRules = (filter: string): string => `iptables-save | ${filter} | iptables-restore; ${forgetFlows}`;

const interfaceName = "$(ip -4 route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)";
const webService = "$(systemctl list-unit-files -q httpd.service apache2.service | awk '{ print $1; exit }')";

/** Cross-zone load balancing on, while the targets lack the rules for the GWLB's address in the first AZ by id. */
async function oneZoneRules(lab: Lab): Promise<Undo[]> {
  const { cloud, fabric, snapshot } = lab;
  const undo: Undo[] = [];
  for (const balancer of some(Object.values(snapshot.loadBalancers), "GWLB")) {
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
    for (const target of targetsOf(lab)) {
      await shell(fabric, target, editRules(`grep -v -w -F '${first.address}'`));
      undo.push(() => shell(fabric, target, restoreRules));
    }
  }
  return undo;
}

export const targetFaults: Record<string, Fault> = {
  "hairpin-flushed": {
    what: "the targets' iptables rules",
    make: onTargets(`iptables -t nat -F; ${forgetFlows}`, restoreRules),
  },
  "one-zone-rules": { what: "the hairpin rules for one AZ's GWLB address, with cross-zone on", make: oneZoneRules },
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
      `iptables -t raw -A PREROUTING -p udp --dport 6081 -j DROP; ${forgetFlows}`,
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
  "tcpdump-removed": {
    what: "the targets' tcpdump",
    make: onTargets('mv "$(command -v tcpdump)" /root/tcpdump', "mv /root/tcpdump /usr/bin/tcpdump"),
  },
};

import { run } from "../../../lab/fabric/command";
import type { CommandResult } from "../../../lab/fabric/execute";
import type { HostEvidence } from "../../../path/proof/index";
import { readCapture, sawCanary } from "../../../path/proof/captured";
import { checkHealth, echo, gateways, geneveEcho, target } from "./traffic";

type Script = (name: string, ...args: string[]) => Promise<CommandResult>;

const marker = "0123456789abcdef";
const [first, second] = gateways;

interface Capture {
  /** As they are in the file. */
  stored: number;
  /** By their directions, each once. */
  directions: string[];
  canary: boolean;
}

/** What the scripts make of a host whose default route is another interface's, and of others that are not as they were set up. */
export interface Multihomed {
  hairpin: CommandResult;
  capture: Capture;
  evidence: HostEvidence;
  health: CommandResult;
  /** With a route to a GWLB address by the other interface; beside it a rule by which it takes its own; an address that nobody has. */
  otherWay: CommandResult;
  wayByRule: CommandResult;
  otherAddress: CommandResult;
  noWayBack: { hairpin: CommandResult; capture: Capture; evidence: HostEvidence };
  /** Where a rule of the host's keeps what it sends to the GWLB by GENEVE. */
  keptBack: Capture;
  bridged: Capture;
  /** Beside nft's own rules, some of them in a table of iptables. */
  withoutNft: HostEvidence;
  withNft: HostEvidence;
}

export async function multihomed(
  namespace: string,
  script: Script,
  shell: (command: string) => Promise<string>,
): Promise<Multihomed> {
  const capture = async (port: number): Promise<Capture> => {
    const id = `multihomed-${port}`;
    await script("capture.sh", "start", "--id", id, "--seconds", "30", "--marker", marker, "--canary", first);
    await echo(first, port, geneveEcho(`${marker}8899aabbccddeeff`));
    const { stdout } = await script("capture.sh", "stop", "--id", id);
    const base64 = /-----BEGIN PCAP-----\n([^-]*)-----END PCAP-----/.exec(stdout)?.[1] ?? "";
    const stopped = { target: "target", azId: "", address: target, pcap: Buffer.from(base64, "base64") };
    const read = readCapture(stopped, [...gateways]);
    const stored = (JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { packets: number }).packets;
    // The canary is one, too.
    const directions = read.inspected
      .filter(({ inner }) => inner.source !== "192.0.2.1")
      .map((each) => `${each.direction}`);
    return { stored, directions, canary: sawCanary(read, marker) };
  };
  const evidence = async (): Promise<HostEvidence> => {
    const asked = ["--address", target, "--gateway-address", first, "--gateway-address", second];
    const { stdout, stderr } = await script("evidence.sh", ...asked);
    if (stderr !== "") throw new Error(`evidence.sh: ${stderr}`);
    return JSON.parse(stdout) as HostEvidence;
  };
  const hairpin = (): Promise<CommandResult> =>
    script("hairpin.sh", "--address", target, "--gateway-address", first, "--gateway-address", second);

  const withTwo =
    "ip link add mgmt0 type veth peer name mgmt1 && ip address add 10.9.0.10/24 dev mgmt0 && ip link set mgmt0 up && ip link set mgmt1 up && " +
    "ip route replace default via 10.9.0.1 dev mgmt0";
  const failed = await shell(`systemctl start apache2 httpd 2>/dev/null; ${withTwo}`);
  if (failed !== "") throw new Error(failed);
  const ofTwo = {
    hairpin: await hairpin(),
    capture: await capture(45_001),
    evidence: await evidence(),
    health: (
      await Promise.all([
        script("health.sh", "--gateway-address", first, "--port", "80", "--threshold", "3", "--deadline", "10"),
        checkHealth(first, 8),
      ])
    )[0],
  };

  await shell(`ip route add ${second}/32 via 10.9.0.1 dev mgmt0`);
  const otherWay = await hairpin();
  await shell(`ip rule add iif ens5 lookup 100; ip route add default via 10.1.1.1 dev ens5 table 100`);
  const wayByRule = await hairpin();
  await shell(`ip rule del lookup 100; ip route flush table 100; ip route del ${second}/32`);
  const otherAddress = await script("hairpin.sh", "--address", "10.9.0.99", "--gateway-address", first);

  await shell(`ip route add unreachable ${first}/32`);
  const noWayBack = { capture: await capture(45_002), evidence: await evidence(), hairpin: await hairpin() };
  await shell(
    `ip route del unreachable ${first}/32; ip route replace default via 10.1.1.1 dev ens5; ip link del mgmt0`,
  );

  const rule = "POSTROUTING -p udp --dport 6081 -j DROP";
  await shell(`iptables -t mangle -A ${rule}`);
  const keptBack = await capture(45_004);
  await shell(`iptables -t mangle -D ${rule}`);

  // The image has no nft, as Amazon Linux 2023 has none; then one that shows what is there.
  const nft = (what: string): Promise<string> => run(["ip", "netns", "exec", namespace, "nft", what]);
  await nft(
    "table inet guard { chain in { type filter hook postrouting priority 0; policy drop; udp dport 9 drop; accept; }; }",
  );
  await nft("add rule ip nat OUTPUT ct mark 0x9 accept");
  const withoutNft = await evidence();
  const ruleset = Buffer.from(await nft("list ruleset")).toString("base64");
  await shell(`printf '#!/bin/sh\necho ${ruleset} | base64 -d' >/usr/sbin/nft; chmod +x /usr/sbin/nft`);
  const withNft = await evidence();

  await shell(
    "ip link add br0 type bridge && ip link set br0 up && ip link set ens5 master br0 && " +
      `ip address del ${target}/24 dev ens5; ip address add ${target}/24 dev br0; ip route replace default via 10.1.1.1 dev br0`,
  );
  const bridged = await capture(45_003);
  return { ...ofTwo, otherWay, wayByRule, otherAddress, noWayBack, keptBack, bridged, withoutNft, withNft };
}

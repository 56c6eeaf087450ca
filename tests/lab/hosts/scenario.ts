/**
 * Runs hosts/*.sh on one instance, inside a world of its own, and prints what was seen as one JSON line. Started by
 * hosts.test.ts: `unshare … node --import tsx scenario.ts IMAGE SYSTEM`.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "ssh2";
import { stringify } from "yaml";
import { keyPair } from "../../fixtures/keyPair";
import { cgroupHierarchy, removeCgroup } from "../../../lab/fabric/cgroup";
import { run } from "../../../lab/fabric/command";
import type { CommandResult } from "../../../lab/fabric/execute";
import { startInstance, type RunningInstance } from "../../../lab/fabric/instance";
import { servePackages } from "../../../lab/fabric/packageServer";
import { differences, footprint } from "./footprint";
import { multihomed } from "./multihomed";
import { systems, type System } from "./systems";
import { checkHealth, echo, geneveEcho, geneveFlow, gateways, received, silently, target } from "./traffic";

const namespace = "i-0123456789abcdef0";

const network = `
  ip netns add ${namespace}
  ip link add toinstance type veth peer name ens5 netns ${namespace}
  ip address add 10.1.1.1/24 dev toinstance
  for address in ${gateways.join(" ")}; do ip address add $address/32 dev toinstance; done
  ip address add 52.219.0.10/32 dev lo
  ip link set toinstance up
  ip -n ${namespace} address add ${target}/24 dev ens5
  ip -n ${namespace} link set ens5 up
  ip -n ${namespace} link set lo up
  ip -n ${namespace} route add default via 10.1.1.1
`;

/** Keys that the operator knows before the host exists: its own, and the one that cloud-config gives to the host. */
const operatorKey = keyPair();
const hostKey = keyPair();
const userData = `#cloud-config\n${stringify({
  hostname: "target-1",
  ssh_deletekeys: true,
  ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
})}`;

type Hairpin = { changed: boolean; changes: string[]; interface: string; address: string; gateways: string[] };

async function main(imagePath: string, system: System): Promise<Record<string, unknown>> {
  await run(["sh", "-euc", network]);
  const hierarchy = await cgroupHierarchy("/run/cgroup");
  const cgroup = path.join(
    hierarchy,
    `gwlb-inspection-hosts-test-${fs.readlinkSync("/proc/self/ns/pid").slice(5, -1)}`,
  );
  const stateDirectory = "/run/instances";
  const owned = { accountId: "111111111111", region: "ap-northeast-1", tags: {} };
  const instance = await startInstance({
    instance: {
      ...owned,
      id: namespace,
      imageId: "ami-0",
      instanceType: "t3.micro",
      state: "pending",
      subnetId: "subnet-0",
      networkInterfaceId: "eni-0",
      privateDnsName: "ip-10-1-1-10.ap-northeast-1.compute.internal",
      authorizedKey: operatorKey.public,
      userData,
    },
    image: {
      id: "ami-0",
      region: "ap-northeast-1",
      name: "lab",
      rootFilesystem: system,
      defaultUser: systems[system].user,
    },
    namespace,
    address: target,
    imagePath,
    stateDirectory,
    cgroup,
  });
  let facts: Record<string, unknown>;
  try {
    facts = await measure(instance, imagePath, system);
  } finally {
    await instance.stop();
    await removeCgroup(cgroup);
  }
  const mounts = fs.readFileSync("/proc/self/mounts", "utf8").split("\n");
  const left = [
    ...mounts.filter((line) => line.includes(stateDirectory)),
    ...fs.readdirSync(stateDirectory),
    ...(fs.existsSync(cgroup) ? [cgroup] : []),
    ...(await run(["ip", "netns", "pids", namespace])).split("\n").filter((line) => line !== ""),
  ];
  return { ...facts, left };
}

async function measure(instance: RunningInstance, imagePath: string, system: System): Promise<Record<string, unknown>> {
  const { user, webService, savedRules } = systems[system];
  const script = (name: string, ...args: string[]): Promise<CommandResult> =>
    instance.exec(["sh", "-s", "--", ...args], {
      stdin: fs.readFileSync(path.join(__dirname, "../../../hosts", name), "utf8"),
      timeout: 60_000,
    });
  const shell = async (command: string): Promise<string> => {
    const result = await instance.exec(["sh", "-c", command]);
    return result.stdout + result.stderr;
  };
  const hairpin = async (...addresses: string[]): Promise<Hairpin> => {
    const result = await script("hairpin.sh", ...addresses.flatMap((address) => ["--gateway-address", address]));
    if (result.exitCode !== 0) throw new Error(`hairpin.sh failed: ${result.stderr}`);
    return JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "") as Hairpin;
  };
  const [first, second] = gateways;
  const bothAddresses = gateways.flatMap((address) => ["--gateway-address", address]);
  /** What is not as it was set up. */
  const differing = async (): Promise<string[]> => {
    const result = await script("hairpin.sh", ...bothAddresses, "--check");
    if (result.exitCode !== 0) throw new Error(`hairpin.sh --check failed: ${result.stderr}`);
    return (JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "") as Hairpin).changes;
  };

  const osRelease = await shell("cat /etc/os-release");
  const login = await overSsh(user, "sudo -n id -un; id -un; hostname");
  const badAddress = await script("hairpin.sh", "--gateway-address", first, "--gateway-address", "10.1.1.300");
  const noAddress = await script("hairpin.sh");
  const ownAddress = await script("hairpin.sh", "--gateway-address", target);
  const untouched = await shell(
    "command -v apache2 httpd iptables; sysctl -n net.ipv4.ip_forward; ls /var/lib/gwlb-inspection",
  );
  const refusing = await script("hairpin.sh", "--gateway-address", first);
  // The test in the lab shows for apt what a missing route looks like.
  const silent =
    system === "debian" ? undefined : await silently(() => script("hairpin.sh", "--gateway-address", first));
  await shell("mv /etc/hosts /etc/hosts.kept");
  const unknown = await script("hairpin.sh", "--gateway-address", first);
  await shell("mv /etc/hosts.kept /etc/hosts");
  const packages = await servePackages({ imagePath });
  const differingAtFirst = await differing();
  const firstRun = await hairpin(first);
  const echoFromFirst = await echo(first, 40001);
  const echoWithoutRules = await echo(second, 40002);

  const before = await shell(footprint);
  const secondRun = await hairpin(first);
  const touched = differences(before, await shell(footprint));
  await shell(`systemctl restart ${webService}; touch /etc/touched`);
  const seen = differences(before, await shell(footprint));
  await packages.close();

  // A flow that was there before its gateway's rules, and that never pauses.
  const bothGateways = await hairpin(second, first);
  const echoAfterRules = await echo(second, 40002);
  const otherOrder = await hairpin(first, second);
  const rules = await shell("iptables-save -t nat");
  const differingAfterSetUp = await differing();

  await shell(
    "iptables -N STRAY; iptables -A INPUT -j STRAY; iptables -P FORWARD DROP; iptables -t mangle -A INPUT -j ACCEPT",
  );
  await shell(`iptables -t nat -F; sysctl -w net.ipv4.ip_forward=0; rm ${savedRules}; systemctl stop ${webService}`);
  await shell("sed -i 's/^net.ipv4.ip_forward.*/net.ipv4.ip_forward=0/' /etc/sysctl.conf");
  const differingAfterBreak = await differing();
  const broken = await echo(first, 40003);
  const repaired = await hairpin(first, second);
  const repairedState = await shell("iptables-save; cat /etc/sysctl.conf; ls -l /etc/sysctl.d/99-sysctl.conf");

  // As a hardening guide has it, and an interface by itself.
  await shell(
    "mkdir -p /usr/local/lib/sysctl.d; echo net.ipv4.conf.all.forwarding=0 >/usr/local/lib/sysctl.d/99-zz.conf",
  );
  await shell("sysctl -w net.ipv4.conf.ens5.forwarding=0");
  const evidence = await script("evidence.sh", "--address", target, "--gateway-address", first);
  const differingAfterHardening = await differing();
  const hardened = await echo(first, 40005);
  const relaxed = await hairpin(first, second);
  const echoAfterRelaxed = await echo(first, 40006);

  await instance.halt();
  const echoWhileOff = await echo(first, 40007);
  await instance.start();
  await instance.reboot();
  const upAgain = await poll(async () => (await shell("systemctl is-system-running")).trim() === "running");
  const rulesAfterReboot = await shell("iptables-save -t nat; sysctl net.ipv4.ip_forward");
  const echoAfterReboot = await echo(first, 40004);
  const runAfterReboot = await hairpin(first, second);

  const marker = "0011223344556677";
  const start = (id: string, seconds: string, ours = marker): Promise<CommandResult> =>
    script("capture.sh", "start", "--id", id, "--seconds", seconds, "--marker", ours);
  const badMarker = await start("one", "30", "0011");
  const started = await start("one", "30");
  const startedTwice = await start("one", "30");
  for (let sequence = 0; sequence < 20; sequence++) {
    await echo(first, 41000 + sequence, geneveEcho(`${marker}8899aabbccddeeff`));
    // Somebody else's: no ping at all, and a ping of another measurement.
    if (sequence < 2) await echo(first, 42000 + sequence);
    if (sequence < 2) await echo(first, 43000 + sequence, geneveEcho("00112233445566788899aabbccddeeff"));
  }
  const ofFlow = (hex: string): Buffer => geneveFlow(Buffer.from(hex, "hex"));
  await echo(first, 44000, ofFlow(`${marker}8899aabbccddeeff`));
  // Another measurement's flow, and one that has the marker somewhere else.
  await echo(first, 45000, ofFlow("00112233445566788899aabbccddeeff"));
  await echo(first, 45001, ofFlow(`00${marker}8899aabbccddeeff`));
  const stopped = await script("capture.sh", "stop", "--id", "one");
  const stoppedTwice = await script("capture.sh", "stop", "--id", "one");
  await start("brief", "1");
  const ended = await poll(async () =>
    (await shell("ls -d /run/gwlb-inspection-capture*; pgrep tcpdump")).startsWith("ls:"),
  );

  const pattern = "00112233445566778899aabbccddeeff";
  const pingArguments = ["--count", "3", "--interval", "0.2", "--timeout", "1", "--pattern", pattern];
  const scriptAsUser = (name: string, ...args: string[]): Promise<CommandResult> =>
    instance.exec(["runuser", "-u", user, "--", "sh", "-s", "--", ...args], {
      stdin: fs.readFileSync(path.join(__dirname, "../../../hosts", name), "utf8"),
    });
  const asUser = (...args: string[]): Promise<CommandResult> => scriptAsUser("ping.sh", ...args);
  const pinged = await asUser("--destination", "10.1.1.1", ...pingArguments);
  const largePinged = await asUser("--destination", "10.1.1.1", ...pingArguments, "--largest", "1000");
  const largestPinged = await asUser("--destination", "10.1.1.1", ...pingArguments, "--largest", "65535");
  const mtu = Number(await shell("cat /sys/class/net/ens5/mtu"));
  const badSize = await asUser("--destination", "10.1.1.1", ...pingArguments, "--largest", "big");
  // A byte of it ends a line.
  const flowPattern = "000a2233445566778899aabb0accddff";
  const withFlows = (): ReturnType<typeof received<CommandResult>> =>
    received(33_434, () =>
      asUser(
        ...["--destination", "10.1.1.1", ...pingArguments.slice(0, -1), flowPattern],
        ...["--flows", "16", "--flow-port", "33434"],
      ),
    );
  const flows = await withFlows();
  await shell("mv /usr/bin/bash /usr/bin/bash.kept");
  const flowsWithoutBash = await withFlows();
  await shell("mv /usr/bin/bash.kept /usr/bin/bash");
  const unanswered = await asUser("--destination", "10.1.1.99", ...pingArguments);
  const probe = (name: string, destination: string, port: string): Promise<CommandResult> =>
    scriptAsUser(name, ...["--destination", destination, "--port", port, ...pingArguments, "--source-port", "40000"]);
  const probes = {
    // The web server on the host itself.
    tcpAnswered: await probe("tcp.sh", target, "80"),
    tcpRefused: await probe("tcp.sh", "10.1.1.1", "9"),
    udpRefused: await probe("udp.sh", "10.1.1.1", "9"),
    lost: await Promise.all(["tcp.sh", "udp.sh"].map((name) => probe(name, "10.1.1.99", "9"))),
    bad: await Promise.all(["tcp.sh", "udp.sh"].map((name) => probe(name, "10.1.1.1", "dns"))),
  };
  const badPattern = await asUser("--destination", "10.1.1.1", ...pingArguments.slice(0, -1), "xyz");

  const health = (deadline: number): Promise<CommandResult> =>
    script(
      "health.sh",
      ...["--gateway-address", first, "--port", "80", "--threshold", "3", "--deadline", `${deadline}`],
    );
  const elsewhere = ["--gateway-address", first, "--gateway-address", second, "--health-port", "8080"];
  const otherCheck = await script("hairpin.sh", ...elsewhere, "--health-path", "/a/healthz");
  const rootCheck = await script("hairpin.sh", ...elsewhere, "--health-path", "/");
  const otherCheckAgain = await script("hairpin.sh", ...elsewhere, "--health-path", "/a/healthz");
  const unanswerable = await script("hairpin.sh", "--gateway-address", first, "--health-path", "/../x");
  await hairpin(first, second);
  const listening = await shell("ss -H -l -n -t 'sport = :80 or sport = :8080'");

  const [healthy] = await Promise.all([health(10), checkHealth(first, 8)]);
  const unchecked = await health(1);
  await shell(`systemctl stop ${webService}`);
  const [refused] = await Promise.all([health(2), checkHealth(first, 6)]);

  return {
    login,
    badAddress,
    noAddress,
    ownAddress,
    untouched,
    refusing,
    silent,
    unknown,
    osRelease,
    firstRun,
    echoFromFirst,
    echoWithoutRules,
    rulesInUse: /\[[1-9]\d*:\d+\] -A PREROUTING/.test(before),
    secondRun,
    touched,
    seen,
    bothGateways,
    echoAfterRules,
    otherOrder,
    rules,
    differingAtFirst,
    differingAfterSetUp,
    differingAfterBreak,
    differingAfterHardening,
    evidence,
    hardened,
    relaxed,
    echoAfterRelaxed,
    broken,
    repaired,
    repairedState,
    upAgain,
    rulesAfterReboot,
    echoWhileOff,
    echoAfterReboot,
    runAfterReboot,
    started,
    startedTwice,
    badMarker,
    stopped,
    stoppedTwice,
    ended,
    pinged,
    largePinged,
    largestPinged,
    mtu,
    badSize,
    flows,
    flowsWithoutBash,
    unanswered,
    badPattern,
    probes,
    healthy,
    unchecked,
    refused,
    otherCheck,
    rootCheck,
    otherCheckAgain,
    unanswerable,
    listening,
    multihomed: await multihomed(namespace, script, shell),
  };
}

/** What a command prints over ssh, and whether the host showed the key that it was given. */
function overSsh(username: string, command: string): Promise<{ output: string; knownHost: boolean }> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let knownHost = false;
    client.on("error", reject);
    client.on("ready", () =>
      client.exec(command, (error, stream) => {
        if (error !== undefined) return reject(error);
        let output = "";
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
        stream.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        stream.on("close", () => {
          client.end();
          resolve({ output, knownHost });
        });
      }),
    );
    client.connect({
      host: target,
      username,
      privateKey: operatorKey.private,
      hostVerifier: (key: Buffer) => (knownHost = key.toString("base64") === hostKey.public.split(" ")[1]),
    });
  });
}

async function poll(reached: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (await reached()) return true;
    await sleep(50);
  }
  return false;
}

const [imagePath, system] = process.argv.slice(2);
if (imagePath === undefined || (system !== "debian" && system !== "amazon-linux")) {
  throw new Error("usage: scenario.ts IMAGE debian|amazon-linux");
}
main(imagePath, system).then(
  (facts) => process.stdout.write(`${JSON.stringify(facts)}\n`, () => process.exit(0)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

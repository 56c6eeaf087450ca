import { spawn } from "node:child_process";
import * as path from "node:path";
import { expect } from "chai";
import { ensureImage } from "../../lab/fabric/image";
import { decodeFrame, decodeIpv4, decodeUdp } from "../../path/net/packet";
import { decodePcap } from "../../path/net/pcap";
import { hostFindings, type HostEvidence } from "../../path/proof/index";
import type { Multihomed } from "./hosts/multihomed";
import { systems, type System } from "./hosts/systems";

interface Result {
  stdout: string;
  stderr: string;
  exitCode: number;
}
interface Hairpin {
  changed: boolean;
  changes: string[];
  interface: string;
  address: string;
  gateways: string[];
}
type Echo = { from: string; intact: boolean } | "nothing";
type Facts = Record<
  | "badAddress"
  | "noAddress"
  | "ownAddress"
  | "refusing"
  | "unknown"
  | "started"
  | "startedTwice"
  | "badMarker"
  | "stopped"
  | "stoppedTwice"
  | "pinged"
  | "largePinged"
  | "largestPinged"
  | "badSize"
  | "unanswered"
  | "badPattern"
  | "otherCheck"
  | "rootCheck"
  | "otherCheckAgain"
  | "unanswerable"
  | "evidence"
  | "healthy"
  | "unchecked"
  | "refused",
  Result
> &
  Record<
    "firstRun" | "secondRun" | "bothGateways" | "otherOrder" | "repaired" | "relaxed" | "runAfterReboot",
    Hairpin
  > &
  Record<
    | "echoFromFirst"
    | "echoWithoutRules"
    | "echoAfterRules"
    | "broken"
    | "hardened"
    | "echoAfterRelaxed"
    | "echoWhileOff"
    | "echoAfterReboot",
    Echo
  > &
  Record<"listening" | "untouched" | "osRelease" | "rules" | "repairedState" | "rulesAfterReboot", string> &
  Record<"upAgain" | "ended" | "rulesInUse", boolean> &
  Record<"touched" | "seen" | "left", string[]> &
  Record<`differing${"AtFirst" | "AfterSetUp" | "AfterBreak" | "AfterHardening"}`, string[]> &
  Record<"flows" | "flowsWithoutBash", { result: Result; payloads: string[]; ports: number[] }> & {
    mtu: number;
    multihomed: Multihomed;
    probes: Record<"tcpAnswered" | "tcpRefused" | "udpRefused", Result> & Record<"lost" | "bad", Result[]>;
    silent?: Result;
    login: { output: string; knownHost: boolean };
  };

const [first, second] = ["10.1.1.27", "10.1.1.29"];
const target = "10.1.1.10";
const natRules = (gateways: string[]): string[] => [
  ...gateways.map((g) => `-A PREROUTING -s ${g}/32 -d ${target}/32 -i ens5 -p udp -j DNAT --to-destination ${g}:6081`),
  ...gateways.map((g) => `-A POSTROUTING -s ${g}/32 -d ${g}/32 -o ens5 -p udp -m udp --dport 6081 -j MASQUERADE`),
];
const appended = (save: string): string[] => save.split("\n").filter((line) => line.startsWith("-A "));
const lastLine = (result: Result): Record<string, unknown> =>
  JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;

/** But for the interface's MTU, which is the lab's. */
const findingsOn = (evidence: HostEvidence): string[] => {
  const expected = { address: target, gatewayAddresses: [first, second], healthPort: 80, hairpin: true };
  return hostFindings("target", { ...evidence, mtu: 9001 }, expected)
    .map(({ finding }) => `${finding.code} ${finding.seen}`)
    .filter((text) => !text.startsWith("RULES_NOT_SEEN"));
};

/** Measures everything on one real instance: real systemd, package manager, kernel NAT and tcpdump. */
async function measure(system: System): Promise<Facts> {
  const image = await ensureImage();
  return new Promise((resolve, reject) => {
    const world = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && exec "$@"';
    const scenario = [process.execPath, "--import", "tsx", path.join(__dirname, "hosts/scenario.ts")];
    const child = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
        ...["sh", "-c", world, "world", ...scenario, image.path, system],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(stdout) as Facts);
      else reject(new Error(`The scenario failed (${code}):\n${stderr}`));
    });
  });
}

describe("hosts/ on an instance", function () {
  this.timeout(180_000);
  let measured: Record<System, Facts>;

  before(async () => {
    // Built before two ask for it.
    await ensureImage();
    const [debian, amazonLinux] = await Promise.all([measure("debian"), measure("amazon-linux")]);
    measured = { debian, "amazon-linux": amazonLinux };
  });

  for (const system of ["debian", "amazon-linux"] as const) {
    describe(`with ${systems[system].name}`, () => {
      const { id, user, step, webService, installed, savedRules } = systems[system];
      let facts: Facts;

      before(() => {
        facts = measured[system];
      });

      it("lets the operator in, with the host key and the name of its cloud-config", () => {
        expect(facts.login).to.deep.equal({ output: `root\n${user}\ntarget-1\n`, knownHost: true });
      });

      it("presents itself as that system", () => {
        expect(facts.osRelease.split("\n")).to.include(id);
      });

      describe("hairpin.sh", () => {
        it("rejects bad arguments by name before it changes anything", () => {
          expect(facts.badAddress.exitCode).to.equal(64);
          expect(facts.badAddress.stderr).to.contain('"10.1.1.300": expected an IPv4 address');
          expect(facts.noAddress.exitCode).to.equal(64);
          expect(facts.noAddress.stderr).to.contain("no gateway address");
          expect(facts.ownAddress.stderr).to.contain(`${target} is this host's own address`);
          expect(facts.untouched).to.match(/^0\nls: cannot access/);
        });

        it("tells a repository that refuses from one whose name is unknown, and asks to check what it can be", () => {
          expect(facts.refusing.exitCode).to.equal(1);
          expect(facts.refusing.stderr).to.contain(
            `packages: ${step} failed: cannot reach https://packages.s3.ap-northeast-1.amazonaws.com: ` +
              "52.219.0.10 refuses TCP port 443",
          );
          expect(facts.unknown.exitCode).to.equal(1);
          expect(facts.unknown.stderr).to.match(
            /cannot reach https:\S+: the name does not resolve: check .* DNS support/,
          );
          for (const { stderr } of [facts.refusing, facts.unknown]) expect(stderr).not.to.contain("gateway endpoint");
        });

        if (system === "amazon-linux") {
          it("names what is to be checked when nothing answers", () => {
            expect(facts.silent?.exitCode).to.equal(1);
            expect(facts.silent?.stderr).to.match(
              /cannot reach https:\S+: no answer from 52\.219\.0\.10, .* egress rule .* route .* S3 gateway endpoint/,
            );
          });
        }

        it("installs, forwards, sets and saves the rules in its first run", () => {
          expect(facts.firstRun).to.deep.include({
            changed: true,
            interface: "ens5",
            address: target,
            gateways: [first],
          });
          expect(
            facts.firstRun.changes.map((change) => change.replace(/^(rules replaced): .*/, "$1")),
          ).to.include.members([
            `packages installed: ${installed}`,
            "net.ipv4.ip_forward switched on",
            "net.ipv4.ip_forward persisted in /etc/sysctl.d/99-sysctl.conf",
            "rules replaced",
            `rules saved in ${savedRules}`,
          ]);
        });

        it("makes the target send datagrams back, bytes and port kept", () => {
          expect(facts.echoFromFirst).to.deep.equal({ from: `${target}:40001`, intact: true });
          expect(facts.echoWithoutRules).to.equal("nothing");
        });

        it("changes and interrupts nothing in a second run", () => {
          expect(facts.secondRun).to.deep.include({ changed: false, changes: [] });
          // Rules that were in use show by their counters when they are replaced.
          expect(facts.rulesInUse).to.equal(true);
          expect(facts.touched).to.deep.equal([]);
        });

        it("would be seen if it interrupted or changed something", () => {
          const seen = facts.seen.join("\n");
          expect(seen).to.match(/^> file \/etc\/touched /m);
          expect(seen).to.match(new RegExp(`^> .*Id=${webService}.*ActiveState=active`, "m"));
        });

        it("has two rules for every gateway address, and takes their order for no difference", () => {
          expect(appended(facts.rules)).to.deep.equal(natRules([first, second]));
          expect(facts.bothGateways.changes.join()).to.match(
            /^rules replaced: 2 for each of 2 .*,rules saved in [^,]*$/,
          );
          expect(facts.otherOrder.changed).to.equal(false);
        });

        it("catches flows that came before their rules", () => {
          expect(facts.echoAfterRules).to.deep.equal({ from: `${target}:40002`, intact: true });
        });

        it("mends rules, policies, forwarding, the saved files and the web server", () => {
          expect(facts.broken).to.equal("nothing");
          expect(facts.repaired.changed).to.equal(true);
          expect(facts.repaired.changes).to.include(`${webService} started`);
          expect(appended(facts.repairedState)).to.have.members(natRules([first, second]));
          expect(facts.repairedState).to.not.match(/STRAY|:FORWARD DROP/);
          expect(facts.repairedState.match(/^net.ipv4.ip_forward.*$/gm)).to.deep.equal(["net.ipv4.ip_forward = 1"]);
          expect(facts.repairedState).to.contain("99-sysctl.conf -> ../sysctl.conf");
        });

        it("tells with --check what is not as it was set up, and changes nothing of it", () => {
          expect(facts.differingAtFirst.join()).to.match(/^packages not installed or never updated: /);
          expect(facts.differingAfterSetUp).to.deep.equal([]);
          expect(facts.differingAfterBreak).to.deep.equal([
            "net.ipv4.ip_forward switched on",
            "net.ipv4.ip_forward persisted in /etc/sysctl.d/99-sysctl.conf",
            "net.ipv4.ip_forward is not persisted: /etc/sysctl.d/99-sysctl.conf",
            "rules in force are others",
            `rules in ${savedRules} are others`,
            `${webService} started`,
            "health checks are not answered",
          ]);
        });

        it("finds and mends forwarding that another key or folder switches off, also for the next boot", () => {
          expect(lastLine(facts.evidence)).to.deep.include({ ipForward: 0, ipForwardAtBoot: 0 });
          expect(facts.differingAfterHardening).to.deep.equal([
            "net.ipv4.ip_forward switched on",
            "net.ipv4.ip_forward is not persisted: /usr/local/lib/sysctl.d/99-zz.conf",
          ]);
          expect(facts.hardened).to.equal("nothing");
          expect(facts.relaxed.changes).to.deep.equal([
            "net.ipv4.ip_forward switched on",
            "net.ipv4.ip_forward persisted in /etc/sysctl.d/zzz-gwlb-inspection.conf, since " +
              "/usr/local/lib/sysctl.d/99-zz.conf sets it to another value",
          ]);
          expect(facts.echoAfterRelaxed).to.deep.equal({ from: `${target}:40006`, intact: true });
        });

        it("answers health checks on another port and path, and no longer when that is over", () => {
          expect(lastLine(facts.otherCheck)["changes"]).to.deep.equal([
            `${webService} listens on TCP port 8080`,
            "/var/www/html/a/healthz made",
          ]);
          // Debian's page answers already, Amazon Linux has none.
          const made = system === "debian" ? [] : ["/var/www/html/index.html made"];
          expect(lastLine(facts.rootCheck)["changes"]).to.deep.equal(made);
          expect(lastLine(facts.otherCheckAgain)).to.deep.include({ changed: false });
          expect(facts.unanswerable.exitCode).to.equal(64);
          expect(facts.unanswerable.stderr).to.contain('--health-path "/../x": expected / and up to 255 letters');
          expect(facts.listening).to.match(/:80\b/);
          expect(facts.listening).not.to.contain(":8080");
        });

        it("sends nothing back while its instance is off", () => {
          expect(facts.echoWhileOff).to.equal("nothing");
        });

        it("outlives that and a reboot", () => {
          expect(facts.upAgain).to.equal(true);
          expect(appended(facts.rulesAfterReboot)).to.deep.equal(natRules([first, second]));
          expect(facts.rulesAfterReboot).to.contain("net.ipv4.ip_forward = 1");
          expect(facts.echoAfterReboot).to.deep.equal({ from: `${target}:40004`, intact: true });
          expect(facts.runAfterReboot).to.deep.include({ changed: false, changes: [] });
        });
      });

      describe("capture.sh", () => {
        it("returns every packet of its measurement, in both directions and no other, as a capture file", () => {
          expect(lastLine(facts.started)).to.deep.equal({ id: "one" });
          expect(lastLine(facts.stopped)).to.deep.equal({ id: "one", packets: 42, dropped: 0, truncated: false });
          const base64 = /-----BEGIN PCAP-----\n([^-]*)-----END PCAP-----/.exec(facts.stopped.stdout)?.[1] ?? "";
          expect(Math.max(...base64.split("\n").map((line) => line.length))).to.equal(76);
          const capture = decodePcap(Buffer.from(base64, "base64"));
          expect(capture.snapLength).to.equal(256);
          const seen = capture.packets.map((packet) => {
            const ip = decodeIpv4(decodeFrame(capture.linkType, packet.data).payload);
            const udp = decodeUdp(ip.payload);
            return `${ip.source}:${udp.sourcePort} > ${ip.destination}:${udp.destinationPort}`;
          });
          const ports = [...Array.from({ length: 20 }, (_, sequence) => 41000 + sequence), 44000];
          const expected = ports.flatMap((port) => [
            `${first}:${port} > ${target}:6081`,
            `${target}:${port} > ${first}:6081`,
          ]);
          expect(seen).to.deep.equal(expected);
        });

        it("refuses an id in use and an id that is not, and a marker that is none", () => {
          expect(facts.badMarker.exitCode).to.equal(64);
          expect(facts.badMarker.stderr).to.contain('--marker "0011": expected 16 hexadecimal digits');
          expect(facts.startedTwice.exitCode).to.equal(75);
          expect(facts.startedTwice.stderr).to.contain("id one is already running");
          expect(facts.stoppedTwice.exitCode).to.equal(66);
          expect(facts.stoppedTwice.stderr).to.contain("no capture with id one");
        });

        it("ends by itself when its time is over, and leaves no file and no process", () => {
          expect(facts.ended).to.equal(true);
        });
      });

      describe("ping.sh", () => {
        const answers = { exit: 0, answered: [1, 2, 3], duplicates: 0 };

        it("works for an ordinary user and tells answered from unanswered", () => {
          expect(facts.pinged.stdout).to.contain("3 packets transmitted, 3 received, 0% packet loss");
          expect(lastLine(facts.pinged)).to.deep.equal(answers);
          expect(facts.unanswered.exitCode).to.equal(0);
          expect(lastLine(facts.unanswered)).to.deep.equal({ exit: 1, answered: [], duplicates: 0 });
        });

        it("follows with large packets where it is told to, at most as large as the interface takes", () => {
          const counts = { transmitted: 3, received: 3 };
          expect(lastLine(facts.largePinged)).to.deep.equal({ ...answers, large: { size: 1000, ...counts } });
          expect(lastLine(facts.largestPinged)).to.deep.equal({ ...answers, large: { size: facts.mtu, ...counts } });
          expect(facts.badSize.exitCode).to.equal(64);
          expect(facts.badSize.stderr).to.contain('--largest "big": expected 100 to 65535');
        });

        it("sends flows beside it, each from a port of its own, and none without bash", () => {
          const { result, payloads, ports } = facts.flows;
          expect(lastLine(result)).to.deep.equal({ ...answers, flows: 16 });
          expect(payloads).to.deep.equal(Array(16).fill("000a2233445566778899aabb0accddff"));
          expect(new Set(ports).size).to.be.greaterThan(14);
          const { result: without, payloads: none } = facts.flowsWithoutBash;
          expect(lastLine(without)).to.deep.equal({ ...answers, flows: 0 });
          expect(none).to.deep.equal([]);
        });

        it("rejects a pattern that is none", () => {
          expect(facts.badPattern.exitCode).to.equal(64);
          expect(facts.badPattern.stderr).to.contain('--pattern "xyz": expected 32 hexadecimal digits');
        });
      });

      describe("tcp.sh and udp.sh", () => {
        const all = [1, 2, 3];

        it("work for an ordinary user and tell answered from refused and lost", () => {
          const { milliseconds: handshakes, ...answered } = lastLine(facts.probes.tcpAnswered);
          expect(answered).to.deep.equal({ connected: all, answered: all, refused: [] });
          expect(handshakes).to.have.length(3);
          expect(lastLine(facts.probes.tcpRefused)).to.deep.include({ connected: [], answered: [], refused: all });
          expect(lastLine(facts.probes.udpRefused)).to.deep.include({ answered: [], refused: all });
          for (const each of facts.probes.lost) {
            expect(lastLine(each)).to.deep.include({ answered: [], refused: [], milliseconds: [] });
          }
        });

        it("reject a port that is none", () => {
          for (const { exitCode, stderr } of facts.probes.bad) {
            expect(exitCode).to.equal(64);
            expect(stderr).to.match(/: error: --port "dns": expected a (TCP|UDP) port/);
          }
        });
      });

      describe("health.sh", () => {
        it("counts answered health checks up to the threshold", () => {
          expect(lastLine(facts.healthy)).to.deep.include({ healthy: true, seen: 3, failed: 0 });
        });

        it("tells no checks from refused checks", () => {
          expect(lastLine(facts.unchecked)).to.deep.include({ healthy: false, seen: 0, failed: 0 });
          const refused = lastLine(facts.refused);
          expect(refused).to.deep.include({ healthy: false, seen: 0 });
          expect(refused["failed"]).to.be.greaterThan(2);
        });
      });

      describe("where the default route is another interface's", () => {
        it("finds the hairpin's interface and address by the GWLB, and nothing to change", () => {
          expect(lastLine(facts.multihomed.hairpin)).to.deep.include({
            changed: false,
            interface: "ens5",
            address: target,
          });
        });

        it("captures and counts health checks where they come", () => {
          expect(facts.multihomed.capture).to.deep.equal({ stored: 3, directions: ["In", "Out"], canary: true });
          expect(lastLine(facts.multihomed.health)).to.deep.include({ healthy: true, seen: 3, failed: 0 });
        });

        it("has evidence of the interface with the target's address, and nothing to find", () => {
          const { evidence } = facts.multihomed;
          expect(evidence).to.deep.include({ interface: "ens5", address: target, xdp: [], unreadTables: [] });
          expect(evidence.routes).to.deep.equal(
            [first, second].map((gateway) => ({ gateway, interface: "ens5", address: target, forwarded: "ens5" })),
          );
          expect(findingsOn(evidence)).to.deep.equal([]);
        });

        it("refuses the set-up where packets would leave by the other interface, and not where a rule keeps them from it", () => {
          const { otherWay, wayByRule, otherAddress } = facts.multihomed;
          expect(otherWay.exitCode, otherWay.stderr).to.equal(69);
          expect(otherWay.stderr).to.contain(
            `what the gateway address ${second} sends would leave by mgmt0, not by ens5, which has the address ${target}`,
          );
          expect(lastLine(wayByRule)).to.deep.include({ changed: false, interface: "ens5", address: target });
          expect(otherAddress.exitCode).to.equal(69);
          expect(otherAddress.stderr).to.contain("no interface has the address 10.9.0.99");
        });

        it("says that no way leads back to a GWLB address, and sees packets nonetheless", () => {
          const { capture, evidence, hairpin } = facts.multihomed.noWayBack;
          expect(capture).to.deep.include({ directions: ["In"], canary: true });
          expect(findingsOn(evidence)).to.deep.equal([`NO_WAY_BACK_TO_GATEWAY ${first}: no route leads there`]);
          expect(hairpin.exitCode).to.equal(69);
          expect(hairpin.stderr).to.contain(`no route leads to the gateway address ${first}`);
        });
      });

      it("proves a capture's sight by a ping where a rule of the host keeps its datagram", () => {
        const { directions, canary } = facts.multihomed.keptBack;
        expect({ directions, canary }).to.deep.equal({ directions: ["In"], canary: true });
      });

      it("counts a packet once that crosses a bridge and the device below it", () => {
        const { stored, directions, canary } = facts.multihomed.bridged;
        expect({ directions, canary }).to.deep.equal({ directions: ["In"], canary: true });
        expect(stored).to.equal(4);
      });

      it("shows the rules of nftables, where nft is not installed by what the kernel tells", () => {
        const { withoutNft, withNft } = facts.multihomed;
        expect(withoutNft.unreadTables).to.deep.equal(["nat"]);
        expect(withoutNft.foreignTables).to.include.members([
          ...["inet guard", "inet guard in: meta cmp payload cmp drop", "inet guard in: policy drop"],
          ...["ip nat", "ip nat OUTPUT: ct state cmp accept"],
        ]);
        expect(withoutNft.foreignTables?.filter((rule) => /^ip (filter|mangle)/.test(rule))).to.deep.equal([]);
        expect(findingsOn(withoutNft)[0]).to.match(/^HAIRPIN_RULES_UNKNOWN iptables does not show its table nat/);
        expect(withNft.foreignTables).to.include.members([
          ...["inet guard", "inet guard in: udp dport 9 drop", "inet guard in: policy drop"],
          ...["ip nat", "ip nat OUTPUT: ct mark 0x00000009 accept"],
        ]);
        expect(withNft.foreignTables?.filter((rule) => /^ip (filter|mangle)/.test(rule))).to.deep.equal([]);
      });

      it("leaves nothing of a stopped instance", () => {
        expect(facts.left).to.deep.equal([]);
      });
    });
  }
});

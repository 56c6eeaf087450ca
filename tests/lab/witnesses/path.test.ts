import { expect } from "chai";
import { LabHosts } from "./labHosts";
import { capture, decode, type Decoded } from "./tshark";
import { Witness } from "./witness";

const azId = "apne1-az4";

interface Probe {
  /** Whether the datagram after it came back: what it did to the target is over by then. */
  sentinelBack: boolean;
  /** What came back to the GWLB's address. */
  back: {
    source: string;
    sourcePort: number;
    destination: string;
    destinationPort: number;
    checksum: number;
    dontFragment: boolean;
    intact: boolean;
  }[];
  /** What left the target's own interface: UDP, with the one after it, and what is neither UDP nor TCP. */
  datagramsLeft: number;
  othersLeft: string[];
}

describe("witnesses of the path in the lab", function () {
  this.timeout(60_000);
  let lab: LabHosts;

  before(async function () {
    this.timeout(300_000);
    lab = await LabHosts.up(`witness-${process.pid}`);
  });

  after(async () => {
    await lab?.named.succeed("down");
  });

  describe("tshark: a ping from source to destination, at the GWLB's interface and at the target's", () => {
    const pings = 3;
    const [request, reply] = [8, 0];
    let atGateway: Decoded[];
    let atTarget: Decoded[];
    let hosts: Record<"gateway" | "target" | "source" | "destination" | "endpoint", ReturnType<LabHosts["find"]>>;

    before(async () => {
      hosts = {
        gateway: lab.find("load-balancer", azId),
        target: lab.find("instance", azId, `security-target-${azId}`),
        source: lab.find("instance", azId, `system-source-${azId}`),
        destination: lab.find("instance", azId, `system-destination-${azId}`),
        endpoint: lab.find("gwlb-endpoint", azId),
      };
      // Each ping crosses each interface four times.
      const at = async ({ namespace, link }: { namespace: string; link: string }) =>
        capture((command) => lab.enter(["ip", "netns", "exec", namespace, ...command]), link, 4 * pings);
      const captures = await Promise.all([at(hosts.gateway), at(hosts.target)]);
      await lab.named.succeed(
        "exec",
        `system-source-${azId}`,
        "--",
        "ping",
        "-n",
        "-c",
        `${pings}`,
        hosts.destination.address,
      );
      const [gatewayPcap, targetPcap] = await Promise.all(captures.map(({ packets }) => packets));
      atGateway = decode(gatewayPcap ?? Buffer.alloc(0));
      atTarget = decode(targetPcap ?? Buffer.alloc(0));
    });

    const bothEnds = (): [string, Decoded[]][] => [
      ["GWLB", atGateway],
      ["target", atTarget],
    ];
    /** A ping's packet of that direction and ICMP type, the `index`th. */
    const towards = (packets: Decoded[], address: string, type: number): Decoded[] =>
      packets.filter((packet) => packet.destination === address && packet.icmp.type === type);

    it("sees each request and each reply go to the target and come back, at both ends", () => {
      const { gateway, target, source, destination } = hosts;
      for (const [end, packets] of bothEnds()) {
        expect(packets, end).to.have.length(4 * pings);
        for (const address of [gateway.address, target.address]) {
          const numbers = (type: number): number[] => towards(packets, address, type).map(({ icmp }) => icmp.sequence);
          expect(numbers(request), `${end}: requests to ${address}`).to.deep.equal([1, 2, 3]);
          expect(numbers(reply), `${end}: replies to ${address}`).to.deep.equal([1, 2, 3]);
        }
        for (const { icmp, inner } of packets) {
          const [from, to] = icmp.type === request ? [source, destination] : [destination, source];
          expect(inner, end).to.deep.equal({ source: from.address, destination: to.address });
        }
      }
    });

    it("sees GENEVE version 0, VNI 0, protocol 0x0800, no flags, no outer checksum, never to be fragmented", () => {
      for (const [end, packets] of bothEnds()) {
        for (const packet of packets) {
          expect(packet, end).to.include({ version: 0, vni: 0, protocol: 0x0800, flags: 0 });
          expect(packet, end).to.include({ checksum: 0, dontFragment: true });
        }
      }
    });

    it("sees Amazon's three options and no other, in order: the endpoint's number, an attachment, one cookie", () => {
      const cookies = new Set<string>();
      for (const [end, packets] of bothEnds()) {
        for (const { options } of packets) {
          expect(options.map((option) => option.class)).to.deep.equal([0x0108, 0x0108, 0x0108]);
          expect(options.map((option) => [option.type, option.data.length / 2])).to.deep.equal([
            [1, 8],
            [2, 8],
            [3, 4],
          ]);
          const [endpoint, , cookie] = options;
          expect(endpoint?.data, end).to.equal(hosts.endpoint.id.slice("vpce-0".length));
          cookies.add(cookie?.data ?? "");
        }
      }
      expect([...cookies], "cookies of both directions, there and back").to.have.length(1);
    });

    it("sees answers with swapped addresses, the same UDP source port and the same bytes", () => {
      const { gateway, target } = hosts;
      for (const [end, packets] of bothEnds()) {
        for (const type of [request, reply]) {
          const [to, back] = [towards(packets, target.address, type), towards(packets, gateway.address, type)];
          expect(
            to.map(({ source, destinationPort }) => [source, destinationPort]),
            end,
          ).to.deep.equal(to.map(() => [gateway.address, 6081]));
          const swapped = to.map((packet) => ({ ...packet, source: packet.destination, destination: packet.source }));
          expect(back, end).to.deep.equal(swapped);
        }
      }
      expect(new Set(atGateway.map(({ sourcePort }) => sourcePort)), "one flow, one port").to.have.property("size", 1);
    });

    it("sees the same at both ends", () => {
      expect(atTarget).to.deep.equal(atGateway);
    });
  });

  describe("scapy: the GWLB of a target with hosts/hairpin.sh's rules", () => {
    let witness: Witness;
    let addresses: { gateway: string; target: string };
    let port = 50000;

    before(() => {
      const gateway = lab.find("load-balancer", azId);
      const target = lab.find("instance", azId, `security-target-${azId}`);
      addresses = { gateway: gateway.address, target: target.address };
      witness = new Witness("gateway_side.py", (command) => lab.enter(command), {
        gateway: { ...place(gateway), nextHop: lab.nextHop(gateway) },
        target: place(target),
      });
    });

    after(async () => {
      await witness?.close();
    });

    const place = ({ namespace, link, address }: ReturnType<LabHosts["find"]>): object => ({
      namespace,
      link,
      address,
    });
    /** What the target makes of one datagram, from a port of its own: of a flow that connection tracking has not seen. */
    const probe = (datagram: string, to = 6081): Promise<Probe> => witness.ask<Probe>({ datagram, port: ++port, to });
    const turnedRound = (): Probe => ({
      sentinelBack: true,
      back: [
        {
          ...{ source: addresses.target, sourcePort: port, destination: addresses.gateway, destinationPort: 6081 },
          ...{ checksum: 0, dontFragment: true, intact: true },
        },
      ],
      datagramsLeft: 2,
      othersLeft: [],
    });

    const kinds = [
      ...["echo request", "echo reply", "UDP", "TCP SYN", "TCP segment", "ICMP error", "first fragment"],
      ...["later fragment", "IPv6 echo request", "IPv6 UDP", "IPv6 fragment", "8500 bytes"],
    ];
    for (const kind of kinds) {
      it(`gets GENEVE around ${kind} back, byte for byte, and nothing else leaves the target`, async () => {
        expect(await probe(kind)).to.deep.equal(turnedRound());
      });
    }

    const never = [
      ...["8501 bytes", "half an IP header", "version 1", "an endpoint ID of 4 bytes"],
      ...["options longer than the datagram", "no options", "another VNI", "garbage", "one byte", "nothing at all"],
      "a packet of the MTU",
    ];
    for (const kind of never) {
      it(`gets ${kind} back, too: the kernel turns round what it does not look into`, async () => {
        expect(await probe(kind)).to.deep.equal(turnedRound());
      });
    }

    it("gets nothing from another UDP port: the target's security group is asked first", async () => {
      const nothing = { sentinelBack: true, back: [], datagramsLeft: 1, othersLeft: [] };
      expect(await probe("echo request", 5000)).to.deep.equal(nothing);
    });

    it("gets 2000 packets of 32 flows back, each flow from its own port and in order", async () => {
      expect(await witness.ask({ flows: 32, packets: 2000 })).to.deep.equal({ backInOrder: true, back: 2000 });
    });

    it("gets nothing but ICMP port unreachable from a target whose rules are gone", async () => {
      await lab.named.succeed("break", "hairpin-flushed");
      const refused = [port + 1, 65535].map((from) => `icmp dest-unreach port-unreachable of port ${from}`);
      const answer = { sentinelBack: false, back: [], datagramsLeft: 0, othersLeft: refused };
      expect(await probe("echo request")).to.deep.equal(answer);
    });
  });
});

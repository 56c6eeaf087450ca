import { expect } from "chai";
import { LabHosts } from "./labHosts";
import { scapyGateway } from "./scapyGateway";
import { capture, decode, type Decoded } from "./tshark";

const azId = "apne1-az4";

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

  scapyGateway(() => lab, azId);
});

import { expect } from "chai";
import type { LabHosts } from "./labHosts";
import { Witness } from "./witness";

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

/** Scapy plays the GWLB against a target of a running lab. The last test breaks all targets. */
export function scapyGateway(running: () => LabHosts, azId: string): void {
  describe("scapy: the GWLB of a target with hosts/hairpin.sh's rules", () => {
    let lab: LabHosts;
    let witness: Witness;
    let addresses: { gateway: string; target: string };
    let port = 50000;

    before(() => {
      lab = running();
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
          source: addresses.target,
          sourcePort: port,
          destination: addresses.gateway,
          destinationPort: 6081,
          checksum: 0,
          dontFragment: true,
          intact: true,
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
      await lab.named.forgetFlows();
      const refused = [port + 1, 65535].map((from) => `icmp dest-unreach port-unreachable of port ${from}`);
      const answer = { sentinelBack: false, back: [], datagramsLeft: 0, othersLeft: refused };
      expect(await probe("echo request")).to.deep.equal(answer);
    });
  });
}

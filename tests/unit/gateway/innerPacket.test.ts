import { expect } from "chai";
import { parseInnerPacket } from "../../../lab/gateway/innerPacket";
import { inner, ipv4, ipv6, ports } from "./packets";

const a = "20010db8000000000000000000000001";
const b = "20010db8000000000000000000000002";

describe("gateway: inner packet", () => {
  it("reads the 5-tuple of TCP and UDP", () => {
    for (const protocol of [6, 17]) {
      const packet = ipv4("10.0.0.1", "10.0.0.2", protocol, ports(1234, 80));
      expect(parseInnerPacket(packet)).to.deep.equal(inner("10.0.0.1", "10.0.0.2", protocol, 1234, 80));
    }
  });

  it("reads only the 3-tuple of all else", () => {
    const packet = ipv4("10.0.0.1", "10.0.0.2", 1, ports(0x0800, 0x1234));
    expect(parseInnerPacket(packet)).to.deep.equal(inner("10.0.0.1", "10.0.0.2", 1));
  });

  it("reads ports behind IPv4 options", () => {
    const plain = ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.concat([Buffer.alloc(4, 1), ports(1234, 80)]));
    plain.writeUInt8(0x46, 0);
    expect(parseInnerPacket(plain)).to.include({ sourcePort: 1234, destinationPort: 80 });
  });

  it("gives every fragment the same 3-tuple, the first one too", () => {
    for (const fragment of [0x2000, 0x2001, 0x0001]) {
      const packet = ipv4("10.0.0.1", "10.0.0.2", 17, ports(1234, 80), fragment);
      expect(parseInnerPacket(packet)).to.deep.equal(inner("10.0.0.1", "10.0.0.2", 17));
    }
    const whole = ipv4("10.0.0.1", "10.0.0.2", 17, ports(1234, 80), 0x4000);
    expect(parseInnerPacket(whole), "don't fragment is no fragment").to.include({ sourcePort: 1234 });
  });

  it("reads IPv6 behind extension headers", () => {
    const hopByHop = Buffer.from([17, 1, ...Array<number>(14).fill(0)]);
    const packet = ipv6(a, b, 0, Buffer.concat([hopByHop, ports(1234, 80)]));
    expect(parseInnerPacket(packet)).to.deep.equal({
      version: 6,
      protocol: 17,
      sourcePort: 1234,
      destinationPort: 80,
      linkScope: false,
      source: Buffer.from(a, "hex").toString("latin1"),
      destination: Buffer.from(b, "hex").toString("latin1"),
    });
  });

  it("gives IPv6 fragments the same 3-tuple", () => {
    for (const offset of [0x0001, 0x00b9]) {
      const fragment = Buffer.from([17, 0, offset >> 8, offset & 0xff, 0, 0, 0, 1]);
      const packet = ipv6(a, b, 44, Buffer.concat([fragment, ports(1234, 80)]));
      expect(parseInnerPacket(packet)).to.include({ protocol: 17, sourcePort: 0, destinationPort: 0 });
    }
  });

  it("tells traffic that stays on its link", () => {
    const linkScope = (packet: Buffer): boolean | undefined => parseInnerPacket(packet)?.linkScope;
    expect(linkScope(ipv4("10.0.0.1", "224.0.0.251", 17, ports(1, 2)))).to.equal(true);
    expect(linkScope(ipv4("169.254.0.1", "10.0.0.1", 17, ports(1, 2)))).to.equal(true);
    expect(linkScope(ipv4("10.0.0.1", "223.255.255.255", 17, ports(1, 2)))).to.equal(false);
    expect(linkScope(ipv6(`fe80${a.slice(4)}`, b, 58, Buffer.alloc(8)))).to.equal(true);
    expect(linkScope(ipv6(a, `ff02${b.slice(4)}`, 58, Buffer.alloc(8)))).to.equal(true);
    expect(linkScope(ipv6(a, b, 58, Buffer.alloc(8)))).to.equal(false);
  });

  const udp = ipv4("10.0.0.1", "10.0.0.2", 17, ports(1234, 80));
  const changed = (offset: number, value: number): Buffer => {
    const copy = Buffer.from(udp);
    copy.writeUInt8(value, offset);
    return copy;
  };
  const malformed: Record<string, Buffer> = {
    "no byte": Buffer.alloc(0),
    "an unknown version": changed(0, 0x55),
    "half an IPv4 header": udp.subarray(0, 19),
    "an IPv4 header shorter than 20 bytes": changed(0, 0x44),
    "more IPv4 bytes announced than there": udp.subarray(0, 27),
    "a total length shorter than the header": changed(3, 19),
    "half an IPv6 header": ipv6(a, b, 17, ports(1, 2)).subarray(0, 39),
    "more IPv6 bytes announced than there": ipv6(a, b, 17, ports(1, 2)).subarray(0, 47),
    "an IPv6 extension header cut off": ipv6(a, b, 0, Buffer.from([17, 0, 0, 0])),
  };
  for (const [what, packet] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => expect(parseInnerPacket(packet)).to.equal(undefined));
  }
});

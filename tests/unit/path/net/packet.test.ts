import { expect } from "chai";
import {
  decodeFrame,
  decodeIcmpEcho,
  decodeIpv4,
  decodeUdp,
  linkTypes,
  PacketError,
} from "../../../../path/net/packet";
import { ethernet, icmpEcho, ipv4, udp } from "./packets";

// An echo request of 84 bytes of which the capture holds the first 28, written out by hand.
const realEcho = Buffer.from("4500005412344000400114700a0000010a000002" + "0800f7ff00010001", "hex");

describe("Packet decoding", () => {
  it("decodes an IPv4 header", () => {
    expect(decodeIpv4(realEcho)).to.deep.include({
      source: "10.0.0.1",
      destination: "10.0.0.2",
      protocol: 1,
      ttl: 64,
      identification: 0x1234,
      fragmentOffset: 0,
      moreFragments: false,
      totalLength: 84,
    });
    expect(decodeIpv4(realEcho).payload.length, "a capture may hold less than the header says").to.equal(8);
  });

  it("leaves the link's padding out and skips IPv4 options", () => {
    const packet = ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.from("abcd"));
    expect(decodeIpv4(Buffer.concat([packet, Buffer.alloc(22)])).payload.toString()).to.equal("abcd");
    const withOptions = Buffer.concat([packet.subarray(0, 20), Buffer.alloc(4, 1), packet.subarray(20)]);
    withOptions.writeUInt8(0x46, 0);
    withOptions.writeUInt16BE(28, 2);
    expect(decodeIpv4(withOptions).payload.toString()).to.equal("abcd");
  });

  it("decodes fragments' offsets in bytes", () => {
    const packet = ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(8));
    packet.writeUInt16BE(0x2000 | 185, 6);
    expect(decodeIpv4(packet)).to.include({ fragmentOffset: 1480, moreFragments: true });
  });

  it("takes every link layer off", () => {
    const packet = ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.from("x"));
    const vlan = ethernet(Buffer.concat([Buffer.from("00640800", "hex"), packet]), 0x8100);
    const cooked = Buffer.concat([Buffer.alloc(14), Buffer.from("0800", "hex"), packet]);
    const cooked2 = Buffer.concat([Buffer.from("0800", "hex"), Buffer.alloc(18), packet]);
    for (const [linkType, bytes] of [
      [linkTypes.ethernet, ethernet(packet)],
      [linkTypes.ethernet, vlan],
      [linkTypes.linuxSll, cooked],
      [linkTypes.linuxSll2, cooked2],
      [linkTypes.rawIp, packet],
    ] as const) {
      const frame = decodeFrame(linkType, bytes);
      expect(frame.etherType).to.equal(0x0800);
      expect(frame.payload.toString("hex")).to.equal(packet.toString("hex"));
    }
    expect(() => decodeFrame(147, packet)).to.throw(PacketError, "147");
  });

  it("decodes UDP and ICMP echo", () => {
    expect(decodeUdp(udp(50_000, 6081, Buffer.from("abc")))).to.deep.equal({
      sourcePort: 50_000,
      destinationPort: 6081,
      checksum: 0,
      payload: Buffer.from("abc"),
    });
    const echo = decodeIcmpEcho(icmpEcho("reply", 7, "00112233445566778899aabbccddeeff"));
    expect(echo).to.deep.include({ kind: "reply", identifier: 0x1234, sequence: 7 });
    expect(echo?.data.subarray(16, 32).toString("hex")).to.equal("00112233445566778899aabbccddeeff");
    const unreachable = Buffer.alloc(36);
    unreachable.writeUInt8(3, 0);
    expect(decodeIcmpEcho(unreachable)).to.equal(undefined);
  });

  it("refuses what is cut off or contradicts itself, and nothing else escapes", () => {
    const frame = ethernet(ipv4("10.0.0.1", "10.0.0.2", 17, udp(1, 2, Buffer.alloc(4))));
    for (let length = 0; length < 42; length++) {
      const cut = frame.subarray(0, length);
      expect(() => decodeUdp(decodeIpv4(decodeFrame(linkTypes.ethernet, cut).payload).payload), `${length}`).to.throw(
        PacketError,
      );
    }
    const packet = (edit: (bytes: Buffer) => void) => {
      const bytes = ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(8));
      edit(bytes);
      return () => decodeIpv4(bytes);
    };
    expect(packet((bytes) => bytes.writeUInt8(0x65, 0))).to.throw(PacketError, "version 6");
    expect(packet((bytes) => bytes.writeUInt8(0x44, 0))).to.throw(PacketError, "16 bytes");
    expect(packet((bytes) => bytes.writeUInt8(0x4f, 0))).to.throw(PacketError);
    expect(packet((bytes) => bytes.writeUInt16BE(19, 2))).to.throw(PacketError, "19");
    expect(() => decodeUdp(Buffer.from("0001000200070000", "hex"))).to.throw(PacketError, "length 7");
    expect(() => decodeIcmpEcho(Buffer.alloc(7))).to.throw(PacketError);
  });
});

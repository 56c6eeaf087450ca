import { expect } from "chai";
import * as fc from "fast-check";
import { formatAddress } from "../../../../path/net/cidr";
import {
  decodeFrame,
  decodeIcmpEcho,
  decodeIpv4,
  decodeTcpPorts,
  decodeUdp,
  linkTypes,
  PacketError,
} from "../../../../path/net/packet";
import { decodeVxlan } from "../../../../path/net/vxlan";
import { parseInnerPacket } from "../../../../lab/gateway/innerPacket";
import { ethernet, icmpEcho, ipv4, udp, vxlan } from "./packets";
import { attempt, bytes, expectNoForeignReads, hostile } from "./properties";

const u16 = fc.integer({ min: 0, max: 0xffff });
const address = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(formatAddress);
const datagram = fc.tuple(u16, u16, bytes(60)).map(([from, to, payload]) => udp(from, to, payload));
const echo = fc.tuple(fc.constantFrom("request" as const, "reply" as const), u16).map(([kind, sequence]) => {
  return icmpEcho(kind, sequence, "c0ffee");
});
const packet = fc
  .tuple(
    address,
    address,
    fc.oneof(
      datagram.map((each) => [17, each] as const),
      echo.map((each) => [1, each] as const),
    ),
  )
  .map(([from, to, [protocol, payload]]) => ipv4(from, to, protocol, payload));
const linkType = fc.oneof(fc.constantFrom(...Object.values(linkTypes)), u16);

const decoders = {
  frame: {
    decode: (input: Buffer) => decodeFrame(linkTypes.ethernet, input),
    error: PacketError,
    valid: packet.map((inner) => ethernet(inner)),
  },
  IPv4: { decode: decodeIpv4, error: PacketError, valid: packet },
  UDP: { decode: decodeUdp, error: PacketError, valid: datagram },
  "ICMP echo": { decode: decodeIcmpEcho, error: PacketError, valid: echo },
  "TCP's ports": { decode: decodeTcpPorts, error: PacketError, valid: bytes(20, 4) },
  VXLAN: { decode: decodeVxlan, error: PacketError, valid: packet.map((inner) => vxlan(0x123456, ethernet(inner))) },
  // It throws nothing at all: Error stands for none.
  "inner packet": { decode: parseInnerPacket, error: class Never extends Error {}, valid: packet },
};

describe("packets: for every input", () => {
  for (const [name, { valid, ...decoder }] of Object.entries(decoders)) {
    it(`${name}: a result or its own error, whatever it is given, cut off at any byte, and nothing read outside`, () => {
      fc.assert(
        fc.property(hostile(valid), (input) => {
          for (let length = 0; length <= input.length; length++) attempt<unknown>(decoder, input.subarray(0, length));
          expectNoForeignReads<unknown>(decoder, input);
        }),
      );
    });
  }

  it("a frame of any link type has an outcome", () => {
    fc.assert(
      fc.property(linkType, bytes(64), (type, input) => {
        attempt({ decode: (given) => decodeFrame(type, given), error: PacketError }, input);
      }),
    );
  });

  it("as many VLAN tags as a frame of the largest capture can hold are taken off", () => {
    const tags = Buffer.alloc(4 * 65_000, Buffer.from([0, 1, 0x81, 0]));
    tags.writeUInt16BE(0x0800, tags.length - 2);
    const inner = ipv4("10.0.0.1", "10.0.0.2", 17, udp(1, 2, Buffer.alloc(12)));
    const frame = decodeFrame(linkTypes.ethernet, ethernet(Buffer.concat([tags, inner]), 0x8100));
    expect(frame.etherType).to.equal(0x0800);
    expect(frame.payload).to.deep.equal(inner);
  });

  it("addresses, ports and payload are what was written", () => {
    fc.assert(
      fc.property(address, address, u16, u16, bytes(60), (from, to, sourcePort, destinationPort, payload) => {
        const outer = decodeIpv4(ipv4(from, to, 17, udp(sourcePort, destinationPort, payload)));
        expect(outer).to.include({ source: from, destination: to, protocol: 17 });
        expect(decodeUdp(outer.payload)).to.deep.include({ sourcePort, destinationPort, payload });
        const text = (bytewise: string | undefined): string => Buffer.from(bytewise ?? "", "latin1").join(".");
        const inner = parseInnerPacket(ipv4(from, to, 17, udp(sourcePort, destinationPort, payload)));
        expect(inner).to.include({ version: 4, protocol: 17, sourcePort, destinationPort });
        expect([text(inner?.source), text(inner?.destination)]).to.deep.equal([from, to]);
      }),
    );
  });
});

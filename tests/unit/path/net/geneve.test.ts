import { expect } from "chai";
import {
  decodeGeneve,
  encodeGeneve,
  endpointIdOf,
  endpointNameOf,
  GeneveError,
  geneveProtocols,
  type GeneveMalformation,
} from "../../../../path/net/geneve";

// Base header, then endpoint ID, attachment ID and flow cookie, written out byte by byte.
const fromGwlb = Buffer.from(
  "08000800" +
    "00000000" +
    "01080102" +
    "123456789abcdef0" +
    "01080202" +
    "00000000000000ff" +
    "01080301" +
    "deadbeef" +
    "4500",
  "hex",
);

function malformation(action: () => unknown): GeneveMalformation {
  try {
    action();
  } catch (error) {
    expect(error).to.be.instanceOf(GeneveError);
    return (error as GeneveError).malformation;
  }
  throw new Error("nothing was thrown");
}

describe("GENEVE", () => {
  it("decodes GWLB's three options as typed fields", () => {
    const packet = decodeGeneve(fromGwlb);
    expect(packet.gwlb).to.deep.equal({ endpointId: 0x123456789abcdef0n, attachmentId: 255n, flowCookie: 0xdeadbeef });
    expect(packet.header).to.deep.include({
      version: 0,
      protocol: geneveProtocols.ipv4,
      vni: 0,
      control: false,
      critical: false,
    });
    expect(packet.payload.toString("hex")).to.equal("4500");
  });

  it("encodes byte for byte what GWLB sends", () => {
    const gwlb = { endpointId: 0x123456789abcdef0n, attachmentId: 255n, flowCookie: 0xdeadbeef };
    const encoded = encodeGeneve({ protocol: geneveProtocols.ipv4, gwlb }, Buffer.from("4500", "hex"));
    expect(encoded.toString("hex")).to.equal(fromGwlb.toString("hex"));
  });

  it("adds 68 bytes to the inner packet together with outer IPv4 and UDP", () => {
    const gwlb = { endpointId: 1n, attachmentId: 1n, flowCookie: 1 };
    expect(encodeGeneve({ protocol: geneveProtocols.ipv4, gwlb }, Buffer.alloc(0)).length + 20 + 8).to.equal(68);
  });

  it("decodes headers of others: no options, VNI, flags, foreign options", () => {
    const options = [{ class: 0x0102, type: 0x81, data: Buffer.from("01020304", "hex") }];
    const packet = decodeGeneve(
      encodeGeneve({ protocol: 0x6558, vni: 0xabcdef, control: true, options }, Buffer.from("x")),
    );
    expect(packet.gwlb).to.equal(undefined);
    expect(packet.header).to.deep.equal({
      version: 0,
      protocol: 0x6558,
      vni: 0xabcdef,
      control: true,
      critical: true,
      options,
    });
    expect(decodeGeneve(encodeGeneve({ protocol: 0x6558 }, Buffer.alloc(0))).header.options).to.deep.equal([]);
  });

  it("keeps the flags apart and reads options up to their full length", () => {
    const option = { class: 1, type: 1, data: Buffer.alloc(124, 7) };
    const small = { class: 2, type: 2, data: Buffer.alloc(0) };
    const control = decodeGeneve(
      encodeGeneve({ protocol: 0x0800, control: true, options: [option, small] }, Buffer.from("x")),
    );
    expect(control.header).to.deep.include({ control: true, critical: false, options: [option, small] });
    expect(control.payload.toString()).to.equal("x");
    const critical = decodeGeneve(
      encodeGeneve({ protocol: 0x0800, options: [{ ...option, type: 0x81 }] }, Buffer.alloc(0)),
    );
    expect(critical.header).to.include({ control: false, critical: true });
  });

  it("ignores reserved bits, as RFC 8926 demands of a receiver", () => {
    const bytes = Buffer.from(fromGwlb);
    bytes.writeUInt8(0x3f, 1);
    bytes.writeUInt8(0xff, 7);
    bytes.writeUInt8(0xe2, 11);
    expect(decodeGeneve(bytes).gwlb?.flowCookie).to.equal(0xdeadbeef);
  });

  const edited = (edit: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(fromGwlb);
    edit(bytes);
    return bytes;
  };
  const malformed: [GeneveMalformation, string, Buffer][] = [
    ["truncated-header", "fewer than 8 bytes", fromGwlb.subarray(0, 7)],
    ["unknown-version", "version 1", edited((bytes) => bytes.writeUInt8(0x48, 0))],
    ["truncated-options", "options cut off", fromGwlb.subarray(0, 39)],
    ["option-overrun", "an option longer than all options", edited((bytes) => bytes.writeUInt8(0x02, 35))],
    ["critical-flag-mismatch", "a critical option without the flag", edited((bytes) => bytes.writeUInt8(0x83, 34))],
    ["gwlb-option-missing", "only two of GWLB's options", edited((bytes) => bytes.writeUInt8(0x09, 34))],
    ["gwlb-option-repeated", "an option twice", edited((bytes) => bytes.writeUInt8(0x01, 22))],
    [
      "gwlb-option-length",
      "a flow cookie of 8 bytes",
      encodeGeneve(
        {
          protocol: 0x0800,
          options: [1, 2, 3].map((type) => ({ class: 0x0108, type, data: Buffer.alloc(8) })),
        },
        Buffer.alloc(0),
      ),
    ],
  ];
  for (const [expected, description, bytes] of malformed) {
    it(`refuses ${description} as ${expected}`, () => {
      expect(malformation(() => decodeGeneve(bytes))).to.equal(expected);
    });
  }

  it("never throws anything else, wherever the datagram is cut off", () => {
    for (let length = 0; length < fromGwlb.length; length++) {
      const cut = fromGwlb.subarray(0, length);
      if (length < 40) {
        expect(
          malformation(() => decodeGeneve(cut)),
          `${length} bytes`,
        ).to.be.a("string");
      } else {
        expect(decodeGeneve(cut).payload.length).to.equal(length - 40);
      }
    }
  });

  it("refuses values that do not fit their fields", () => {
    const encode = (content: Parameters<typeof encodeGeneve>[0]) => () => encodeGeneve(content, Buffer.alloc(0));
    const gwlb = { endpointId: 1n, attachmentId: 1n, flowCookie: 1 };
    const option = { class: 1, type: 1, data: Buffer.alloc(4) };
    for (const action of [
      encode({ protocol: 0x10000 }),
      encode({ protocol: 0x0800, vni: 2 ** 24 }),
      encode({ protocol: 0x0800, gwlb: { ...gwlb, endpointId: 1n << 64n } }),
      encode({ protocol: 0x0800, gwlb: { ...gwlb, attachmentId: -1n } }),
      encode({ protocol: 0x0800, gwlb: { ...gwlb, flowCookie: 2 ** 32 } }),
      encode({ protocol: 0x0800, gwlb: { ...gwlb, flowCookie: 1.5 } }),
      encode({ protocol: 0x0800, options: [{ ...option, data: Buffer.alloc(3) }] }),
      encode({ protocol: 0x0800, options: [{ ...option, data: Buffer.alloc(128) }] }),
      encode({ protocol: 0x0800, options: Array(3).fill({ ...option, data: Buffer.alloc(124) }) }),
    ]) {
      expect(malformation(action)).to.equal("value-out-of-range");
    }
  });

  it("turns an endpoint's AWS ID into its number and back", () => {
    expect(endpointIdOf("vpce-0123456789abcdef0")).to.equal(0x123456789abcdef0n);
    expect(endpointNameOf(endpointIdOf("vpce-000000000000000ff"))).to.equal("vpce-000000000000000ff");
    for (const wrong of ["vpce-123456789abcdef01", "vpce-0123", "eni-0123456789abcdef0", "vpce-0123456789ABCDEF0"]) {
      expect(() => endpointIdOf(wrong)).to.throw(GeneveError, wrong);
    }
  });
});

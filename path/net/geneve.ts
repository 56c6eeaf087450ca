/** GENEVE (RFC 8926) as AWS Gateway Load Balancer speaks it: decoding of anything, encoding of what GWLB sends. */

/** UDP port of GENEVE, assigned by IANA. */
export const genevePort = 6081;

/** Protocol types of the payload; GWLB carries bare IP packets, no inner Ethernet header. */
export const geneveProtocols = { ipv4: 0x0800, ipv6: 0x86dd, ethernet: 0x6558 } as const;

/** Option class that IANA has assigned to Amazon. */
export const amazonOptionClass = 0x0108;

const amazonOptionTypes = { endpointId: 1, attachmentId: 2, flowCookie: 3 } as const;
const fixedHeaderLength = 8;
const optionHeaderLength = 4;
/** Opt Len has six bits and counts four-byte words. */
const maximumOptionsLength = 63 * 4;
/** An option's Length has five bits and counts four-byte words. */
const maximumOptionDataLength = 31 * 4;

export interface GeneveOption {
  /** Option class, 16 bits. */
  class: number;
  /** Type, 8 bits; the highest bit says that the option is critical. */
  type: number;
  /** A multiple of four bytes, at most 124. */
  data: Buffer;
}

export interface GeneveHeader {
  version: number;
  /** EtherType of the payload. */
  protocol: number;
  /** Virtual network identifier, 24 bits; 0 from GWLB. */
  vni: number;
  /** O bit: a control packet, not data. */
  control: boolean;
  /** C bit: at least one option is critical. */
  critical: boolean;
  options: GeneveOption[];
}

/** The three options that GWLB puts into every packet. */
export interface GwlbOptions {
  /** The GWLB endpoint through which the packet came, see {@link endpointIdOf}. 64 bits. */
  endpointId: bigint;
  /** The customer-visible attachment (an ENI of the endpoint's VPC). 64 bits. */
  attachmentId: bigint;
  /** Identifies the flow; a target sends it back unchanged. 32 bits. */
  flowCookie: number;
}

export interface GenevePacket {
  header: GeneveHeader;
  /** The inner packet. Shares memory with the datagram. */
  payload: Buffer;
  /** Present when the datagram carries all three of GWLB's options. */
  gwlb?: GwlbOptions;
}

export type GeneveMalformation =
  | "truncated-header"
  | "unknown-version"
  | "truncated-options"
  | "option-overrun"
  | "critical-flag-mismatch"
  | "gwlb-option-missing"
  | "gwlb-option-repeated"
  | "gwlb-option-length"
  | "value-out-of-range";

/** A datagram that is not GENEVE, or values that do not fit into one. */
export class GeneveError extends Error {
  override readonly name = "GeneveError";

  constructor(
    readonly malformation: GeneveMalformation,
    message: string,
  ) {
    super(`GENEVE: ${message}`);
  }
}

/**
 * Decodes one UDP payload. Reserved bits are ignored, as RFC 8926 section 3.4 demands of a receiver.
 * @throws GeneveError naming the malformation
 */
export function decodeGeneve(datagram: Buffer): GenevePacket {
  if (datagram.length < fixedHeaderLength) {
    throw new GeneveError(
      "truncated-header",
      `${datagram.length} bytes are too few, the header has at least ${fixedHeaderLength}`,
    );
  }
  const first = datagram.readUInt8(0);
  const flags = datagram.readUInt8(1);
  const version = first >> 6;
  if (version !== 0) {
    throw new GeneveError("unknown-version", `version ${version} is unknown, expected 0`);
  }
  const optionsLength = (first & 0x3f) * 4;
  const payloadStart = fixedHeaderLength + optionsLength;
  if (datagram.length < payloadStart) {
    throw new GeneveError(
      "truncated-options",
      `options of ${optionsLength} bytes are announced, ${datagram.length - fixedHeaderLength} are there`,
    );
  }
  const header: GeneveHeader = {
    version,
    protocol: datagram.readUInt16BE(2),
    vni: datagram.readUIntBE(4, 3),
    control: (flags & 0x80) !== 0,
    critical: (flags & 0x40) !== 0,
    options: decodeOptions(datagram.subarray(fixedHeaderLength, payloadStart)),
  };
  if (!header.critical && header.options.some(isCritical)) {
    throw new GeneveError("critical-flag-mismatch", "an option is critical but the header's critical flag is not set");
  }
  const payload = datagram.subarray(payloadStart);
  const gwlb = gwlbOptionsOf(header.options);
  return gwlb === undefined ? { header, payload } : { header, payload, gwlb };
}

function decodeOptions(bytes: Buffer): GeneveOption[] {
  const options: GeneveOption[] = [];
  let offset = 0;
  // Lengths count four-byte words, so what is left is never shorter than an option's header.
  while (offset < bytes.length) {
    const length = (bytes.readUInt8(offset + 3) & 0x1f) * 4;
    const start = offset + optionHeaderLength;
    if (start + length > bytes.length) {
      throw new GeneveError(
        "option-overrun",
        `the option at byte ${offset} announces ${length} bytes, ${bytes.length - start} are left`,
      );
    }
    options.push({
      class: bytes.readUInt16BE(offset),
      type: bytes.readUInt8(offset + 2),
      data: bytes.subarray(start, start + length),
    });
    offset = start + length;
  }
  return options;
}

function isCritical(option: GeneveOption): boolean {
  return (option.type & 0x80) !== 0;
}

/** All three or nothing: a packet with only some of them did not come from a GWLB in a shape that we know. */
function gwlbOptionsOf(options: GeneveOption[]): GwlbOptions | undefined {
  const types = new Set<number>(Object.values(amazonOptionTypes));
  const amazon = options.filter((option) => option.class === amazonOptionClass && types.has(option.type));
  if (amazon.length === 0) {
    return undefined;
  }
  return {
    endpointId: only(amazon, "endpointId", 8).readBigUInt64BE(0),
    attachmentId: only(amazon, "attachmentId", 8).readBigUInt64BE(0),
    flowCookie: only(amazon, "flowCookie", 4).readUInt32BE(0),
  };
}

function only(amazon: GeneveOption[], name: keyof typeof amazonOptionTypes, length: number): Buffer {
  const type = amazonOptionTypes[name];
  const [option, second] = amazon.filter((candidate) => candidate.type === type);
  if (option === undefined) {
    throw new GeneveError("gwlb-option-missing", `GWLB's option ${type} (${name}) is missing beside its other options`);
  }
  if (second !== undefined) {
    throw new GeneveError("gwlb-option-repeated", `GWLB's option ${type} (${name}) occurs more than once`);
  }
  if (option.data.length !== length) {
    throw new GeneveError(
      "gwlb-option-length",
      `GWLB's option ${type} (${name}) has ${option.data.length} bytes, expected ${length}`,
    );
  }
  return option.data;
}

export interface GeneveContent {
  /** EtherType of the payload, see {@link geneveProtocols}. */
  protocol: number;
  /** Become the first three options, in AWS's order. */
  gwlb?: GwlbOptions;
  /** Further options. */
  options?: GeneveOption[];
  /** @default 0 */
  vni?: number;
  /** @default false */
  control?: boolean;
}

/**
 * Encodes a UDP payload. With `gwlb` and an IP payload it is what GWLB sends: 40 bytes of header, so 68 bytes more
 * than the inner packet once the outer UDP and IPv4 headers are there.
 * @throws GeneveError when a value does not fit its field
 */
export function encodeGeneve(content: GeneveContent, payload: Buffer): Buffer {
  const options = [...(content.gwlb === undefined ? [] : amazonOptions(content.gwlb)), ...(content.options ?? [])];
  const encoded = Buffer.concat(options.map(encodeOption));
  if (encoded.length > maximumOptionsLength) {
    throw new GeneveError(
      "value-out-of-range",
      `${encoded.length} bytes of options, at most ${maximumOptionsLength} fit`,
    );
  }
  const header = Buffer.alloc(fixedHeaderLength);
  header.writeUInt8(encoded.length / 4, 0);
  header.writeUInt8((content.control === true ? 0x80 : 0) | (options.some(isCritical) ? 0x40 : 0), 1);
  header.writeUInt16BE(fits(content.protocol, 16, "protocol"), 2);
  header.writeUIntBE(fits(content.vni ?? 0, 24, "VNI"), 4, 3);
  return Buffer.concat([header, encoded, payload]);
}

function amazonOptions(gwlb: GwlbOptions): GeneveOption[] {
  const endpointId = Buffer.alloc(8);
  endpointId.writeBigUInt64BE(fits64(gwlb.endpointId, "endpoint ID"));
  const attachmentId = Buffer.alloc(8);
  attachmentId.writeBigUInt64BE(fits64(gwlb.attachmentId, "attachment ID"));
  const flowCookie = Buffer.alloc(4);
  flowCookie.writeUInt32BE(fits(gwlb.flowCookie, 32, "flow cookie"));
  return [
    { class: amazonOptionClass, type: amazonOptionTypes.endpointId, data: endpointId },
    { class: amazonOptionClass, type: amazonOptionTypes.attachmentId, data: attachmentId },
    { class: amazonOptionClass, type: amazonOptionTypes.flowCookie, data: flowCookie },
  ];
}

function encodeOption(option: GeneveOption): Buffer {
  const { length } = option.data;
  if (length % 4 !== 0 || length > maximumOptionDataLength) {
    throw new GeneveError(
      "value-out-of-range",
      `an option of ${length} bytes, expected a multiple of 4 up to ${maximumOptionDataLength}`,
    );
  }
  const header = Buffer.alloc(optionHeaderLength);
  header.writeUInt16BE(fits(option.class, 16, "option class"), 0);
  header.writeUInt8(fits(option.type, 8, "option type"), 2);
  header.writeUInt8(length / 4, 3);
  return Buffer.concat([header, option.data]);
}

function fits(value: number, bits: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new GeneveError("value-out-of-range", `${what} ${value} is not an unsigned number of ${bits} bits`);
  }
  return value;
}

function fits64(value: bigint, what: string): bigint {
  if (value < 0n || value >= 1n << 64n) {
    throw new GeneveError("value-out-of-range", `${what} ${value} is not an unsigned number of 64 bits`);
  }
  return value;
}

/**
 * The number in GWLB's first option for an endpoint: the 16 hexadecimal digits after `vpce-0`
 * (so in lyoung-confluent/gwlb-xdp; AWS does not document it).
 * @throws GeneveError when the ID has another shape
 */
export function endpointIdOf(vpceId: string): bigint {
  const digits = /^vpce-0([0-9a-f]{16})$/.exec(vpceId)?.[1];
  if (digits === undefined) {
    throw new GeneveError(
      "value-out-of-range",
      `"${vpceId}" is not an endpoint ID with a 64-bit number, expected vpce-0 and 16 hexadecimal digits`,
    );
  }
  return BigInt(`0x${digits}`);
}

/** The endpoint's AWS ID for the number in GWLB's first option; the reverse of {@link endpointIdOf}. */
export function endpointNameOf(endpointId: bigint): string {
  return `vpce-0${fits64(endpointId, "endpoint ID").toString(16).padStart(16, "0")}`;
}

import { createHash, randomBytes } from "node:crypto";

/** Makes ids of AWS's shapes. With the same seed and the same order of calls they are the same. */
export class Ids {
  private count = 0;

  constructor(private readonly seed: string = randomBytes(16).toString("hex")) {}

  /** Hex digits that no other id of this cloud has. */
  private hex(digits: number): string {
    this.count += 1;
    return createHash("sha256").update(`${this.seed}/${this.count}`).digest("hex").slice(0, digits);
  }

  /** As `vpc-0` and 16 hex digits. */
  resource(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }

  /** The last part of an ELB ARN: 16 hex digits. */
  elb(): string {
    return this.hex(16);
  }

  /** As IAM's unique ids: a prefix and 17 characters. */
  unique(prefix: string): string {
    return prefix + this.hex(17).toUpperCase();
  }

  /** What the provider appends to make a name unique. */
  suffix(): string {
    return this.hex(26);
  }
}

/** The same address in the same VPC always has the same MAC address: a new one would leave stale neighbour entries. */
export function macAddress(vpcId: string, address: string): string {
  const bytes = createHash("sha256").update(`${vpcId}/${address}`).digest();
  // Locally administered, unicast, as AWS's 02:… and 06:….
  return ["06", ...Array.from(bytes.subarray(0, 5), (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

import { createHash } from "node:crypto";
import { azIdPrefixes } from "../../../path/net/azId";
import { AwsError } from "./errors";

export interface Zone {
  /** As `ap-northeast-1a`: what an account calls it. */
  name: string;
  /** As `apne1-az4`: the same place in every account. */
  id: string;
}

/**
 * Zones that an ordinary account sees: letters of the names and numbers of the AZ IDs. (Tokyo has no `b`, and its az3 is
 * closed to newer accounts: docs.aws.amazon.com, "AZ IDs for your AWS resources".)
 */
const regions: Record<string, { letters: string; numbers: number[] }> = {
  "ap-northeast-1": { letters: "acd", numbers: [1, 2, 4] },
  "eu-central-1": { letters: "abc", numbers: [1, 2, 3] },
  "eu-west-1": { letters: "abc", numbers: [1, 2, 3] },
  "us-east-1": { letters: "abcdef", numbers: [1, 2, 3, 4, 5, 6] },
  "us-west-2": { letters: "abcd", numbers: [1, 2, 3, 4] },
};

/** Which AZ IDs the other Regions have is not known here, but that none has more than six: the model takes each of them. */
const anyOther = { letters: "abcdef", numbers: [1, 2, 3, 4, 5, 6] };

export const regionNames = Object.keys(azIdPrefixes);

/**
 * The zones of a Region as an account sees them, by name. Which name stands for which AZ ID differs between accounts; here
 * a hash of the account and the Region picks one of all the orders, so that it is always the same for one account.
 *
 * @throws AwsError for a Region that the model does not have
 */
export function zonesOf(accountId: string, region: string): Zone[] {
  const prefix = azIdPrefixes[region];
  // Source: none, the model's own limits.
  if (prefix === undefined)
    throw new AwsError("InvalidRegion", `invalid AWS Region: ${region} (this model has ${regionNames.join(", ")})`);
  const entry = regions[region] ?? anyOther;
  const rest = [...entry.numbers];
  let order = BigInt(`0x${createHash("sha256").update(`${accountId}/${region}`).digest("hex")}`);
  return [...entry.letters].map((letter) => {
    const count = BigInt(rest.length);
    const [picked] = rest.splice(Number(order % count), 1);
    order /= count;
    return { name: `${region}${letter}`, id: `${prefix}-az${picked}` };
  });
}

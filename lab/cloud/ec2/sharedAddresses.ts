import { overlaps, parseCidr } from "../../../path/net/cidr";

/** True when a CIDR shares addresses with another. */
export function shareAddresses(a: string, b: string): boolean {
  return overlaps(parseCidr(a), parseCidr(b));
}

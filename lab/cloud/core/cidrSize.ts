import { checkSize, parseCidr } from "../../../path/net/cidr";

/** VPCs and subnets are /16 to /28 (VPC user guide, "VPC CIDR blocks"). */
export function boundedCidr(value: unknown): string | undefined {
  try {
    checkSize(parseCidr(String(value)));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

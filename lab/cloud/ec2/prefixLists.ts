import { ec2Error } from "../core/errors";

/** The error of whatever names a prefix list that there is not. */
export function noPrefixList(operation: string, id: string): Error {
  const message = `The prefix list ID '${id}' does not exist`;
  // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidPrefixListId.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidPrefixListId.NotFound", message);
}

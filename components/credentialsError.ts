import * as pulumi from "@pulumi/pulumi";
import { printable } from "../path/render/printable";
import { withoutTrace } from "./refusal";

/**
 * How the provider, and AWS itself, begin to say that it is the credentials that are wrong: then no key is of which something is looked up.
 * The first, and roles: hashicorp/aws-sdk-go-base v2; those after them: pulumi-aws, provider/resources.go; then aws-sdk-go-v2 of sessions that ended
 * (aws/credential_cache.go, credentials/ssocreds); then EC2 API and STS API, "Common errors".
 */
const words =
  /AWS account ID not allowed|IAM Role \(.*\) cannot be assumed|failed to get shared config profile|no valid credential sources|invalid credentials configured|unable to validate AWS credentials|retrieving caller identity from STS|failed to refresh cached credentials|the SSO session has expired|ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClientException|AuthFailure/i;

/** What is looked up cannot be, with the credentials that there are. */
export class CredentialsError extends pulumi.RunError {
  constructor(reason: string) {
    super(
      printable(
        `accountId, profile or assumeRole: ${reason}: expected credentials of the stack's account, by profile and assumeRole, ` +
          "else the environment's",
      ),
    );
    withoutTrace(this);
  }
}

/** @throws CredentialsError where that is the reason */
export function checkCredentials(reason: string): void {
  if (words.test(reason)) throw new CredentialsError(reason);
}

import { expect } from "chai";
import { checkCredentials, CredentialsError } from "../../../components/credentialsError";

describe("an error of credentials", () => {
  const ended = [
    "operation error EC2: DescribeVpcs, https response error StatusCode: 400, api error RequestExpired: Request has expired.",
    "operation error STS: GetCallerIdentity, api error ExpiredToken: The security token included in the request is expired",
    "get identity: get credentials: failed to refresh cached credentials, refresh cached SSO token failed, unable to refresh SSO token",
    "failed to refresh cached credentials, process provider error: error in credential_process: exit status 1",
    "operation error SSO: GetRoleCredentials, the SSO session has expired or is invalid",
  ];

  for (const reason of ended) {
    it(`is told from others: ${reason.slice(-60)}`, () => {
      const expected = new RegExp(`accountId, profile or assumeRole: .*expected credentials of the stack's account`);
      expect(() => checkCredentials(reason)).to.throw(CredentialsError, expected);
    });
  }

  it("is none where something is not there", () => {
    checkCredentials("InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist");
    checkCredentials("reading EC2 Subnet: the subnet has expired");
  });
});

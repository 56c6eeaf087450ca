import { assumeRole, assumeRoleTakes, type AssumedRole } from "./assumeRole";
import type { Identities, Principal } from "./identities";

interface StsOperation {
  takes: readonly string[];
  call(caller: Principal, input: object): object;
}

/**
 * STS in the lab: who somebody is, and the roles of the lab's accounts.
 *
 * @param accountIds - of the accounts that have roles
 */
export function stsService(
  identities: Identities,
  accountIds: readonly string[],
): (action: string) => StsOperation | undefined {
  const operations: Record<string, StsOperation> = {
    AssumeRole: {
      takes: assumeRoleTakes,
      call: (caller, input) => assumed(assumeRole(identities, accountIds, caller, input)),
    },
    GetCallerIdentity: {
      takes: [],
      call: ({ userId, accountId, arn }) => ({ UserId: userId, Account: accountId, Arn: arn }),
    },
  };
  return (action) => (Object.hasOwn(operations, action) ? operations[action] : undefined);
}

function assumed({ arn, id, credentials }: AssumedRole): object {
  return {
    AssumedRoleUser: { AssumedRoleId: id, Arn: arn },
    Credentials: {
      AccessKeyId: credentials.accessKey,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(credentials.expiration),
    },
  };
}

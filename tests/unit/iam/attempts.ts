import { expect } from "chai";
import { actionsOf, type PolicyRole } from "../../../iam/needs";
import { policyOf, type Policy } from "../../../iam/policy";
import { hub } from "../../fixtures/aws";
import type { ApiRequest } from "../../lab/awsApi/model";
import { askingsOf } from "./asking";
import { decide, type Asking } from "./policySimulator";
import { region, type Things } from "./things";

/** What somebody may try, and the request that would do it. */
export type Attempt = [what: string, request: ApiRequest];

export function allows(policies: Policy[], askings: Asking[]): boolean {
  return askings.every((asking) => decide(policies, asking) === "allowed");
}

/**
 * Tests that the roles' policies together refuse the attacks, which are not refused for want of the action, and allow what is rightful.
 *
 * @param actionsFrom roles whose actions, without resources and conditions, allow every attack
 */
export function describeAttempts(
  roles: readonly PolicyRole[],
  actionsFrom: readonly PolicyRole[],
  things: Things,
  { attacks, rightful }: { attacks: Attempt[]; rightful: Attempt[] },
): void {
  const policies = roles.map((each) => policyOf(each, hub, region));
  const everywhere: Policy = {
    Version: "2012-10-17",
    Statement: [{ Sid: "Everywhere", Effect: "Allow", Resource: "*", Action: actionsFrom.flatMap(actionsOf) }],
  };

  for (const [what, request] of attacks) {
    it(`nobody can ${what}`, () => {
      const askings = askingsOf(hub, request, things);
      expect(allows(policies, askings), JSON.stringify(askings)).to.equal(false);
      expect(allows([everywhere], askings), "without conditions").to.equal(true);
    });
  }

  for (const [what, request] of rightful) {
    it(`the program can ${what}`, () => expect(allows(policies, askingsOf(hub, request, things))).to.equal(true));
  }
}

import { revoke } from "./accessFaults";
import { some, type Fault, type Undo } from "./fault";

const detachPolicy: Fault["make"] = ({ cloud, snapshot }) => {
  const profiles = Object.values(snapshot.instances)
    .filter(({ tags }) => tags["Name"]?.includes("source"))
    .flatMap((instance) => {
      const { iamInstanceProfile: profile } = instance;
      return profile === undefined ? [] : [{ caller: instance, profile }];
    });
  return some(profiles, "source with an instance profile").map(({ caller, profile }): Undo => {
    const detached = cloud.edit.detachRolePolicies(caller, profile);
    return () => cloud.edit.attachRolePolicies(caller, profile, detached);
  });
};

/** What keeps hosts from coming online in SSM. Nothing of it is there with access by ssh. */
export const ssmFaults: Record<string, Fault> = {
  "ssm-policy-detached": {
    what: "the policy that lets the sources' role use SSM",
    make: detachPolicy,
  },
  "ssm-not-allowed-out": {
    what: "the rule that lets TCP 443 out of the sources",
    make: revoke({ group: "source", direction: "egress", protocol: "tcp", port: 443 }),
  },
  "ssm-endpoint-closed": {
    what: "the rules that let TCP 443 into SSM's interface endpoints",
    make: revoke({ group: "-ssm", direction: "ingress", protocol: "tcp", port: 443 }),
  },
};

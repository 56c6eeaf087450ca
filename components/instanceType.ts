import type * as pulumi from "@pulumi/pulumi";
import { isMocked } from "./mocked";
import { lastOutputs } from "./ownState";

const instanceToken = "aws:ec2/instance:Instance";

/**
 * Options of an instance: another type means another instance. The provider would stop it, change its type and start it again
 * (terraform-provider-aws internal/service/ec2/ec2_instance.go), all targets at the same time, and AWS refuses a type of another
 * architecture, or one that the AZ does not have, when they are stopped.
 *
 * A newer "latest" AMI must not replace hosts some day. One that is replaced for its type gets it: that may be of another architecture.
 */
export function replacedByType(): pulumi.CustomResourceOptions {
  const options = { replaceOnChanges: ["instanceType"], ignoreChanges: ["ami"] };
  // Mocks have no transforms.
  if (isMocked()) return options;
  return {
    ...options,
    transforms: [
      async ({ name, props, opts }) => {
        const last = await lastOutputs(instanceToken, name);
        const inputs = props as Record<string, unknown>;
        if (last === undefined || last["instanceType"] === inputs["instanceType"]) return undefined;
        return { props, opts: { ...opts, ignoreChanges: [] } };
      },
    ],
  };
}

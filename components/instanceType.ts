import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { ownResources } from "./ownState";

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
  if (pulumi.runtime.getMonitor() instanceof MockMonitor) return options;
  return {
    ...options,
    transforms: [
      async ({ name, props, opts }) => {
        const own = Object.entries(await ownResources());
        const there = own.find(([urn, { type }]) => type === instanceToken && urn.endsWith(`::${name}`));
        const inputs = props as Record<string, unknown>;
        if (there === undefined || there[1].outputs["instanceType"] === inputs["instanceType"]) return undefined;
        return { props, opts: { ...opts, ignoreChanges: [] } };
      },
    ],
  };
}

import type * as pulumi from "@pulumi/pulumi";

/** How a component is made. */
type Constructor<Args> = new (
  name: string,
  args: Args,
  opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/**
 * A component of `components/` as the base of the one that other languages see: the very same resources, from arguments that a
 * schema can express. The SDK's analyzer takes classes that extend ComponentResource itself and no others
 * (provider/experimental/analyzer.ts 3.259, isPulumiComponent), so that is all its type says.
 */
export function component<Args>(made: Constructor<Args>): Constructor<Args> {
  return made;
}

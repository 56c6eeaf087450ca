import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** Tells whether this run has made or changed anything of the stack's so far: its resources at AWS, not what measures. */
export type Changes = () => boolean;

/**
 * Watches what the engine does from here on, by hooks on each resource. What somebody deleted and the engine makes again may have the
 * same id and the same values as before, as a route has: no output shows it.
 */
export function watchChanges(): Changes {
  let changed = false;
  // Mocks have no hooks.
  if (pulumi.runtime.getMonitor() instanceof MockMonitor) return () => changed;
  const hook = new pulumi.ResourceHook("gwlb-inspection-changed", () => {
    changed = true;
  });
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (!type.startsWith("aws:")) return undefined;
    const { hooks } = opts;
    const after = {
      afterCreate: [...(hooks?.afterCreate ?? []), hook],
      afterUpdate: [...(hooks?.afterUpdate ?? []), hook],
    };
    return { props, opts: { ...opts, hooks: { ...hooks, ...after } } };
  });
  return () => changed;
}

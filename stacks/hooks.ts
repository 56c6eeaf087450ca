import * as pulumi from "@pulumi/pulumi";
import { isMocked } from "../components/mocked";

type When = "beforeCreate" | "afterCreate" | "afterUpdate";

/**
 * Has the engine call a hook of this program's at every resource of these types that is registered from here on, beside the hooks that it
 * has. Mocks have no hooks: with them nothing is called.
 */
export function hookResources(
  name: string,
  isHooked: (type: string) => boolean,
  when: readonly When[],
  call: pulumi.ResourceHookFunction,
): void {
  if (isMocked()) return;
  const hook = new pulumi.ResourceHook(name, call);
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (!isHooked(type)) return undefined;
    const { hooks } = opts;
    const more = Object.fromEntries(when.map((each) => [each, [...(hooks?.[each] ?? []), hook]]));
    return { props, opts: { ...opts, hooks: { ...hooks, ...more } } };
  });
}

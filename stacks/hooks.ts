import { AsyncResource } from "node:async_hooks";
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
  bindHooks(isHooked, (hooks) => Object.fromEntries(when.map((each) => [each, [...(hooks?.[each] ?? []), hook]])));
}

/** The same for a failed operation: the engine waits for the call, and does not try again. */
export function hookErrors(
  name: string,
  isHooked: (type: string) => boolean,
  call: (failed: pulumi.ErrorHookArgs) => Promise<void>,
): void {
  if (isMocked()) return;
  // The SDK calls it outside of the program's own context, in which an inline program finds its engine.
  const inContext = AsyncResource.bind(call);
  const hook = new pulumi.ErrorHook(name, async (failed) => {
    await inContext(failed);
    return false;
  });
  bindHooks(isHooked, (hooks) => ({ onError: [...(hooks?.onError ?? []), hook] }));
}

function bindHooks(
  isHooked: (type: string) => boolean,
  more: (hooks: pulumi.ResourceHookBinding | undefined) => pulumi.ResourceHookBinding,
): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (!isHooked(type)) return undefined;
    const { hooks } = opts;
    return { props, opts: { ...opts, hooks: { ...hooks, ...more(hooks) } } };
  });
}

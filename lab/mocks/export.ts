import * as pulumi from "@pulumi/pulumi";
import type { Properties } from "../cloud/core/properties";
import type { CloudMocks } from "./mocks";

/** A resource as in `deployment.resources` of a stack's export. */
export interface MockedState {
  urn: string;
  type: string;
  id?: string;
  /** `URN::ID` of the provider. */
  provider?: string;
  parent?: string;
  inputs: Properties;
  outputs: Properties;
}

/** What of Pulumi's mock monitor is read here (sdk/nodejs/runtime/mocks.ts). */
interface Monitor {
  getRegisteredResources(): Map<string, { id: string | null; state: Properties | { toJavaScript(): Properties } }>;
}

/**
 * What `pulumi stack export` would show of the program that was run with these mocks: call it after `finishMocks` and before other
 * mocks are started. Secrets are marked as in a state.
 */
export function exportMocks(mocks: CloudMocks): MockedState[] {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const registered = new Map(
    [...monitor.getRegisteredResources()].map(
      ([urn, resource]) => [withoutParents(urn), { urn, ...resource }] as const,
    ),
  );
  const idOf = new Map<string, string>();
  const states = mocks.registrations.map(({ type, name, inputs, provider, parent, id }) => {
    const found = registered.get(`${type}::${name}`);
    if (found === undefined) throw new Error(`${type} '${name}' was not registered with the mock monitor`);
    const { urn, state } = found;
    idOf.set(urn, id);
    const outputs =
      typeof state.toJavaScript === "function" ? (state.toJavaScript as () => Properties)() : (state as Properties);
    return { urn, type, ...(id !== "" && { id }), provider, parent, inputs, outputs };
  });
  return states.map(({ provider, parent, ...state }) => {
    const urn = provider === undefined ? undefined : registered.get(`pulumi:providers:aws::${provider}`)?.urn;
    return {
      ...state,
      ...(urn !== undefined && { provider: `${urn}::${idOf.get(urn) ?? ""}` }),
      ...(parent !== undefined && { parent }),
    };
  });
}

/** `TYPE::NAME` of `urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME`. */
function withoutParents(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return [types.slice(types.lastIndexOf("$") + 1), ...name].join("::");
}

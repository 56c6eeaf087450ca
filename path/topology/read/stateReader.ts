import { parseArn } from "../../net/partition";
import { unknown, type Component, type OrUnknown } from "../model";
import { knownText, object, type Properties } from "./properties";
import { urnParts, type ResourceState } from "./stateFile";

/** An aws resource's state with what it works in. `outputs` over `inputs`: after a refresh they tell what really is there. */
export interface Read extends Component {
  stack: string;
  type: string;
  urn: string;
  parent: string | undefined;
  properties: Properties;
}

/** The states of any set of stacks, by type. */
export class StateReader {
  private readonly byType = new Map<string, Read[]>();
  private readonly providers = new Map<string, { accountId: OrUnknown<string>; region: OrUnknown<string> }>();

  constructor(states: readonly ResourceState[]) {
    for (const state of states) {
      if (state.type === "pulumi:providers:aws") this.providers.set(`${state.urn}::${state.id ?? ""}`, worksIn(state));
    }
    for (const state of states) {
      if (state.delete === true) continue;
      const read = this.read(state);
      const known = this.byType.get(state.type);
      if (known === undefined) this.byType.set(state.type, [read]);
      else known.push(read);
    }
  }

  of(...types: string[]): Read[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  private read(state: ResourceState): Read {
    const properties = { ...state.inputs, ...state.outputs };
    const { stack, name } = urnParts(state.urn);
    const arn = parseArn(knownText(properties, "arn") ?? "");
    const provider = this.providers.get(state.provider ?? "");
    return {
      id: state.id ?? "",
      type: state.type,
      urn: state.urn,
      parent: state.parent,
      name: knownText(object(properties, "tags"), "Name") ?? name,
      stack,
      // The resource itself knows better than its provider, which may be allowed several accounts.
      accountId: (arn?.accountId || undefined) ?? knownText(properties, "ownerId") ?? provider?.accountId ?? unknown,
      region: knownText(properties, "region") ?? (arn?.region || undefined) ?? provider?.region ?? unknown,
      properties,
    };
  }
}

/** A provider's inputs are texts; lists are JSON. */
function worksIn({ inputs = {} }: ResourceState): { accountId: OrUnknown<string>; region: OrUnknown<string> } {
  const allowed = inputs["allowedAccountIds"];
  const ids = new Set((typeof allowed === "string" ? allowed : JSON.stringify(allowed ?? "")).match(/\b\d{12}\b/g));
  const [id] = ids;
  return {
    accountId: ids.size === 1 && id !== undefined ? id : unknown,
    region: knownText(inputs, "region") ?? unknown,
  };
}

/** What a component of the topology takes over. */
export function componentOf({ id, name, accountId, region, stack }: Read): Component {
  // Terraform has none.
  return { id, name, accountId, region, ...(stack !== "" && { stack }) };
}

/** Ids of route tables, or of network ACLs, by the subnet that each is of. */
export function bySubnet(all: Readonly<Record<string, { id: string; subnetIds: string[] }>>): Map<string, string> {
  return new Map(Object.values(all).flatMap(({ id, subnetIds }) => subnetIds.map((subnet) => [subnet, id] as const)));
}

/** By id; of two states with one id the last counts. */
export function byId<T extends { id: string }>(components: readonly T[]): Record<string, T> {
  return Object.fromEntries(components.map((component) => [component.id, component]));
}

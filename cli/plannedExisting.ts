import { parseCidr, formatAddress } from "../path/net/cidr";
import { securitySchema, systemSchema } from "../stacks/config/configSchema";

type Config = Record<string, unknown>;

const key = (name: string): string => `gwlb-inspection:${name}`;

/**
 * For a plan, which reads no account: in place of what the key `existing` names by ids the stack makes its own, as examples.
 * An `existing` that is wrong is left as it is, for the program to refuse.
 *
 * @returns the changed settings, and what to say of them; nothing where `existing` is not used
 */
export function withPlaceholders(stack: string, config: Config): { config: Config; said: string[] } {
  const existing = config[key("existing")];
  if (typeof existing !== "object" || existing === null || Object.keys(existing).length === 0)
    return { config, said: [] };
  const { shape } = stack.startsWith("security") ? securitySchema : systemSchema;
  if (!shape.existing.safeParse(existing).success) return { config, said: [] };
  const hasBastion = Object.keys(config[key("bastion")] ?? {}).length > 0;
  const planned = {
    ...config,
    [key("existing")]: {},
    [key("zones")]: disjoint(config[key("zones")]),
    // A way in that is there already is none that the plan could make.
    ...(!hasBastion && { [key("access")]: "ssm" }),
  };
  const names = Object.keys(existing).join(", ");
  return {
    config: planned,
    said: [
      `${stack}: existing (${names}): placeholders stand for what is there, as this program would make it. Routes, security ` +
        "groups and network ACLs that are there are not read: what they do, only a trace of the deployed stacks and `verify` tell",
    ],
  };
}

/** A load balancer and its targets that are there may share a subnet: two that are made share its halves. */
function disjoint(zones: unknown): unknown {
  if (typeof zones !== "object" || zones === null) return zones;
  return Object.fromEntries(
    Object.entries(zones as Record<string, unknown>).map(([azId, tiers]) => [azId, halves(tiers)]),
  );
}

function halves(tiers: unknown): unknown {
  if (typeof tiers !== "object" || tiers === null || !("gwlb" in tiers && "target" in tiers)) return tiers;
  const { gwlb, target } = tiers;
  if (typeof gwlb !== "string" || gwlb !== target) return tiers;
  const { first, last, prefixLength } = parseCidr(gwlb);
  if (prefixLength >= 28) return tiers;
  const middle = first + (last - first + 1) / 2;
  const half = (address: number): string => `${formatAddress(address)}/${prefixLength + 1}`;
  return { ...tiers, gwlb: half(first), target: half(middle) };
}

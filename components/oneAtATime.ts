import * as pulumi from "@pulumi/pulumi";
import { isMocked } from "./mocked";
import { oneAtATime } from "./aws";
import { ownResources } from "./ownState";

type Properties = Record<string, unknown>;

/** Whether AWS refuses one of a kind, or takes it for the other, as long as the other is there. What is not known yet is undefined. */
type Clash = (there: Properties, made: Properties) => boolean;

/**
 * As `oneAtATime`, as far as that is so of what is deployed. What is deleted first takes with it all that hangs on it, and traffic with that:
 * an AZ's target when its subnet gets another CIDR, or an endpoint that routes lead to, which AWS then refuses to delete. Otherwise
 * the new one is there before the old one goes.
 *
 * Whether it is so is decided when the engine registers the resource, with the ids that are known by then.
 */
export function oneAtATimeIf(clash: Clash): pulumi.CustomResourceOptions {
  // Mocks have no transforms.
  if (isMocked()) return oneAtATime;
  return {
    ...oneAtATime,
    transforms: [
      async ({ type, props, opts }) => {
        const there = Object.values(await ownResources()).filter((each) => each.type === type);
        if (there.length === 0) return undefined;
        const made = await knownOf(props);
        if (there.some(({ outputs }) => clash(outputs, made))) return undefined;
        return { props, opts: { ...opts, deleteBeforeReplace: false } };
      },
    ],
  };
}

/** What comes from another resource is handed to a transform as an output. */
async function knownOf(props: Properties): Promise<Properties> {
  const known = Object.entries(props).map(async ([key, value]) => {
    const output = value as { promise?: () => Promise<unknown>; isKnown?: Promise<boolean> };
    if (!pulumi.Output.isInstance(value)) return [key, value] as const;
    return [key, (await output.isKnown) === true ? await output.promise?.() : undefined] as const;
  });
  return Object.fromEntries(await Promise.all(known));
}

/** Of resources that AWS tells apart by these properties. */
export function oneAtATimeBy(...keys: string[]): pulumi.CustomResourceOptions {
  return oneAtATimeIf((there, made) => keys.every((key) => made[key] !== undefined && made[key] === there[key]));
}

import { ownResources } from "../components/ownState";
import { ConfigError } from "./config/index";

/**
 * Refuses to deploy a stack that was renamed: its resources are named after it, so all of them would be made a second time. What is
 * deployed is read from the stack's own state.
 *
 * @throws ConfigError that names the stack's former name
 */
export async function checkName(name: string): Promise<void> {
  const networks = Object.entries(await ownResources()).filter(
    ([, { type }]) => type === "gwlb-inspection:index:Network",
  );
  const [former] = networks.map(([urn]) => urn.slice(urn.lastIndexOf("::") + 2));
  if (former === undefined || former === name) return;
  throw new ConfigError([
    `stack: "${name}": its resources are named "${former}": expected the name that it was deployed with, for under another one all of it ` +
      `would be made anew: pulumi stack rename ${former}`,
  ]);
}

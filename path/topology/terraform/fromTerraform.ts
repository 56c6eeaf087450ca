import { parseArn } from "../../net/partition";
import type { ResourceState } from "../read/stateFile";
import { parseTerraformFile, type TerraformResource } from "./terraformFile";
import { pulumiProperties, pulumiTypes } from "./pulumiForm";

/**
 * The resources of a state of Terraform or OpenTofu in the form of Pulumi's, which one reader reads. Types that say nothing of a packet's way are
 * left out.
 *
 * @param what names the text in errors: its file
 * @throws TerraformFileError
 */
export function parseTerraformState(text: string, what: string): ResourceState[] {
  const all = parseTerraformFile(text, what);
  const providers = [...new Set(all.map(({ provider }) => provider))].map((provider) => {
    const own = all.filter((each) => each.provider === provider);
    return { provider, state: providerState(`${what} ${provider}`, own) };
  });
  const resources = all.flatMap((resource) => {
    const type = pulumiTypes[resource.type];
    if (type === undefined) return [];
    const { address, values } = resource;
    const provider = providers.find((each) => each.provider === resource.provider)?.state;
    return {
      urn: urn(type, address),
      type,
      id: typeof values["id"] === "string" ? values["id"] : address,
      ...(provider && { provider: `${provider.urn}::${provider.id}` }),
      outputs: pulumiProperties(values),
    };
  });
  return [...providers.map(({ state }) => state), ...resources];
}

/** Of no stack. */
const urn = (type: string, name: string): string => `urn:pulumi:::terraform::${type}::${name}`;

/** A state does not have the settings of its providers: account and Region are those that all ARNs of its resources agree on. */
function providerState(name: string, resources: readonly TerraformResource[]): ResourceState & { id: string } {
  const arns = resources.flatMap(({ values: { arn } }) => (typeof arn === "string" ? (parseArn(arn) ?? []) : []));
  const type = "pulumi:providers:aws";
  const [region, ...regions] = new Set(arns.flatMap((arn) => arn.region || []));
  const [accountId, ...accountIds] = new Set(arns.flatMap((arn) => arn.accountId || []));
  return {
    urn: urn(type, name),
    type,
    id: "provider",
    inputs: {
      ...(region !== undefined && regions.length === 0 && { region }),
      ...(accountId !== undefined && accountIds.length === 0 && { allowedAccountIds: JSON.stringify([accountId]) }),
    },
  };
}

import { z } from "zod";
import { firstProblem } from "../firstProblem";
import { withoutMarked, withoutPaths } from "./sensitive";

/** A managed resource in a state of Terraform or OpenTofu. */
export interface TerraformResource {
  /** `module.hub.aws_subnet.gwlb["apne1-az4"]` */
  address: string;
  /** `aws_subnet` */
  type: string;
  /** Which provider configuration made it, as far as the file tells; equal for resources of one configuration. */
  provider: string;
  /** Attributes as the provider names them; what is sensitive is replaced. */
  values: Readonly<Record<string, unknown>>;
}

/** Text that holds no state. The message says what was expected, and quotes nothing of it. */
export class TerraformFileError extends Error {
  /** Always `TerraformFileError`. */
  override readonly name = "TerraformFileError";
}

const expected = "expected a state of version 4 (terraform.tfstate), or what `terraform show -json` prints of a state";

const attributes = z.record(z.string(), z.unknown());

/** terraform 1.9, internal/states/statefile/version4.go; OpenTofu 1.8 has the same. */
const stateFile = z.object({
  version: z.literal(4, "expected version 4, which Terraform 0.12 and later write"),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        provider: z.string().optional(),
        instances: z.array(
          z.object({
            index_key: z.union([z.string(), z.number()]).optional(),
            deposed: z.string().optional(),
            attributes: attributes.nullish(),
            sensitive_attributes: z.array(z.unknown()).nullish(),
          }),
        ),
      }),
    )
    .optional(),
});

/** "JSON Output Format" of Terraform's documentation, values representation. */
const shownModule = z.object({
  resources: z
    .array(
      z.object({
        address: z.string(),
        mode: z.string(),
        type: z.string(),
        provider_name: z.string().optional(),
        deposed_key: z.string().optional(),
        values: attributes.nullish(),
        sensitive_values: z.unknown(),
      }),
    )
    .optional(),
  get child_modules() {
    return z.array(shownModule).optional();
  },
});
type ShownModule = z.infer<typeof shownModule>;

const shown = z.object({
  format_version: z.string().regex(/^(0\.[12]|1\.\d+)$/, "expected format 1.x"),
  values: z.object({ root_module: shownModule }).optional(),
});

/** @param what names the text in errors: its file. @throws TerraformFileError */
export function parseTerraformFile(text: string, what: string): TerraformResource[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new TerraformFileError(`${what} is not JSON, ${expected}`);
  }
  const has = (key: string): boolean => typeof given === "object" && given !== null && key in given;
  // OpenTofu, "State and Plan Encryption".
  if (has("encrypted_data")) {
    throw new TerraformFileError(`${what} is encrypted, expected what \`tofu show -json\` prints of it`);
  }
  // What is to be made has no id yet, and routes and rules lead by ids.
  if (has("planned_values")) throw new TerraformFileError(`${what} is a plan, ${expected}`);
  if (has("format_version")) {
    const { success, data, error } = shown.safeParse(given);
    if (success) return data.values === undefined ? [] : resourcesShown(data.values.root_module);
    throw refusal(what, error);
  }
  const { success, data, error } = stateFile.safeParse(given);
  if (success) return resourcesInState(data);
  throw refusal(what, error);
}

function refusal(what: string, error: z.ZodError): TerraformFileError {
  return new TerraformFileError(`${what} is no state of Terraform or OpenTofu, ${expected}: ${firstProblem(error)}`);
}

function resourcesInState({ resources = [] }: z.infer<typeof stateFile>): TerraformResource[] {
  return resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module, type, name, provider = "", instances }) =>
      instances.flatMap(({ index_key: key, deposed, attributes: values, sensitive_attributes: paths }) => {
        // Replaced, and waiting to be destroyed.
        if (deposed !== undefined || !values) return [];
        const address = [module, type, name].filter((part) => part !== undefined).join(".");
        const index = key === undefined ? "" : `[${JSON.stringify(key)}]`;
        return { address: `${address}${index}`, type, provider, values: withoutPaths(values, paths ?? []) };
      }),
    );
}

function resourcesShown({ resources = [], child_modules: children = [] }: ShownModule): TerraformResource[] {
  const own = resources.flatMap(
    ({ address, mode, type, provider_name: provider = "", deposed_key: deposed, ...each }) =>
      mode !== "managed" || deposed !== undefined || !each.values
        ? []
        : { address, type, provider, values: withoutMarked(each.values, each.sensitive_values) },
  );
  return [...own, ...children.flatMap(resourcesShown)];
}

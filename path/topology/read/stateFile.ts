import { z } from "zod";
import { firstProblem } from "../firstProblem";

/** A resource's entry in a stack's state (pulumi/sdk/go/common/apitype, ResourceV3). */
export interface ResourceState {
  /** `urn:pulumi:STACK::PROJECT::TYPES::NAME`. */
  urn: string;
  /** As `aws:ec2/vpc:Vpc`. */
  type: string;
  /** Absent for components. */
  id?: string;
  /** `URN::ID` of its provider. */
  provider?: string;
  /** URN. */
  parent?: string;
  /** Replaced, and waiting to be deleted. */
  delete?: boolean;
  /** As the program gave them. */
  inputs?: Record<string, unknown>;
  /** As the provider returned them. */
  outputs?: Record<string, unknown>;
}

/** Text or an object that is no export of a stack. The message says what was expected, and quotes nothing of it. */
export class StateFileError extends Error {
  /** Always `StateFileError`. */
  override readonly name = "StateFileError";
}

const properties = z.record(z.string(), z.unknown());
const resource = z.object({
  urn: z.string().startsWith("urn:pulumi:"),
  type: z.string(),
  id: z.string().optional(),
  provider: z.string().optional(),
  parent: z.string().optional(),
  delete: z.boolean().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
});
const deployment = z.object({ resources: z.array(resource).optional() });
/**
 * Version 4 is version 3 with features (pulumi 3.259.0 pkg/resource/stack/deployment.go). These add a field to a resource, which nothing here
 * reads: the names of its hooks (`stacks/hooks.ts` binds some), what it is replaced with (`components/consumerGuard.ts`), whether somebody tainted it, whether
 * it is refreshed first. Others may change what is read here.
 */
const known = ["hooks", "replaceWith", "taint", "refreshBeforeUpdate"] as const;
const features = z.array(z.enum(known)).optional();
const stackExport = z.discriminatedUnion("version", [
  z.object({ version: z.literal(3), deployment }),
  z.object({ version: z.literal(4), features, deployment }),
]);

/**
 * The resources of what `pulumi stack export` wrote. Secrets need not be decrypted and stay as they are.
 *
 * @param what names the export in errors: the file or the stack
 * @throws StateFileError
 */
export function readStackExport(given: unknown, what: string): ResourceState[] {
  const { success, data, error } = stackExport.safeParse(given);
  if (!success) {
    throw new StateFileError(
      `${what} is not the export of a stack, expected what \`pulumi stack export\` writes (version 3, or 4 with ${known.join(", ")} at most): ` +
        firstProblem(error),
    );
  }
  return data.deployment.resources ?? [];
}

/** When Pulumi last saved the state that an export holds, ISO 8601 (`manifest` of apitype.DeploymentV3); undefined where it does not tell. */
export function savedAt(given: unknown): string | undefined {
  const manifest = z.object({ deployment: z.object({ manifest: z.object({ time: z.string() }) }) });
  const { data } = manifest.safeParse(given);
  return data === undefined || Number.isNaN(Date.parse(data.deployment.manifest.time))
    ? undefined
    : data.deployment.manifest.time;
}

/** As `readStackExport`, from JSON. @throws StateFileError */
export function parseStackExport(text: string, what: string): ResourceState[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new StateFileError(`${what} is not JSON, expected what \`pulumi stack export\` writes`);
  }
  return readStackExport(given, what);
}

/** Stack and name in a URN, `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function urnParts(urn: string): { stack: string; name: string } {
  const [stack = "", , , ...name] = urn.slice("urn:pulumi:".length).split("::");
  return { stack, name: name.join("::") };
}

import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { ConfigError, describeIssue } from "./config/configError";

/** Output of a stack that has all that others read of it. A secret, since it has the access to hosts. */
export const contractOutput = "contract";

/** What is read, by whom it is named, and what must be in it. */
interface Wanted<T> {
  /** Config key that names the stack. */
  key: string;
  /** As the config key: STACK or ORGANIZATION/PROJECT/STACK. */
  name: string;
  /** What it is to be, as `security stack`. */
  kind: string;
  /** Checks what is read of it. */
  schema: z.ZodType<T> & { shape: object };
  /** Keys beside those of the schema that must be there. @default none */
  needed?: string[];
  /** Keys of the schema that need not. @default none */
  optional?: string[];
  /** An output that the stack had before there were contracts. */
  olderOutput?: string;
}

/**
 * Reads another stack's contract before anything else is registered, so that a stack which does not fit is refused with nothing made.
 *
 * @returns what the schema checks, and all that there is
 * @throws ConfigError when the stack is not there yet, or is none of its kind
 */
export async function readContract<T>(wanted: Wanted<T>): Promise<{ checked: T; contract: Record<string, unknown> }> {
  const { key, name, kind, schema, needed = [], optional = [], olderOutput } = wanted;
  const refused = (why: string): ConfigError =>
    new ConfigError([`${key}: "${name}": ${why}: expected a ${kind}, deployed before this one`]);
  await checkExists(name, refused);
  const reference = new pulumi.StackReference(name);
  const contract = (await reference.getOutputDetails(contractOutput)).secretValue as
    Record<string, unknown> | undefined;
  if (contract === undefined) {
    const older =
      olderOutput !== undefined && (await reference.getOutputDetails(olderOutput)).secretValue !== undefined;
    throw refused(
      older
        ? "it was deployed with an older version of this program, deploy it again first"
        : `it has no output ${contractOutput}`,
    );
  }
  const missing = [...Object.keys(schema.shape), ...needed].filter(
    (each) => contract[each] === undefined && !optional.includes(each),
  );
  // What the engine makes of a secret that it cannot decrypt.
  if (Object.keys(contract).length === 0) throw refused("its secrets cannot be read, one passphrase serves all stacks");
  if (missing.length > 0) {
    throw refused(
      `an older version of this program deployed it, whose ${contractOutput} has no ${missing.join(", ")}: deploy it again first`,
    );
  }
  const result = schema.safeParse(contract);
  if (!result.success) throw refused(describeIssue(result.error.issues[0] as z.core.$ZodIssue, contract));
  return { checked: result.data, contract };
}

/**
 * The function behind StackReference. A program can answer its error; that of a StackReference ends the deployment at
 * once with no more than `unknown stack`.
 */
async function checkExists(name: string, refused: (why: string) => ConfigError): Promise<void> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  } catch (error) {
    throw refused(error instanceof Error ? error.message.replace(/^.*returned an error: /s, "") : String(error));
  }
}

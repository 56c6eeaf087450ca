import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { HealthCheckProtocol } from "../path/net/healthCheck";
import type { VerificationTarget } from "../path/proof/request";
import { ConfigError, describeIssue } from "./config/configError";

const openSchema = z.object({
  accountId: z.string(),
  serviceId: z.string(),
  acceptanceRequired: z.boolean(),
  serviceName: z.string(),
  region: z.string(),
  azIds: z.array(z.string()),
  gatewayAddresses: z.record(z.string(), z.string()),
  targets: z.array(z.object({ name: z.string(), azId: z.string(), address: z.string(), instanceId: z.string() })),
  /** Its account's credentials are those of the security stack's settings. */
  targetGroup: z.object({
    arn: z.string(),
    ours: z.boolean(),
    region: z.string(),
    profile: z.string().optional(),
    assumeRole: z
      .object({ roleArn: z.string(), sessionName: z.string().optional(), externalId: z.string().optional() })
      .optional(),
  }),
  healthCheck: z.object({
    interval: z.number(),
    healthyThreshold: z.number(),
    port: z.number().optional(),
    protocol: z.enum(HealthCheckProtocol).optional(),
    path: z.string().optional(),
  }),
  /** Whatever else the path depends on: the rest of it is only compared, never read. */
  path: z.looseObject({ crossZone: z.boolean().optional() }),
});

/** Output of the security stack that has all of it. A secret, since it has the access to the targets. */
export const contractOutput = "contract";

/** What the security stack hands a consumer. */
export type ServiceContract = z.infer<typeof openSchema>;

/** As the security stack makes it. */
export type Contract = Record<keyof ServiceContract | "targetAccess", unknown>;

export interface SecurityStack extends ServiceContract {
  /** Whether targets are reached by SSM with the environment's credentials, which must then be of this stack's account. */
  environmentCredentials: boolean;
  /** The inspection targets with the access to them. A secret. */
  targetAccess: pulumi.Output<VerificationTarget[]>;
}

/**
 * Reads the security stack's outputs before anything else is registered, so that a consumer which does not fit is
 * refused with nothing made.
 *
 * @param name - as the config key `securityStack`: STACK or ORGANIZATION/PROJECT/STACK
 * @throws ConfigError when the stack is not there yet, or is no security stack
 */
export async function readSecurityStack(name: string): Promise<SecurityStack> {
  const refused = (why: string): ConfigError =>
    new ConfigError([`securityStack: "${name}": ${why}: expected a security stack, deployed before this one`]);
  await checkExists(name, refused);
  const reference = new pulumi.StackReference(name);
  const contract = (await reference.getOutputDetails(contractOutput)).secretValue as
    Record<string, unknown> | undefined;
  if (contract === undefined) {
    const older = (await reference.getOutputDetails("targetAccess")).secretValue !== undefined;
    throw refused(
      older
        ? "it was deployed with an older version of this program, deploy it again first"
        : `it has no output ${contractOutput}`,
    );
  }
  const missing = [...Object.keys(openSchema.shape), "targetAccess"].filter((key) => contract[key] === undefined);
  // What the engine makes of a secret that it cannot decrypt.
  if (Object.keys(contract).length === 0) throw refused("its secrets cannot be read, one passphrase serves all stacks");
  if (missing.length > 0) {
    throw refused(
      `an older version of this program deployed it, whose ${contractOutput} has no ${missing.join(", ")}: deploy it again first`,
    );
  }
  const result = openSchema.safeParse(contract);
  if (!result.success) throw refused(describeIssue(result.error.issues[0] as z.core.$ZodIssue, contract));
  const targetAccess = contract["targetAccess"] as VerificationTarget[];
  return {
    ...result.data,
    environmentCredentials: targetAccess.some(
      ({ host }) => "instanceId" in host && host.profile === undefined && host.assumeRole === undefined,
    ),
    targetAccess: pulumi.secret(targetAccess),
  };
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

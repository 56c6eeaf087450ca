import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { VerificationTarget } from "../verification/request";
import { ConfigError } from "./configError";

const openSchema = z.object({
  serviceName: z.string(),
  region: z.string(),
  azIds: z.array(z.string()),
  gatewayAddresses: z.record(z.string(), z.string()),
  targets: z.array(z.object({ name: z.string(), azId: z.string(), address: z.string(), instanceId: z.string() })),
  healthCheck: z.object({ interval: z.number(), healthyThreshold: z.number() }),
  /** Whatever else the path depends on: only compared, never read. */
  path: z.unknown(),
});

/** What the security stack hands a consumer, in the clear. */
export type ServiceContract = z.infer<typeof openSchema>;

export interface SecurityStack extends ServiceContract {
  /** The inspection targets with the access to them. A secret. */
  targetAccess: pulumi.Output<VerificationTarget[]>;
}

/**
 * Reads the security stack's outputs before anything is registered, so that a consumer which does not fit is refused
 * with nothing made.
 *
 * @throws ConfigError when the stack is not there yet, or is no security stack
 */
export async function readSecurityStack(name: string): Promise<SecurityStack> {
  const reference = new pulumi.StackReference(name);
  const missing = (why: string): ConfigError =>
    new ConfigError([`securityStack: "${name}": ${why}: deploy it first with \`pulumi up --stack ${name}\``]);
  const read = async (key: string): Promise<unknown> => {
    try {
      return (await reference.getOutputDetails(key)).value;
    } catch (error) {
      throw missing(error instanceof Error ? error.message : String(error));
    }
  };
  const values = await Promise.all(Object.keys(openSchema.shape).map(async (key) => [key, await read(key)] as const));
  const absent = values.filter(([, value]) => value === undefined).map(([key]) => key);
  if (absent.length > 0) throw missing(`the stack is not there or has no output ${absent.join(", ")}`);
  const result = openSchema.safeParse(Object.fromEntries(values));
  if (!result.success)
    throw missing(`its outputs are not a security stack's (${result.error.issues[0]?.path.join(".")})`);
  return {
    ...result.data,
    targetAccess: reference.requireOutput("targetAccess") as pulumi.Output<VerificationTarget[]>,
  };
}

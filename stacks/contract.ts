import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { HealthCheckProtocol } from "../path/net/healthCheck";
import type { VerificationTarget } from "../path/proof/request";
import { readContract } from "./stackContract";

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
  const { checked, contract } = await readContract({
    key: "securityStack",
    name,
    kind: "security stack",
    schema: openSchema,
    needed: ["targetAccess"],
    olderOutput: "targetAccess",
  });
  const targetAccess = contract["targetAccess"] as VerificationTarget[];
  return {
    ...checked,
    environmentCredentials: targetAccess.some(
      ({ host }) => "instanceId" in host && host.profile === undefined && host.assumeRole === undefined,
    ),
    targetAccess: pulumi.secret(targetAccess),
  };
}

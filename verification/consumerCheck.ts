import { z } from "zod";
import { ssmHost } from "../path/proof/requestSchema";

const schema = ssmHost.omit({ instanceId: true }).extend({ serviceId: z.string("expected a text") });

/** An endpoint service, and where its account's credentials come from: standard input of `verification/connectedConsumers.ts`. */
export type ServiceToCheck = z.infer<typeof schema>;

/** Either program's exit code when somebody is connected (sysexits.h, EX_UNAVAILABLE); 0: none, any other: it cannot be told. */
export const connectedExitCode = 69;

/** @throws Error that says what is wrong */
export function parseServiceToCheck(json: string): ServiceToCheck {
  return schema.parse(JSON.parse(json));
}

const gatewaySchema = ssmHost.omit({ instanceId: true }).extend({
  transitGatewayId: z.string("expected a text"),
  ownAttachmentId: z.string("expected a text"),
  /** Absent where the transit gateway goes, too: then whatever is attached to it counts. */
  routeTableIds: z.array(z.string("expected a text")).optional(),
});

/**
 * A transit gateway, the attachment that is the stack's own, and the route tables that are, where only these are deleted: standard input of
 * `verification/attachedSpokes.ts`.
 */
export type GatewayToCheck = z.infer<typeof gatewaySchema>;

/** @throws Error that says what is wrong */
export function parseGatewayToCheck(json: string): GatewayToCheck {
  return gatewaySchema.parse(JSON.parse(json));
}

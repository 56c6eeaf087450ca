import { z } from "zod";
import { ssmHost } from "../path/proof/requestSchema";

const schema = ssmHost.omit({ instanceId: true }).extend({ serviceId: z.string("expected a text") });

/** An endpoint service, and where its account's credentials come from: standard input of `verification/connectedConsumers.ts`. */
export type ServiceToCheck = z.infer<typeof schema>;

/** The program's exit code when consumers are connected (sysexits.h, EX_UNAVAILABLE); 0: none, any other: it cannot be told. */
export const connectedExitCode = 69;

/** @throws Error that says what is wrong */
export function parseServiceToCheck(json: string): ServiceToCheck {
  return schema.parse(JSON.parse(json));
}

import { z } from "zod";
import {
  accountId,
  checkInternetAddress,
  credentials,
  eachOnce,
  place,
  securitySchema,
  securityStack,
  stackName,
  systemSchema,
  verification,
  withHosts,
  zonesOf,
} from "./configSchema";
import { addressForm, checked, flag, form, subnet, text } from "./fields";
import { checkHostAddresses, parseCidr } from "../../path/net/cidr";
import type { Role } from "../../path/net/ownership";

/** Keys of the stacks of the centralised design; the defaults are those of `Pulumi.yaml`. */

/** Of spokes' VPCs together: it may be larger than a VPC. */
const spokeCidr = checked("expected a CIDR as 10.16.0.0/12", (value) => {
  const block = parseCidr(value);
  if (block.prefixLength < 8) throw new Error("expected networks of your own, /8 to /28");
  checkHostAddresses(block);
});

export const transitSchema = z.strictObject({
  ...place,
  zones: zonesOf({ attachment: subnet, endpoint: subnet }),
  natSubnets: z.record(text, subnet, "expected a subnet by AZ ID").default({}),
  securityStack,
  endpointAcceptance: credentials,
  transitGatewayId: form(/^(tgw-[0-9a-f]{8,17})?$/, "expected an id as tgw-0123456789abcdef0, or nothing").default(""),
  applianceMode: flag.default(true),
  spokeCidrs: z.array(spokeCidr, "expected a list of CIDRs").min(1, "expected at least one CIDR").superRefine(eachOnce),
  spokeAccountIds: z.array(accountId, "expected a list of account ids").superRefine(eachOnce).default([]),
  allowExternalPrincipals: flag.default(false),
});

export const spokeSchema = z.strictObject({
  ...withHosts,
  zones: zonesOf({ attachment: subnet, host: subnet }),
  transitStack: stackName.default("transit"),
  attachmentAcceptance: credentials,
  egressTo: z
    .array(checked(addressForm, checkInternetAddress), "expected a list of addresses that answer a ping")
    .superRefine(eachOnce)
    .default([]),
});

export const proofSchema = z.strictObject({
  securityStack,
  transitStack: stackName.default("transit"),
  spokeStacks: z
    .array(stackName, "expected a list of stacks")
    .min(2, "expected at least two stacks, whose hosts ping each other")
    .superRefine(eachOnce),
  verification: verification
    .refine(({ destinations }) => destinations.length === 0, {
      message: "expected none: spokes' hosts are each other's destinations",
      path: ["destinations"],
    })
    .prefault({}),
});

/** Keys of each role's stacks. */
export const roleSchemas = {
  security: securitySchema,
  transit: transitSchema,
  system: systemSchema,
  spoke: spokeSchema,
  proof: proofSchema,
} satisfies Record<Role, z.ZodObject>;

import { z } from "zod";
import { Stickiness, TargetFailover } from "../../components/gwlbService";
import { checkAccountId, checkRegion } from "../../path/net/azId";
import { checkHostAddresses, isPrivateAddress, parseCidr } from "../../path/net/cidr";
import { genevePort } from "../../path/net/geneve";
import {
  asksForPath,
  defaultHealthCheck,
  HealthCheckProtocol,
  plainPath,
  plainPathForm,
} from "../../path/net/healthCheck";
import { arnForms, parseKmsKeyArn, parsePolicyArn, parseRoleArn } from "../../path/net/partition";
import { hostForms } from "../../path/proof/hostForms";
import { portProbe, replyProblem } from "../../path/proof/requestSchema";
import { problemOf } from "./configError";
import { existingConsumer, existingHub } from "./existingSchema";
import {
  addressForm,
  checked,
  checkHostAddress,
  flag,
  form,
  number,
  oneOf,
  subnet,
  text,
  textAs,
  whole,
} from "./fields";
import { tagsSchema } from "./tagsSchema";
import { accountIdHint } from "./yamlTraps";

/** Shape, ranges and defaults of each key by itself; the defaults are those of `Pulumi.yaml`. */

/** How the stack's hosts are reached. */
export const Access = { Ssm: "ssm", Ssh: "ssh" } as const;

/** In a list a number is what `pulumi config set --path` makes of an id, unless it begins with a zero. */
export const accountId = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : value),
  textAs("expected 12 digits").superRefine((value, context) => {
    const problem = problemOf(() => checkAccountId(value));
    if (problem !== undefined) context.addIssue({ code: "custom", message: `${problem}${accountIdHint(value)}` });
  }),
);
/** No organization has more than a /8 to come from. */
const adminCidr = checked("expected a CIDR as 203.0.113.0/24", (value) => {
  const block = parseCidr(value);
  if (block.prefixLength === 0) throw new Error("expected the networks that you come from, not everybody's");
  if (block.prefixLength < 8) throw new Error("expected the networks that you come from, /8 to /32");
  checkHostAddresses(block);
});

export function eachOnce(values: string[], context: z.RefinementCtx): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) context.addIssue({ code: "custom", path: [index], message: "given twice" });
  });
}

/** `Pulumi.yaml` can only default an object to an empty one. */
export const noneIfEmpty = (value: unknown): unknown =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value;

const assumeRole = z.strictObject(
  {
    roleArn: textAs(`expected ${arnForms.role}`).refine(
      (arn) => parseRoleArn(arn) !== undefined,
      `expected ${arnForms.role}`,
    ),
    sessionName: text.regex(/^[\w+=,.@-]{2,64}$/, "expected 2 to 64 letters, digits or +=,.@-").optional(),
    externalId: text.regex(/^[\w+=,.@:/-]{2,1224}$/, "expected 2 to 1224 letters, digits or +=,.@:/-").optional(),
  },
  "expected { roleArn, sessionName, externalId }",
);

/**
 * What a profile is named is for the files to say that have it, but none is named by a list or an object, which the engine hands on as
 * JSON, nor by what a section's `[…]` cannot hold.
 */
const profile = text.regex(/^([^\s[\]{}]([^[\]{}\r\n]*[^\s[\]{}])?)?$/, "expected the name of a profile, or nothing");

/** Where a stack's resources are made, and how they are marked. */
export const place = {
  accountId,
  region: checked("expected one as ap-northeast-1", (value) => checkRegion(value)),
  profile: profile.default(""),
  assumeRole: z.preprocess(noneIfEmpty, assumeRole.optional()),
  tags: tagsSchema.default({}),
  vpcCidr: subnet,
};

const ami = text.regex(/^(ami-[0-9a-f]{8,17})?$/, "expected an AMI id as ami-0123456789abcdef0, or nothing");
const instanceType = text.regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "expected an instance type as t3.micro");

/** Of stacks that have hosts. */
export const withHosts = {
  ...place,
  permissionsBoundary: text
    .refine((arn) => arn === "" || parsePolicyArn(arn) !== undefined, `expected ${arnForms.policy}, or nothing`)
    .default(""),
  kmsKeyId: text
    .refine((arn) => arn === "" || parseKmsKeyArn(arn) !== undefined, `expected ${arnForms.kmsKey}, or nothing`)
    .default(""),
  // As IAM takes it (CreateInstanceProfile, InstanceProfileName).
  instanceProfileName: text
    .regex(/^[\w+=,.@-]{0,128}$/, "expected the name of an instance profile, not its ARN, or nothing")
    .default(""),
  access: oneOf(Object.values(Access)).default(Access.Ssm),
  bastion: z.preprocess(
    noneIfEmpty,
    z
      .strictObject(
        {
          azId: textAs("expected an AZ ID as apne1-az4"),
          cidr: subnet,
          adminCidrs: z
            .array(adminCidr, "expected a list of CIDRs")
            .min(1, "expected at least one CIDR")
            .superRefine(eachOnce),
          ami: ami.optional(),
          instanceType: instanceType.optional(),
        },
        "expected { azId, cidr, adminCidrs, ami, instanceType }",
      )
      .optional(),
  ),
  sshUser: text.regex(...hostForms.user).default("ec2-user"),
  // As EC2 takes it (CreateKeyPair, KeyName): up to 255 characters of ASCII, no space around them.
  keyName: text.regex(/^([!-~]([ -~]{0,253}[!-~])?)?$/, "expected the name of a key pair, or nothing").default(""),
  ami: ami.default(""),
  instanceType: instanceType.default("t3.micro"),
};

export const zonesOf = <T extends z.ZodRawShape>(tiers: T) =>
  z
    .record(text, z.strictObject(tiers, `expected { ${Object.keys(tiers).join(", ")} }`), "expected subnets by AZ ID")
    .refine((zones) => Object.keys(zones).length > 0, "expected at least one AZ ID");

/** Port, protocol and path get no default here: what a deployed stack hands on stays as it is. */
const healthCheck = z
  .strictObject(
    {
      // HTTPS would need a certificate on the targets. Which status codes are healthy is no setting: AWS takes 200-399 only.
      protocol: oneOf([HealthCheckProtocol.Tcp, HealthCheckProtocol.Http]).optional(),
      port: whole(1, 65535)
        .refine((port) => port !== genevePort, `expected another port than ${genevePort}, GENEVE's`)
        .optional(),
      path: text.regex(plainPath, `expected ${plainPathForm}`).optional(),
      interval: whole(5, 300).default(defaultHealthCheck.interval),
      timeout: whole(2, 120).default(defaultHealthCheck.timeout),
      healthyThreshold: whole(2, 10).default(defaultHealthCheck.healthyThreshold),
      unhealthyThreshold: whole(2, 10).default(defaultHealthCheck.unhealthyThreshold),
    },
    "expected { protocol, port, path, interval, timeout, healthyThreshold, unhealthyThreshold }",
  )
  .superRefine(({ protocol = defaultHealthCheck.protocol, path }, context) => {
    if (path === undefined || asksForPath({ protocol })) return;
    context.addIssue({
      code: "custom",
      path: ["path"],
      message: "expected none with protocol TCP, which asks for nothing",
    });
  })
  .refine(({ interval, timeout }) => timeout < interval, "expected a timeout shorter than the interval");

export function checkInternetAddress(value: string): void {
  checkHostAddress(value);
  if (isPrivateAddress(value)) {
    throw new Error(`address "${value}" is for private use, expected one in the internet`);
  }
}

const internetInspection = z.strictObject(
  {
    subnets: z
      .record(text, subnet, "expected subnets by AZ ID")
      .refine((subnets) => Object.keys(subnets).length > 0, "expected at least one AZ ID"),
    egressTo: z
      .array(checked(addressForm, checkInternetAddress), "expected a list of addresses that answer a ping")
      .min(1, "expected at least one address that answers a ping"),
    ingressFrom: checked(addressForm, (value) => value === "" || checkInternetAddress(value)).default(""),
  },
  "expected { subnets, egressTo, ingressFrom }",
);

const destination = z
  .strictObject(
    { address: checked(addressForm, checkHostAddress), expectReply: flag.default(true), probe: portProbe.optional() },
    "expected { address, expectReply, probe }",
  )
  .superRefine((chosen, context) => {
    const message = replyProblem(chosen);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["expectReply"], message });
  });

export const stackName = form(/^[\w.-]+(\/[\w.-]+){0,2}$/, "expected STACK or ORGANIZATION/PROJECT/STACK");
export const securityStack = stackName.default("security");

/** Of another account, in which the stack accepts what is its own. */
export const credentials = z.preprocess(
  noneIfEmpty,
  z
    .strictObject(
      { profile: profile.default(""), assumeRole: assumeRole.optional() },
      "expected { profile, assumeRole }",
    )
    .refine(({ profile, assumeRole }) => profile !== "" || assumeRole !== undefined, "expected profile or assumeRole")
    .optional(),
);

export const verification = z.strictObject(
  {
    count: whole(1, 1000).default(5),
    // An ordinary user's ping refuses a shorter one.
    interval: number(0.2, 60).default(0.2),
    timeout: number(1, 60).default(5),
    destinations: z.array(destination, "expected a list of { address, expectReply, probe }").default([]),
    statelessAppliances: flag.default(false),
    runId: text.default(""),
    reportFile: text.default(""),
  },
  "expected { count, interval, timeout, destinations, statelessAppliances, runId, reportFile }",
);

export const securitySchema = z.strictObject({
  ...withHosts,
  zones: zonesOf({ gwlb: subnet, target: subnet }),
  existing: z.preprocess(noneIfEmpty, existingHub.optional()),
  consumerAccountIds: z.array(accountId, "expected a list of account ids").min(1, "expected at least one account id"),
  acceptanceRequired: flag.default(false),
  // The smallest subnet has eleven addresses to give.
  targetsPerAz: whole(1, 10).default(1),
  crossZone: flag.default(false),
  stickiness: oneOf(Object.values(Stickiness)).default(Stickiness.FiveTuple),
  failover: oneOf(Object.values(TargetFailover)).default(TargetFailover.NoRebalance),
  deregistrationDelay: whole(0, 3600).default(300),
  tcpIdleTimeout: whole(60, 6000).default(350),
  healthCheck: healthCheck.prefault({}),
});

export const systemSchema = z.strictObject({
  ...withHosts,
  zones: zonesOf({ source: subnet, destination: subnet, endpoint: subnet }),
  existing: z.preprocess(noneIfEmpty, existingConsumer.optional()),
  securityStack,
  endpointAcceptance: credentials,
  internetInspection: z.preprocess(noneIfEmpty, internetInspection.optional()),
  verification: verification.prefault({}),
});

/** Whether a key's value is text as it stands; all others are stored as JSON. */
export function isText(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return isText(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return isText(schema.def.out);
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}

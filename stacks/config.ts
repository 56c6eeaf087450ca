import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkAccountId, checkAzIdInRegion, checkRegion } from "../net/azId";
import { checkDisjoint, checkInside, checkSize, isAddress, parseCidr, type Cidr } from "../net/cidr";
import { publicKeyOf } from "../components/sshAccess";
import { Stickiness, TargetFailover } from "../components/gwlbService";

/** Configuration that is wrong: one line for each key, with its value and what was expected. */
export class ConfigError extends pulumi.RunError {
  constructor(readonly problems: string[]) {
    super(`The stack's configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

const text = z.string("expected a text");
const seconds = (least: number, most: number) =>
  z.number("expected a number").min(least, `expected ${least} to ${most}`).max(most, `expected ${least} to ${most}`);
const whole = (least: number, most: number) => seconds(least, most).int("expected a whole number");
const oneOf = <const T extends string>(values: readonly T[]) => z.enum(values, `expected one of ${values.join(", ")}`);
const flag = z.boolean("expected true or false");
/** Turns a check that throws into one of zod's, with its message. */
const checked = (check: (value: string) => void) =>
  text.superRefine((value, context) => {
    try {
      check(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    }
  });
const accountId = checked((value) => checkAccountId(value));
const cidr = checked((value) => void parseCidr(value));
const subnet = checked((value) => checkSize(parseCidr(value)));

const common = {
  accountId,
  region: checked((value) => checkRegion(value)),
  profile: text.default(""),
  assumeRole: z
    .strictObject({
      roleArn: text.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "expected arn:aws:iam::ACCOUNT:role/NAME"),
      sessionName: text.optional(),
      externalId: text.optional(),
    })
    .or(z.strictObject({}).transform(() => undefined))
    .optional(),
  vpcCidr: subnet,
  bastion: z.strictObject({
    azId: text,
    cidr: subnet,
    adminCidrs: z
      .array(
        cidr.refine((value) => value !== "0.0.0.0/0", "expected the networks you come from, not everybody's"),
        "expected a list of CIDRs",
      )
      .min(1, "expected at least one CIDR"),
  }),
  sshUser: text.regex(/^[a-z_][a-z0-9_-]*$/, "expected a user name").default("ec2-user"),
  ami: text.regex(/^(ami-[0-9a-f]{8,17})?$/, "expected an AMI id as ami-0123456789abcdef0, or nothing").default(""),
  instanceType: text.regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "expected an instance type as t3.micro").default("t3.micro"),
};

const zonesOf = <T extends z.ZodRawShape>(tiers: T) =>
  z
    .record(text, z.strictObject(tiers, "expected CIDRs by tier"), "expected subnets by AZ ID")
    .refine((zones) => Object.keys(zones).length > 0, "expected at least one AZ ID");

const securitySchema = z.strictObject({
  ...common,
  zones: zonesOf({ gwlb: subnet, target: subnet }),
  consumerAccountIds: z.array(accountId, "expected a list of account ids").min(1, "expected at least one account id"),
  acceptanceRequired: flag.default(false),
  crossZone: flag.default(false),
  stickiness: oneOf(Object.values(Stickiness)).default("none"),
  failover: oneOf(Object.values(TargetFailover)).default("no_rebalance"),
  deregistrationDelay: whole(0, 3600).default(300),
  tcpIdleTimeout: whole(60, 6000).default(350),
  healthCheck: z
    .strictObject({
      interval: whole(5, 300).default(10),
      timeout: whole(2, 120).default(5),
      healthyThreshold: whole(2, 10).default(2),
      unhealthyThreshold: whole(2, 10).default(2),
    })
    .prefault({}),
});

const systemSchema = z.strictObject({
  ...common,
  zones: zonesOf({ source: subnet, destination: subnet, endpoint: subnet }),
  securityStack: text
    .regex(/^[\w.-]+(\/[\w.-]+){0,2}$/, "expected STACK or ORGANIZATION/PROJECT/STACK")
    .default("security"),
  verification: z
    .strictObject({
      count: whole(1, 1000).default(5),
      interval: seconds(0.2, 60).default(0.2),
      timeout: seconds(1, 60).default(5),
      destinations: z
        .array(
          z.strictObject({
            address: text.refine(isAddress, "expected an IPv4 address"),
            expectReply: flag.default(true),
          }),
          "expected a list of { address, expectReply }",
        )
        .default([]),
      runId: text.default(""),
      reportFile: text.default(""),
    })
    .prefault({}),
});

/** Secrets are kept apart: they are outputs and never part of an error. */
export interface SshSecrets {
  privateKey: pulumi.Output<string>;
  hostKey: pulumi.Output<string>;
}
export type SecurityConfig = z.infer<typeof securitySchema> & { ssh: SshSecrets };
export type SystemConfig = z.infer<typeof systemSchema> & { ssh: SshSecrets };

export const roles = ["security", "system"] as const;
export type Role = (typeof roles)[number];

/** The role is the first segment of the stack's name. @throws ConfigError for another one */
export function roleOf(stack: string): Role {
  const segment = stack.split("-")[0];
  const role = roles.find((each) => each === segment);
  if (role === undefined) {
    throw new ConfigError([`stack name "${stack}": expected it to begin with ${roles.join(" or ")}, as system-tokyo`]);
  }
  return role;
}

/** @throws ConfigError naming every key that is wrong */
export async function readSecurityConfig(config = new pulumi.Config()): Promise<SecurityConfig> {
  return { ...read(securitySchema, config), ssh: await readSecrets(config) };
}

/** @throws ConfigError naming every key that is wrong */
export async function readSystemConfig(config = new pulumi.Config()): Promise<SystemConfig> {
  return { ...read(systemSchema, config), ssh: await readSecrets(config) };
}

interface Zoned {
  region: string;
  vpcCidr: string;
  zones: Record<string, Record<string, string>>;
  bastion: { azId: string; cidr: string };
}

function read<T extends z.ZodObject>(schema: T, config: pulumi.Config): z.infer<T> {
  const values = Object.fromEntries(
    Object.keys(schema.shape).flatMap((key) => {
      const value = valueOf(config, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const result = schema.safeParse(values);
  if (!result.success) throw new ConfigError(result.error.issues.map((issue) => describe(issue, values)));
  const problems = addressProblems(result.data as unknown as Zoned);
  if (problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

/** Objects, lists, numbers and flags are stored as JSON; texts as they are. */
function valueOf(config: pulumi.Config, key: string): unknown {
  const raw = config.get(key);
  if (raw === undefined || !/^(\[|\{|-?\d+(\.\d+)?$|true$|false$)/.test(raw)) return raw;
  // Account ids look like numbers and are texts.
  if (/^\d{10,}$/.test(raw)) return raw;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return raw;
  }
}

function describe(issue: z.core.$ZodIssue, values: Record<string, unknown>): string {
  const value = issue.path.reduce<unknown>(
    (found, key) =>
      typeof found === "object" && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined,
    values,
  );
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  if (issue.code === "unrecognized_keys") {
    return `${[...issue.path, issue.keys.join(", ")].join(".")}: unknown key`;
  }
  return `${issue.path.join(".")}: ${shown}: ${issue.message}`;
}

/** What is right by itself but does not fit together: AZ IDs and Region, CIDRs and each other. */
function addressProblems({ region, vpcCidr, zones, bastion }: Zoned): string[] {
  const problems: string[] = [];
  const collect = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  };
  const vpc = parseCidr(vpcCidr);
  const subnets: Record<string, Cidr> = { "bastion.cidr": parseCidr(bastion.cidr) };
  collect(() => checkAzIdInRegion(bastion.azId, region, "bastion.azId"));
  for (const [azId, tiers] of Object.entries(zones)) {
    collect(() => checkAzIdInRegion(azId, region, "zones: AZ ID"));
    for (const [tier, block] of Object.entries(tiers)) subnets[`zones.${azId}.${tier}`] = parseCidr(block);
  }
  for (const [name, block] of Object.entries(subnets)) collect(() => checkInside(block, vpc, name, "vpcCidr"));
  collect(() => checkDisjoint(subnets));
  return problems;
}

/** Checks the keys without ever quoting one. */
async function readSecrets(config: pulumi.Config): Promise<SshSecrets> {
  const [privateKey, hostKey] = await Promise.all([readKey(config, "sshPrivateKey"), readKey(config, "sshHostKey")]);
  const problems = [...privateKey.problems, ...hostKey.problems];
  if (hostKey.type !== undefined && hostKey.type !== "ssh-ed25519") {
    problems.push(`sshHostKey: a key of type ${hostKey.type}: expected ssh-ed25519`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { privateKey: privateKey.key, hostKey: hostKey.key };
}

interface CheckedKey {
  key: pulumi.Output<string>;
  type?: string;
  problems: string[];
}

/** Config is known in previews, too, so this resolves in both. */
function readKey(config: pulumi.Config, name: string): Promise<CheckedKey> {
  const key = config.getSecret(name) ?? pulumi.secret("");
  return new Promise((resolve) => {
    pulumi.output(key).apply((value) => {
      if (value === "") {
        const problem = `${name}: missing: set it with \`pulumi config set --secret ${name} <FILE\``;
        resolve({ key, problems: [problem] });
        return;
      }
      try {
        resolve({ key, type: publicKeyOf(value, name).split(" ")[0], problems: [] });
      } catch (error) {
        resolve({ key, problems: [error instanceof Error ? error.message : String(error)] });
      }
    });
  });
}

import { z } from "zod";
import { roleOf, roles, type Role } from "../../path/net/ownership";
import { similarNames } from "../../path/proof/index";
import { accountProblems, type AccountPlan } from "./accountProblems";
import { addressProblems, sharingProblems, spokeProblems, type AddressPlan } from "./addressPlan";
import { ConfigError, describeIssue, secretValue } from "./configError";
import { makesHosts } from "./existingSchema";
import { proofSchema, roleSchemas, spokeSchema, transitSchema } from "./centralisedSchema";
import { securitySchema, systemSchema } from "./configSchema";
import { isSecret, readAs, settingKeys, settingOf } from "./settings";
import { readSshSecrets, sshSecretNames, type SshSecrets } from "./sshSecrets";

export { ConfigError } from "./configError";
export type { Role } from "../../path/net/ownership";

/** What only access by ssh needs, as the bastion: `undefined` with SSM, so that access is changed by one key. */
interface SshConfig {
  ssh: SshSecrets | undefined;
}

export type SecurityConfig = z.infer<typeof securitySchema> & SshConfig;
export type SystemConfig = z.infer<typeof systemSchema> & SshConfig;

export type TransitConfig = z.infer<typeof transitSchema>;
/** Spokes are made whole. */
export type SpokeConfig = z.infer<typeof spokeSchema> & SshConfig & { existing?: undefined };
export type ProofConfig = z.infer<typeof proofSchema>;

/**
 * Stacks' names begin those of resources: load balancers' have at most 32 characters, eight of which Pulumi adds, and
 * neither they nor hosts' have dots or underscores.
 */
const longestStackName = 24;

/**
 * The role is the first segment of the stack's name.
 *
 * @throws ConfigError for another role, and for a name that AWS would not take in the names of resources
 */
export function checkedRole(stack: string): Role {
  const role = roles.find((each) => each === roleOf(stack));
  if (role === undefined) {
    const expected = `${roles.slice(0, -1).join(", ")} or ${roles.at(-1)}`;
    throw new ConfigError([`stack name "${stack}": expected it to begin with ${expected}, as system-tokyo`]);
  }
  if (stack.length > longestStackName || !/^[A-Za-z0-9-]*[A-Za-z0-9]$/.test(stack)) {
    throw new ConfigError([
      `stack name "${stack}": expected at most ${longestStackName} letters, digits and hyphens, as system-tokyo`,
    ]);
  }
  return role;
}

/** @throws ConfigError naming every key that is wrong */
export function readSecurityConfig(): SecurityConfig {
  return read(securitySchema);
}

/** @throws ConfigError naming every key that is wrong */
export function readSystemConfig(): SystemConfig {
  return read(systemSchema);
}

/** @throws ConfigError naming every key that is wrong */
export function readSpokeConfig(): SpokeConfig {
  return read(spokeSchema);
}

/** @throws ConfigError naming every key that is wrong */
export function readTransitConfig(): TransitConfig {
  return readWithoutHosts(transitSchema, ({ vpcCidr, spokeCidrs = [], ...values }) => {
    const within = vpcCidr === undefined ? [] : spokeProblems(vpcCidr, spokeCidrs);
    return [...problemsTogether({ ...values, vpcCidr, access: "ssm" }), ...within, ...sharingProblems(values)];
  });
}

/** @throws ConfigError naming every key that is wrong */
export function readProofConfig(): ProofConfig {
  return readWithoutHosts(proofSchema, () => []);
}

type ConfigSchema<Values> = z.ZodType<Values> & { shape: z.core.$ZodShape };

function read<Values extends AddressPlan & AccountPlan>(schema: ConfigSchema<Values>): Values & SshConfig {
  const raw = rawValues(schema);
  const { values, problems } = checkEach<Values>(schema, raw);
  const { access, zones, existing, internetInspection } = values;
  const ssh = readSshSecrets({
    needed: access === "ssh",
    makesHosts: makesHosts(existing, Object.keys(zones ?? {})) || internetInspection !== undefined,
  });
  const all = [...nameProblems(), ...problems, ...problemsTogether(values), ...ssh.problems];
  if (all.length > 0) throw new ConfigError(all);
  const whole = schema.parse(raw);
  return access === "ssh" ? { ...whole, ssh: ssh.keys } : { ...whole, ssh: undefined, bastion: undefined };
}

/** @param together - what is right by itself and does not fit together */
function readWithoutHosts<Values>(
  schema: ConfigSchema<Values>,
  together: (values: Partial<Values>) => string[],
): Values {
  const raw = rawValues(schema);
  const { values, problems } = checkEach<Values>(schema, raw);
  const all = [...nameProblems(), ...problems, ...together(values)];
  if (all.length > 0) throw new ConfigError(all);
  return schema.parse(raw);
}

/** Keys beside those of ssh that may be set with `--secret`: where credentials come from. The rest stands in what AWS shows, and in names. */
const credentialKeys = ["profile", "assumeRole", "endpointAcceptance", "attachmentAcceptance"];

/** The values that are given, by key. What is needed and empty, as `Pulumi.yaml` has to have it, is not given. */
function rawValues({ shape }: { shape: z.core.$ZodShape }): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, each]) => {
      const raw = settingOf(key);
      if (raw === undefined || (raw === "" && !z.safeParse(each, undefined).success)) return [];
      return [[key, readAs(each, raw)]];
    }),
  );
}

/** Every key by itself, so that one that is wrong hides no other. */
function checkEach<Values>(
  { shape }: ConfigSchema<Values>,
  raw: Record<string, unknown>,
): { values: Partial<Values>; problems: string[] } {
  const values: Record<string, unknown> = {};
  const problems = Object.entries(shape).flatMap(([key, each]) => {
    const secret = isSecret(key);
    if (secret && !credentialKeys.includes(key)) {
      return [
        `${key}: ${secretValue}: expected in clear, by \`pulumi config set ${key}\`: it is no secret to AWS's users`,
      ];
    }
    const result = z.safeParse(each, raw[key]);
    if (!result.success) {
      return result.error.issues.map((issue) => describeIssue({ ...issue, path: [key, ...issue.path] }, raw, secret));
    }
    values[key] = result.data;
    return leftOut(raw[key]).map((path) => `${[key, ...path].join(".")}: expected another key`);
  });
  return { values: values as Partial<Values>, problems };
}

/** Where a value has a key that zod leaves out of a record, and says nothing (4.6.7, core/schemas.ts, `$ZodRecord`). */
function leftOut(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "__proto__" ? [[key]] : leftOut(member).map((path) => [key, ...path]),
  );
}

/** What is right by itself and does not fit together, as far as it is there. */
function problemsTogether(values: Partial<AddressPlan & AccountPlan>): string[] {
  const { accountId, region, vpcCidr, zones, access } = values;
  if (region === undefined) return [];
  const shown = (key: string, value: string): string => (isSecret(key) ? secretValue : JSON.stringify(value));
  return [
    ...accountProblems({ ...values, accountId, region }, shown),
    ...(vpcCidr === undefined || zones === undefined || access === undefined
      ? []
      : addressProblems({ ...values, region, vpcCidr, zones, access })),
  ];
}

/** Misspelled keys, and such that are set twice. Those of other roles are no mistake: the project's defaults put them into every stack. */
function nameProblems(): string[] {
  const names = [...Object.values(roleSchemas).flatMap(({ shape }) => Object.keys(shape)), ...sshSecretNames];
  const { keys, problems } = settingKeys();
  const all = [...new Set(names)].sort();
  const unknown = keys
    .filter((key) => !all.includes(key))
    .map((key) => {
      const near = similarNames(key, all);
      return `${key}: unknown key, ${near.length > 0 ? `did you mean ${near.join(", ")}?` : `expected one of ${all.join(", ")}`}`;
    });
  return [...problems, ...unknown];
}

import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { addressProblems, type AddressPlan } from "./addressPlan";
import { ConfigError, describeIssue } from "./configError";
import { makesHosts } from "./existingSchema";
import { isText, securitySchema, systemSchema } from "./configSchema";
import { readSshSecrets, sshSecretNames, type SshSecrets } from "./sshSecrets";

export { ConfigError } from "./configError";

/** What only access by ssh needs, as the bastion: `undefined` with SSM, so that access is changed by one key. */
interface SshConfig {
  ssh: SshSecrets | undefined;
}

export type SecurityConfig = z.infer<typeof securitySchema> & SshConfig;
export type SystemConfig = z.infer<typeof systemSchema> & SshConfig;

export const roles = ["security", "system"] as const;
export type Role = (typeof roles)[number];

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
export function roleOf(stack: string): Role {
  const role = roles.find((each) => each === stack.split("-")[0]);
  if (role === undefined) {
    throw new ConfigError([`stack name "${stack}": expected it to begin with ${roles.join(" or ")}, as system-tokyo`]);
  }
  if (stack.length > longestStackName || !/^[A-Za-z0-9-]*[A-Za-z0-9]$/.test(stack)) {
    throw new ConfigError([
      `stack name "${stack}": expected at most ${longestStackName} letters, digits and hyphens, as system-tokyo`,
    ]);
  }
  return role;
}

/** @throws ConfigError naming every key that is wrong */
export async function readSecurityConfig(config = new pulumi.Config()): Promise<SecurityConfig> {
  return withSecrets(read(securitySchema, config), config);
}

/** @throws ConfigError naming every key that is wrong */
export async function readSystemConfig(config = new pulumi.Config()): Promise<SystemConfig> {
  return withSecrets(read(systemSchema, config), config);
}

async function withSecrets<Values extends AddressPlan>(
  values: Values,
  config: pulumi.Config,
): Promise<Values & SshConfig> {
  return values.access === "ssh"
    ? {
        ...values,
        ssh: await readSshSecrets(
          config,
          makesHosts(values.existing, Object.keys(values.zones)) || values.internetInspection !== undefined,
        ),
      }
    : { ...values, ssh: undefined, bastion: undefined };
}

function read<Values extends AddressPlan>(
  schema: z.ZodType<Values> & { shape: z.core.$ZodShape },
  config: pulumi.Config,
): Values {
  const values = Object.fromEntries(
    Object.entries(schema.shape).flatMap(([key, each]) => {
      const raw = config.get(key);
      return raw === undefined ? [] : [[key, isText(each) ? raw : parsed(raw)]];
    }),
  );
  const unknown = unknownKeys(config);
  const result = schema.safeParse(values);
  if (!result.success) {
    throw new ConfigError([...unknown, ...result.error.issues.map((issue) => describeIssue(issue, values))]);
  }
  const problems = [...unknown, ...addressProblems(result.data)];
  if (problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

/** Text that is no JSON is left as it is: the schema then says what was expected. */
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return raw;
  }
}

/** Misspelled keys. Those of the other role are no mistake: the project's defaults put them into every stack. */
function unknownKeys(config: pulumi.Config): string[] {
  const known = [...Object.keys(securitySchema.shape), ...Object.keys(systemSchema.shape), ...sshSecretNames];
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${config.name}:`))
    .map((key) => key.slice(config.name.length + 1))
    .filter((key) => !known.includes(key))
    .map((key) => `${key}: unknown key, expected one of ${[...new Set(known)].sort().join(", ")}`);
}

import { z } from "zod";
import { isAddress } from "../net/cidr";
import { checkRegion, isAzId } from "../net/azId";
import { HealthCheckProtocol } from "../net/healthCheck";
import { arnForms, parseArn, parseRoleArn } from "../net/partition";
import { hostForms } from "./hostForms";
import type { PortProbe } from "./pathReport";
import { probeOf, probeProtocols } from "./probes/index";
import { thisMachine, type VerificationRequest } from "./request";

/** A request that cannot be carried out. One line for each thing that is wrong: path, value, expectation. */
export class RequestError extends Error {
  /** Always `RequestError`. */
  override readonly name = "RequestError";

  /** @param problems one line each */
  constructor(readonly problems: string[]) {
    super(`The verification request is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

const text = z.string("expected a text");
const name = text.min(1, "expected a name");
const address = text.refine(isAddress, "expected an IPv4 address as 10.0.1.10");
const azId = text.refine(isAzId, "expected an AZ ID as apne1-az4");
const secret = text.min(1, "expected a private key");

const endpoint = {
  // The bastion has a public address, or a name.
  address: text.regex(...hostForms.address),
  port: z.int("expected a TCP port").min(1, "expected a TCP port").max(65_535, "expected a TCP port").optional(),
  user: text.regex(...hostForms.user),
  privateKey: secret,
  hostKey: text.regex(...hostForms.hostKey),
};
const sshHost = z.strictObject(
  { ...endpoint, via: z.strictObject(endpoint).optional() },
  "expected { address, user, privateKey, hostKey }",
);

const region = text.superRefine((value, context) => {
  try {
    checkRegion(value);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
});

const instanceId = text.regex(...hostForms.instanceId);

const accountCredentials = {
  region,
  profile: text.min(1, "expected the name of a profile").optional(),
  assumeRole: z
    .strictObject({
      roleArn: text.refine((arn) => parseRoleArn(arn) !== undefined, "expected a role's ARN"),
      sessionName: text.optional(),
      externalId: text.optional(),
    })
    .optional(),
  secret: z.boolean("expected true or false").optional(),
};

export const ssmHost = z.strictObject({ instanceId, ...accountCredentials });

export const remoteHost = z.union([sshHost, ssmHost]);

const port = z.int("expected a port").min(1, "expected a port").max(65_535, "expected a port");

/** Why a probe cannot do without an answer, if it cannot. */
export function replyProblem(pair: { probe?: PortProbe | undefined; expectReply: boolean }): string | undefined {
  if (pair.expectReply || pair.probe === undefined || probeOf(pair.probe).needsReply !== true) return undefined;
  return `expected true with a ${pair.probe.protocol} probe: its packets carry the proof when it is answered`;
}

/** As settings have it, too. */
export const portProbe = z.strictObject(
  {
    protocol: text.refine(
      (name) => probeProtocols.includes(name),
      `expected ${probeProtocols.join(" or ")}, or no probe for ping`,
    ),
    port,
  },
  "expected { protocol, port }",
);

const seconds = (least: number) =>
  z
    .number("expected seconds")
    .min(least, `expected at least ${least} s`)
    .max(86_400, "expected at most a day, 86400 s");

const schema = z.strictObject({
  targets: z
    .array(
      z.strictObject({
        name,
        azId,
        address,
        host: remoteHost,
        mirrored: z
          .array(
            z.strictObject({
              macAddress: text.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, "expected a MAC address as 06:1a:2b:3c:4d:5e"),
              vni: z.int("expected a VNI").min(0, "expected a VNI").max(0xffffff, "expected a VNI of 24 bits"),
            }),
            "expected a list of { macAddress, vni }",
          )
          .min(1, "expected at least one interface")
          .optional(),
        instanceId: instanceId.optional(),
        hairpin: z.boolean("expected true or false").optional(),
      }),
      "expected a list",
    )
    .min(1, "expected at least one target"),
  targetGroup: z
    .strictObject(
      {
        arn: z
          .string("expected a text")
          .refine((arn) => parseArn(arn)?.resource.startsWith("targetgroup/"), `expected ${arnForms.targetGroup}`),
        ours: z.boolean("expected true or false"),
        ...accountCredentials,
      },
      "expected { arn, ours, region, profile, assumeRole }",
    )
    .optional(),
  gatewayAddresses: z
    .record(azId, address, "expected addresses by AZ ID")
    .refine((addresses) => Object.keys(addresses).length > 0, "expected at least one GWLB address"),
  crossZone: z.boolean("expected true or false").optional(),
  pairs: z
    .array(
      z.strictObject({
        source: z.strictObject({ name, azId, address, host: z.union([sshHost, ssmHost, z.literal(thisMachine)]) }),
        destination: z.strictObject({
          name,
          azId: azId.optional(),
          address,
          publicAddress: address.optional(),
        }),
        expectReply: z.boolean("expected true or false"),
        probe: portProbe.optional(),
      }),
      "expected a list",
    )
    .min(1, "expected at least one pair"),
  ping: z.strictObject({
    count: z.int("expected a whole number").min(1, "expected 1 to 1000").max(1000, "expected 1 to 1000"),
    interval: seconds(0.2),
    timeout: seconds(0.1),
  }),
  statelessAppliances: z.boolean("expected true or false").optional(),
  health: z.strictObject({
    port: z.int("expected a TCP port").min(1, "expected a TCP port").max(65_535, "expected a TCP port").optional(),
    protocol: z.enum(HealthCheckProtocol, "expected TCP, HTTP or HTTPS").optional(),
    path: z.string().optional(),
    interval: seconds(1).optional(),
    threshold: z.int("expected a whole number").min(1, "expected 1 to 999").max(999, "expected 1 to 999"),
    deadline: seconds(1),
  }),
});

/**
 * @param json text of the request
 * @throws RequestError
 */
export function parseRequest(json: string): VerificationRequest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    // The parser's message quotes the text around the mistake, which may be a private key.
    const position = error instanceof Error ? (/position \d+/.exec(error.message)?.[0] ?? "its end") : "its end";
    throw new RequestError([`(${json.length} characters): expected JSON, which it stops to be at ${position}`]);
  }
  return checkRequest(value);
}

/** @throws RequestError */
export function checkRequest(value: unknown): VerificationRequest {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new RequestError(result.error.issues.flatMap((issue) => describe(issue, value)));
  }
  const request: VerificationRequest = result.data;
  const problems = ambiguities(request);
  if (problems.length > 0) {
    throw new RequestError(problems);
  }
  return request;
}

function describe(issue: z.core.$ZodIssue, root: unknown): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${pathOf([...issue.path, key])}: unknown key, expected none of this name`);
  }
  if (issue.code === "invalid_union") {
    // An instance id says that the host is to be reached by SSM: problems are those of the way that was meant.
    const value = valueAt(root, issue.path);
    const bySsm = typeof value === "object" && value !== null && "instanceId" in value;
    const problems = issue.errors[bySsm ? 1 : 0] ?? [];
    return problems.flatMap((problem) => describe({ ...problem, path: [...issue.path, ...problem.path] }, root));
  }
  const text = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const value = issue.code === "invalid_key" ? issue.path.at(-1) : valueAt(root, issue.path);
  return [`${pathOf(issue.path)}: ${shown(issue.path, value)}: ${text}`];
}

function pathOf(path: PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text.replace(/^\./, "") || "request";
}

function valueAt(root: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function shown(path: PropertyKey[], value: unknown): string {
  if (value === undefined) return "missing";
  if (path.includes("privateKey")) return "(secret)";
  // Larger values may contain a secret further down.
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return JSON.stringify(value);
}

/** What is right by itself but would make counts mean two things. */
function ambiguities(request: VerificationRequest): string[] {
  return [
    ...request.pairs.flatMap(({ probe, expectReply }, index) => {
      const problem = replyProblem({ probe, expectReply });
      return problem === undefined ? [] : [`pairs[${index}].expectReply: false: ${problem}`];
    }),
    ...repeatedProbes(request),
    ...repeated(
      request.targets.map((target) => target.name),
      (index) => `targets[${index}].name`,
      "a name for each target",
    ),
    ...repeated(
      request.targets.map((target) => target.address),
      (index) => `targets[${index}].address`,
      "an address for each target",
    ),
    ...request.targets.flatMap(({ mirrored = [] }, target) =>
      repeated(
        mirrored.map(({ vni }) => String(vni)),
        (index) => `targets[${target}].mirrored[${index}].vni`,
        "a VNI for each interface",
      ),
    ),
    ...repeated(
      Object.values(request.gatewayAddresses),
      (index) => `gatewayAddresses.${Object.keys(request.gatewayAddresses)[index]}`,
      "an address for each AZ",
    ),
  ];
}

/** Two of them at once would share ports and packets. */
function repeatedProbes({ pairs }: VerificationRequest): string[] {
  const probed = pairs.flatMap(({ source, destination: { address }, probe }, index) =>
    probe === undefined ? [] : [{ index, of: `${source.address} → ${address} ${probe.protocol} ${probe.port}` }],
  );
  return repeated(
    probed.map(({ of }) => of),
    (index) => `pairs[${probed[index]?.index}].probe`,
    "each once",
  );
}

function repeated(values: string[], path: (index: number) => string, expectation: string): string[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index
      ? [`${path(index)}: ${JSON.stringify(value)}: given twice, expected ${expectation}`]
      : [],
  );
}

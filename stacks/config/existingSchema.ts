import { z } from "zod";
import { arnForms, endpointServiceName, parseArn } from "../../path/net/partition";
import { bareKey, hostForms } from "../../path/proof/hostForms";
import { addressForm, checked, checkHostAddress, flag, form, subnet, text } from "./fields";

/** What is already there and is given by its id: the key `existing` of both roles. */

const idOf = (prefix: string, example: string) =>
  form(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `expected an id as ${example}`);
const arnOf = (resource: string, form: string) =>
  text.refine((arn) => {
    const parts = parseArn(arn);
    return parts?.service === "elasticloadbalancing" && parts.resource.startsWith(`${resource}/`);
  }, `expected ${form}`);
const byAzId = <T extends z.ZodType>(values: T) => z.record(z.string(), values, "expected values by AZ ID");

/** The public key is needed with access by ssh only. */
const hostKey = form(...hostForms.hostKey).transform(bareKey);
const user = form(...hostForms.user).optional();
const host = { instanceId: form(...hostForms.instanceId), hostKey: hostKey.optional(), user };
const common = {
  vpcId: idOf("vpc", "vpc-0123456789abcdef0"),
  bastion: z
    .strictObject(
      {
        address: form(...hostForms.address).pipe(checked(addressForm, checkHostAddress)),
        cidr: subnet,
        hostKey,
        user,
      },
      "expected { address, cidr, hostKey, user }",
    )
    .optional(),
};
const subnetId = idOf("subnet", "subnet-0123456789abcdef0").optional();
const subnets = <T extends z.ZodRawShape>(tiers: T) =>
  byAzId(z.strictObject(tiers, `expected { ${Object.keys(tiers).join(", ")} }`)).default({});

export const existingHub = z.strictObject(
  {
    ...common,
    subnetIds: subnets({ gwlb: subnetId, target: subnetId }),
    loadBalancerArn: arnOf("loadbalancer", arnForms.loadBalancer).optional(),
    targetGroupArn: arnOf("targetgroup", arnForms.targetGroup).optional(),
    registerNewTargets: flag.default(false),
    serviceName: text
      .regex(/^[a-z0-9.-]+\.vpce-svc-[0-9a-f]{17}$/, `expected ${endpointServiceName("REGION", "vpce-svc-…")}`)
      .optional(),
    targets: byAzId(
      z.strictObject(
        { ...host, register: flag.default(false), setUp: flag.default(false), mirror: flag.default(false) },
        "expected { instanceId, hostKey, user, register, setUp, mirror }",
      ),
    )
      .refine((targets) => Object.keys(targets).length > 0, "expected at least one target, or no targets at all")
      .optional(),
  },
  "expected { vpcId, bastion, subnetIds, loadBalancerArn, targetGroupArn, registerNewTargets, serviceName, targets }",
);

export const existingConsumer = z.strictObject(
  {
    ...common,
    subnetIds: subnets({ source: subnetId, destination: subnetId, endpoint: subnetId }),
    endpointIds: byAzId(idOf("vpce", "vpce-0123456789abcdef0")).default({}),
    hosts: byAzId(
      z.strictObject(
        {
          source: z.strictObject(host, "expected { instanceId, hostKey, user }").optional(),
          destination: z.strictObject(host, "expected { instanceId, hostKey, user }").optional(),
        },
        "expected { source, destination }",
      ),
    ).default({}),
    // No default: whether routes go into tables that are there already is said by name.
    routes: flag.optional(),
  },
  "expected { vpcId, bastion, subnetIds, endpointIds, hosts, routes }",
);

export type ExistingHubConfig = z.infer<typeof existingHub>;
export type ExistingConsumerConfig = z.infer<typeof existingConsumer>;

type ExistingConfig = ExistingHubConfig | ExistingConsumerConfig;

/** The hosts that are given, by their keys. */
function hostsOf(existing: ExistingConfig): Record<string, { hostKey?: string | undefined }> {
  // On a target that is mirrored nobody logs in.
  const hosts: Record<string, { hostKey?: string | undefined }> = {};
  if ("hosts" in existing) {
    for (const [azId, tiers] of Object.entries(existing.hosts)) {
      for (const [tier, each] of Object.entries(tiers)) if (each !== undefined) hosts[`hosts.${azId}.${tier}`] = each;
    }
    return hosts;
  }
  for (const [azId, target] of Object.entries(existing.targets ?? {})) {
    if (!target.mirror) hosts[`targets.${azId}`] = target;
  }
  return hosts;
}

/** Whether the stack makes hosts: what they are made with is not needed otherwise. */
export function makesHosts(existing: ExistingConfig | undefined, azIds: string[]): boolean {
  if (existing === undefined) return true;
  if (!("hosts" in existing)) return existing.targets === undefined || mirrorsAny(existing);
  const { hosts } = existing;
  return azIds.some((azId) => hosts[azId]?.source === undefined || hosts[azId].destination === undefined);
}

/** Whether it makes a collector for traffic mirroring. */
export function mirrorsAny({ targets = {} }: Pick<ExistingHubConfig, "targets">): boolean {
  return Object.values(targets).some(({ mirror }) => mirror);
}

/** What in `existing` does not fit to the rest of the configuration or to itself. */
export function existingProblems(existing: ExistingConfig, azIds: string[], access: "ssh" | "ssm"): string[] {
  const { subnetIds } = existing;
  const parts: Record<string, object> =
    "hosts" in existing
      ? { subnetIds, endpointIds: existing.endpointIds, hosts: existing.hosts }
      : { subnetIds, targets: existing.targets ?? {} };
  const elsewhere = Object.entries(parts).flatMap(([part, values]) =>
    Object.keys(values)
      .filter((azId) => !azIds.includes(azId))
      .map((azId) => `existing.${part}.${azId}: expected an AZ ID of zones: ${azIds.join(", ")}`),
  );
  const dangling =
    "serviceName" in existing &&
    existing.serviceName !== undefined &&
    existing.loadBalancerArn === undefined &&
    existing.targetGroupArn === undefined
      ? ["existing.serviceName: expected its load balancer or target group, too: loadBalancerArn, targetGroupArn"]
      : [];
  const untold =
    "hosts" in existing ? untoldRoutes(existing) : [...untoldTargets(existing), ...mirrorProblems(existing)];
  const keys = Object.entries(hostsOf(existing)).filter(([, { hostKey: key }]) => key === undefined);
  const unknown =
    access === "ssm"
      ? []
      : [
          ...(existing.bastion === undefined
            ? ["existing.bastion: missing: expected { address, cidr, hostKey }, since access is ssh"]
            : []),
          ...keys.map(([key]) => `existing.${key}.hostKey: missing: expected its public key, since access is ssh`),
        ];
  return [...elsewhere, ...dangling, ...untold, ...unknown];
}

/** A target is mirrored because nobody is let in on it. */
function mirrorProblems({ targets = {} }: ExistingHubConfig): string[] {
  return Object.entries(targets)
    .filter(([, { mirror }]) => mirror)
    .flatMap(([azId, { setUp, hostKey: key, user: name }]) => {
      const unexpected = [
        setUp && `setUp: true`,
        key !== undefined && `hostKey: "${key}"`,
        name !== undefined && `user: "${name}"`,
      ].filter((each) => each !== false);
      return unexpected.map(
        (each) =>
          `existing.targets.${azId}.${each}: expected none with mirror: true, which is for targets that let nobody in`,
      );
    });
}

/** Into a target group that takes traffic nothing is put that passes everything, unless a key says so. */
function untoldTargets({ targetGroupArn, targets, registerNewTargets }: ExistingHubConfig): string[] {
  const newOnes = targetGroupArn !== undefined && targets === undefined;
  if (registerNewTargets && !newOnes) {
    return ["existing.registerNewTargets: true: expected with targetGroupArn and without targets only"];
  }
  return newOnes && !registerNewTargets
    ? [
        "existing.targets: missing: expected the targets of existing.targetGroupArn by AZ ID; or registerNewTargets: true, " +
          "which makes targets that let everything pass, and registers them in this group, where they take traffic at once",
      ]
    : [];
}

/** Tables of subnets that are there may have traffic of others: nothing goes into them unless a key says so. */
function untoldRoutes({ subnetIds, hosts, routes }: ExistingConsumerConfig): string[] {
  const subnetKeys = [
    ...Object.entries(subnetIds).map(([azId, tiers]) => [`subnetIds.${azId}`, tiers] as const),
    ...Object.entries(hosts).map(([azId, tiers]) => [`hosts.${azId}`, tiers] as const),
  ].flatMap(([key, { source, destination }]) => [
    ...(source === undefined ? [] : [`existing.${key}.source`]),
    ...(destination === undefined ? [] : [`existing.${key}.destination`]),
  ]);
  return routes === undefined && subnetKeys.length > 0
    ? [
        "existing.routes: missing: expected true where the route tables lead into the endpoints already; or false, which puts " +
          `the routes into the tables of the subnets of ${subnetKeys.join(", ")}`,
      ]
    : [];
}

import { isProperties } from "../../../lab/cloud/core/properties";
import type { StackRun } from "../stacks/run";

export const region = "ap-northeast-1";

/** Something that is there, as policies see it. */
export interface Thing {
  /** As the ARN has it, `vpc` or `loadbalancer/gwy`. */
  type: string;
  arn: string;
  tags: Record<string, string>;
  /** Of an instance profile: its role's name. */
  role?: string;
  /** What AWS is asked for with it, though no request names it: a mirror filter's rule's filter. */
  within?: Thing;
}

/** By id, by ARN, and by name where requests name them: key pairs, `role/NAME`, `instance-profile/NAME`. */
export type Things = Map<string, Thing>;

/** Types by what ids begin with. */
const byPrefix: Record<string, string> = {
  vpc: "vpc",
  subnet: "subnet",
  igw: "internet-gateway",
  eipalloc: "elastic-ip",
  nat: "natgateway",
  rtb: "route-table",
  sg: "security-group",
  sgr: "security-group-rule",
  key: "key-pair",
  i: "instance",
  vol: "volume",
  eni: "network-interface",
  vpce: "vpc-endpoint",
  "vpce-svc": "vpc-endpoint-service",
  ami: "image",
  tmf: "traffic-mirror-filter",
  tmfr: "traffic-mirror-filter-rule",
  tmt: "traffic-mirror-target",
  tms: "traffic-mirror-session",
  tgw: "transit-gateway",
  "tgw-rtb": "transit-gateway-route-table",
  "tgw-attach": "transit-gateway-attachment",
};

/** @throws Error for an id that begins like none that is known */
export function thingOf(id: string, account: string, tags: Record<string, string> = {}): Thing {
  const type = byPrefix[id.replace(/-[0-9a-f]+$/, "")];
  if (type === undefined) throw new Error(`${id}: what it is of is not known`);
  return { type, arn: `arn:aws:ec2:${region}:${type === "image" ? "" : account}:${type}/${id}`, tags };
}

export function thingOfArn(arn: string, tags: Record<string, string> = {}): Thing {
  const resource = arn.split(":").slice(5).join(":");
  const [kind = "", family = ""] = resource.split("/");
  return { type: /^(loadbalancer|listener)$/.test(kind) ? `${kind}/${family}` : kind, arn, tags };
}

/** What a stack has made, and what is there beside it and has no tags. */
export async function thingsOf({ mocks, cloud }: StackRun): Promise<Things> {
  const things: Things = new Map();
  for (const { type, id, caller, inputs } of mocks.registrations) {
    if (caller === undefined) continue;
    const outputs = (await cloud.read(caller, type, id))?.outputs ?? {};
    const tags = textsOf(outputs["tagsAll"]);
    const account = caller.accountId;
    if (type.startsWith("aws:iam/")) {
      const arn = outputs["arn"];
      const kind = type.endsWith(":Role") ? "role" : "instance-profile";
      if (typeof arn === "string") things.set(`${kind}/${id}`, { type: kind, arn, tags, role: String(inputs["role"]) });
    } else if (id.startsWith("arn:")) {
      things.set(id, thingOfArn(id, tags));
    } else if (type.endsWith(":KeyPair")) {
      const pair = thingOf(String(outputs["keyPairId"]), account, tags);
      things.set(id, pair).set(String(outputs["keyPairId"]), pair);
    } else if (type.endsWith(":Eip")) {
      // What is asked for the association, too.
      const eip = thingOf(id, account, tags);
      things.set(id, eip).set(String(outputs["associationId"]), eip);
    } else if (type.endsWith(":RouteTableAssociation")) {
      // What is asked for an association is asked for its table.
      const table = things.get(String(inputs["routeTableId"]));
      if (table !== undefined) things.set(id, table);
    } else if (type.endsWith(":TrafficMirrorFilterRule")) {
      const filter = things.get(String(inputs["trafficMirrorFilterId"]));
      things.set(id, { ...thingOf(id, account), ...(filter && { within: filter }) });
    } else if (/^[a-z-]+-[0-9a-f]+$/.test(id) && Object.hasOwn(outputs, "tagsAll")) {
      things.set(id, thingOf(id, account, tags));
    }
    if (!type.endsWith(":Instance")) continue;
    const disk = outputs["rootBlockDevice"];
    if (isProperties(disk)) {
      const volumeId = String(disk["volumeId"]);
      things.set(volumeId, thingOf(volumeId, account, textsOf(inputs["volumeTags"])));
    }
    const eni = String(outputs["primaryNetworkInterfaceId"]);
    things.set(eni, thingOf(eni, account));
    const image = String(inputs["ami"]);
    const own = things.get(id);
    things.set(image, thingOf(image, account));
    // Whose association it is, tests/lab/awsApi/changeRequests.ts does not say.
    if (own !== undefined) things.set("iip-assoc-11111111", own);
  }
  // As tests/lab/awsApi/changeRequests.ts names what somebody else has put there.
  for (const prefix of ["vpc", "subnet", "igw", "rtb", "sg", "tgw-rtb"])
    things.set(`${prefix}-11111111`, thingOf(`${prefix}-11111111`, "111111111111"));
  return things;
}

function textsOf(value: unknown): Record<string, string> {
  if (!isProperties(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)]));
}

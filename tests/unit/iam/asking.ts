import { isProperties, type Properties } from "../../../lab/cloud/core/properties";
import * as reference from "../../fixtures/serviceAuthorization.json";
import { actionsOfRequest } from "../../lab/awsApi/actions";
import type { ApiRequest } from "../../lab/awsApi/model";
import type { Asking } from "./policySimulator";
import { region, type Thing, type Things } from "./things";

interface Described {
  resources: Record<string, { required?: boolean; conditionKeys: string[] }>;
  conditionKeys: string[];
}

/** What the Service Authorization Reference says of an action. @throws Error for one that is not in the file */
export function described(action: string): Described {
  const found = (reference.actions as Record<string, Described>)[action];
  if (found === undefined) throw new Error(`${action}: it is not in tests/fixtures/serviceAuthorization.json`);
  return found;
}

/** ELB's own: the reference has no type for what these make. */
function madeByElb({ operation, parameters }: ApiRequest): string | undefined {
  switch (operation) {
    case "CreateLoadBalancer":
      return `loadbalancer/${{ gateway: "gwy", network: "net" }[String(parameters["Type"])] ?? "app"}`;
    case "CreateTargetGroup":
      return "targetgroup";
    case "CreateListener":
      return "listener/gwy";
    default:
      return undefined;
  }
}

/** Whose role an account's first such request makes. */
function ofService(operation: string): string {
  return operation === "CreateLoadBalancer" ? "elasticloadbalancing" : "transitgateway";
}

/**
 * What AWS asks the caller's policies for, when it gets a request: each action that the request needs, on each resource that it is about.
 *
 * @param account - of the caller, 12 digits
 * @param things - what there is, by id, name or ARN
 * @throws Error when a resource that the action must have is not found in the request
 */
export function askingsOf(account: string, request: ApiRequest, things: Things): Asking[] {
  return actionsOfRequest(request).flatMap((action) => {
    const askings = ofAction(account, action, request, things);
    return askings.map((each) => ({ ...each, context: { "aws:RequestedRegion": region, ...each.context } }));
  });
}

function ofAction(account: string, action: string, request: ApiRequest, things: Things): Asking[] {
  const [service = ""] = action.split(":");
  const { operation, parameters } = request;
  const isMain = action.endsWith(`:${operation}`);
  const onNew = { resource: (type: string) => `arn:aws:${service}:${region}:${account}:${type}/new` };
  switch (action) {
    case "ec2:CreateTags":
      if (isMain) break;
      return specifications(parameters).map(({ ResourceType, Tags }) => ({
        action,
        resource: onNew.resource(String(ResourceType)),
        context: { ...requestTags(Tags), "ec2:CreateAction": operation },
      }));
    case "elasticloadbalancing:AddTags":
      if (isMain) break;
      return [
        {
          action,
          resource: onNew.resource(madeByElb(request) ?? ""),
          context: { ...requestTags(parameters["Tags"]), "elasticloadbalancing:CreateAction": operation },
        },
      ];
    case "ram:TagResource":
      if (isMain) break;
      return [{ action, resource: onNew.resource("resource-share"), context: requestTags(parameters["tags"]) }];
    case "iam:PassRole":
      return [
        { action, resource: passedRole(parameters, things), context: { "iam:PassedToService": "ec2.amazonaws.com" } },
      ];
    case "iam:CreateServiceLinkedRole":
      return [{ action, resource: "*", context: { "iam:AWSServiceName": `${ofService(operation)}.amazonaws.com` } }];
    case "route53:AssociateVPCWithHostedZone":
      return [{ action, resource: "*", context: {} }];
  }
  if (service === "iam") return [ofIam(account, action, parameters, things)];
  return ofMain(action, request, things, onNew.resource);
}

function ofMain(action: string, request: ApiRequest, things: Things, onNew: (type: string) => string): Asking[] {
  const { service, operation, parameters } = request;
  const { resources } = described(action);
  const types = Object.entries(resources);
  const tagging = /:(Create|Delete|Add|Remove)Tags$/.test(action);
  const context = {
    ...requestTags(parameters["Tags"], parameters["tags"], ...specifications(parameters).map(({ Tags }) => Tags)),
    ...ofShares(parameters, things),
  };
  if (types.length === 0) return [{ action, resource: "*", context }];
  const isOf = (thing: Thing, type: string): boolean => `${thing.type}/`.startsWith(`${type.replace(/\/$/, "")}/`);
  const named = [...new Set(texts(parameters))].flatMap((text) => things.get(text) ?? []);
  const found = named.flatMap((thing) => (thing.within === undefined ? [thing] : [thing, thing.within]));
  const about = found.filter((thing) => tagging || types.some(([type]) => isOf(thing, type)));
  const existing = about.map((thing) => ({
    action,
    resource: thing.arn,
    context: { ...context, ...tagsOfThing(thing) },
  }));
  const isNew = ([type, { required, conditionKeys }]: (typeof types)[number]): boolean =>
    service === "ec2" &&
    conditionKeys.includes("aws:RequestTag/*") &&
    !conditionKeys.includes("aws:ResourceTag/*") &&
    (required === true || ["volume", "security-group-rule"].includes(type)) &&
    !about.some((thing) => isOf(thing, type));
  const newTypes = types.filter(isNew).map(([type]) => type);
  const elb = operation === "CreateListener" ? undefined : madeByElb(request);
  const made = [...newTypes, ...(elb === undefined ? [] : [elb])].map((type) => ({
    action,
    resource: onNew(type),
    context,
  }));
  const missing = types.filter(
    ([type, { required }]) =>
      // Of ELB's types with one name each is required, and any is meant.
      required === true && service === "ec2" && !newTypes.includes(type) && !about.some((thing) => isOf(thing, type)),
  );
  const all = [...existing, ...made];
  if (missing.length > 0 || all.length === 0) {
    const what = missing.map(([type]) => type).join(", ") || "any resource";
    throw new Error(`${action} ${JSON.stringify(parameters)}: ${what} is not found in it`);
  }
  return all;
}

function ofIam(account: string, action: string, parameters: Properties, things: Things): Asking {
  const { RoleName, InstanceProfileName, PolicyArn, PermissionsBoundary } = parameters;
  const kind = InstanceProfileName === undefined || action.includes("PassRole") ? "role" : "instance-profile";
  const name = kind === "role" ? RoleName : InstanceProfileName;
  const path = typeof parameters["Path"] === "string" ? parameters["Path"] : "/";
  const thing = things.get(`${kind}/${String(name)}`);
  return {
    action,
    resource: thing?.arn ?? `arn:aws:iam::${account}:${kind}${path}${String(name)}`,
    context: {
      ...(typeof PolicyArn === "string" && { "iam:PolicyARN": PolicyArn }),
      ...(typeof PermissionsBoundary === "string" && { "iam:PermissionsBoundary": PermissionsBoundary }),
      ...requestTags(parameters["Tags"]),
      ...(thing && tagsOfThing(thing)),
    },
  };
}

/** Of an instance's profile, or of what is put into a profile. */
function passedRole({ IamInstanceProfile, RoleName }: Properties, things: Things): string {
  const profile = isProperties(IamInstanceProfile)
    ? things.get(`instance-profile/${String(IamInstanceProfile["Name"])}`)
    : undefined;
  const role = things.get(`role/${String(profile?.role ?? RoleName)}`);
  if (role === undefined)
    throw new Error(`iam:PassRole: no role is known for ${JSON.stringify({ IamInstanceProfile, RoleName })}`);
  return role.arn;
}

/** RAM's own keys, of the request and of the share. */
function ofShares({ resourceShareArn, resourceArns, tagKeys }: Properties, things: Things): Asking["context"] {
  const name = things.get(String(resourceShareArn))?.tags["Name"];
  return {
    ...(name !== undefined && { "ram:ResourceShareName": name }),
    ...(Array.isArray(resourceArns) && { "ram:RequestedResourceType": "ec2:TransitGateway" }),
    ...(Array.isArray(tagKeys) && { "aws:TagKeys": tagKeys.map(String) }),
  };
}

function specifications({ TagSpecifications }: Properties): Properties[] {
  return Array.isArray(TagSpecifications) ? TagSpecifications.filter(isProperties) : [];
}

function requestTags(...lists: unknown[]): Asking["context"] {
  const tags = lists
    .flatMap((list) => (Array.isArray(list) ? list.filter(isProperties) : []))
    // RAM writes them small.
    .map(({ Key, Value, key, value }) => ({ Key: Key ?? key, Value: Value ?? value }));
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(
      tags.map(({ Key, Value }) => [`aws:RequestTag/${String(Key)}`, typeof Value === "string" ? Value : ""]),
    ),
    "aws:TagKeys": [...new Set(tags.map(({ Key }) => String(Key)))],
  };
}

function tagsOfThing({ tags }: Thing): Asking["context"] {
  const keys = ["aws:ResourceTag", "ssm:resourceTag"];
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) => keys.map((key) => [`${key}/${name}`, value] as const)),
  );
}

/** All texts of a request's parameters but those of its tags. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (!isProperties(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => (/^Tag/.test(key) ? [] : texts(each)));
}

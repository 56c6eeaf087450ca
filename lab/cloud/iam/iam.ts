import { arnOf, parseArn, partitionOf } from "../../../path/net/partition";
import { apiError } from "../core/errors";
import type { Context, Invoke, ResourceType } from "../core/model";
import { optionalText, text, type Properties } from "../core/properties";
import type { IamInstanceProfile, IamRole } from "../core/state";
import { between, boolean, numeric, string, tags } from "../core/specs";

/** IAM is global: names are an account's, in all Regions. */
function key(context: Context, name: string): string {
  return `${context.caller.accountId}/${name}`;
}

function notFound(operation: string, what: string, name: string): Error {
  // Source: IAM API, common to all actions on what there is not: NoSuchEntity; wording UNVERIFIED.
  return apiError("IAM", operation, "NoSuchEntity", `The ${what} with name ${name} cannot be found.`);
}

function findRole(context: Context, operation: string, name: string): IamRole {
  const role = context.state.roles[key(context, name)];
  if (role === undefined) throw notFound(operation, "role", name);
  return role;
}

function newName(context: Context, inputs: Properties): string {
  const prefix = optionalText(inputs, "namePrefix");
  return prefix === undefined ? text(inputs, "name") : prefix + context.ids.suffix();
}

function arn(context: Context, kind: string, inputs: Properties, name: string): string {
  const resource = `${kind}${optionalText(inputs, "path") ?? "/"}${name}`;
  return arnOf(context.caller.region, "iam", context.caller.accountId, resource);
}

function isJsonObject(value: unknown): string | undefined {
  try {
    const parsed: unknown = JSON.parse(String(value));
    return typeof parsed === "object" && parsed !== null ? undefined : "expected a JSON object";
  } catch {
    return "contains an invalid JSON policy";
  }
}

export const role: ResourceType = {
  token: "aws:iam/role:Role",
  label: "IAM Role",
  regional: false,
  inputs: {
    assumeRolePolicy: string({ required: true, reject: isJsonObject }),
    description: string(),
    forceDetachPolicies: boolean({ default: false }),
    maxSessionDuration: numeric({ default: 3600, reject: between(3600, 43200) }),
    name: string({ autoname: 64, replace: true, computed: true }),
    namePrefix: string({ replace: true, computed: true }),
    path: string({ default: "/", replace: true }),
    permissionsBoundary: string(),
    tags,
  },
  create: (context, inputs) => {
    const name = newName(context, inputs);
    if (context.state.roles[key(context, name)] !== undefined) {
      const message = `Role with name ${name} already exists.`;
      // Source: IAM API, CreateRole: EntityAlreadyExists; wording UNVERIFIED.
      throw apiError("IAM", "CreateRole", "EntityAlreadyExists", message);
    }
    context.state.roles[key(context, name)] = {
      accountId: context.caller.accountId,
      name,
      arn: arn(context, "role", inputs, name),
      uniqueId: context.ids.unique("AROA"),
      createDate: new Date().toISOString(),
      policyArns: [],
    };
    return name;
  },
  read: (context, id) => {
    const found = context.state.roles[key(context, id)];
    return (
      found && {
        arn: found.arn,
        createDate: found.createDate,
        inlinePolicies: [],
        managedPolicyArns: [...found.policyArns].sort(),
        name: found.name,
        uniqueId: found.uniqueId,
      }
    );
  },
  // Nothing that can be changed in place is kept anywhere but with the inputs.
  update: (context, id) => void findRole(context, "UpdateRole", id),
  delete: (context, id) => {
    const found = findRole(context, "DeleteRole", id);
    const used = Object.values(context.state.instanceProfiles).some(
      (profile) => profile.accountId === found.accountId && profile.role === id,
    );
    if (found.policyArns.length > 0 || used) {
      const what = used ? "remove roles from instance profile first" : "must detach all policies first";
      // Source: IAM API, DeleteRole: DeleteConflict; wording UNVERIFIED.
      throw apiError("IAM", "DeleteRole", "DeleteConflict", `Cannot delete entity, ${what}.`);
    }
    delete context.state.roles[key(context, id)];
  },
};

function attachment(id: string): { role: string; policyArn: string } | undefined {
  const [, name, policyArn] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
  return name && policyArn ? { role: name, policyArn } : undefined;
}

export const rolePolicyAttachment: ResourceType = {
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  label: "IAM Role Policy Attachment",
  regional: false,
  // What is created and what is deleted would be the same attachment.
  deleteBeforeReplace: true,
  inputs: { policyArn: string({ required: true, replace: true }), role: string({ required: true, replace: true }) },
  create: (context, inputs) => {
    const policyArn = text(inputs, "policyArn");
    const found = findRole(context, "AttachRolePolicy", text(inputs, "role"));
    const parts = parseArn(policyArn);
    const own = parts?.service === "iam" && parts.partition === partitionOf(context.caller.region).id;
    if (!own || !parts.resource.startsWith("policy/")) {
      // Source: IAM API, AttachRolePolicy: InvalidInput; wording UNVERIFIED.
      throw apiError("IAM", "AttachRolePolicy", "InvalidInput", `ARN ${policyArn} is not valid.`);
    }
    if (!found.policyArns.includes(policyArn)) found.policyArns.push(policyArn);
    // The provider's own id is made up; this one can be read and imported.
    return `${found.name}/${policyArn}`;
  },
  read: (context, id) => {
    const parts = attachment(id);
    const found = parts && context.state.roles[key(context, parts.role)];
    return found?.policyArns.includes(parts?.policyArn ?? "") ? parts : undefined;
  },
  delete: (context, id) => {
    const parts = attachment(id);
    const found = parts && context.state.roles[key(context, parts.role)];
    if (found !== undefined) found.policyArns = found.policyArns.filter((policy) => policy !== parts?.policyArn);
  },
};

function findProfile(context: Context, operation: string, name: string): IamInstanceProfile {
  const profile = context.state.instanceProfiles[key(context, name)];
  if (profile === undefined) throw notFound(operation, "instance profile", name);
  return profile;
}

/** The ARNs of the policies that an instance profile's role has; the list itself, to be changed. Empty without a role. */
export function rolePolicies(context: Context, instanceProfile: string): string[] {
  const profile = context.state.instanceProfiles[key(context, instanceProfile)];
  return context.state.roles[key(context, profile?.role ?? "")]?.policyArns ?? [];
}

function setRole(context: Context, profile: IamInstanceProfile, inputs: Properties): void {
  const name = optionalText(inputs, "role");
  if (name === undefined) delete profile.role;
  else profile.role = findRole(context, "AddRoleToInstanceProfile", name).name;
}

export const instanceProfile: ResourceType = {
  token: "aws:iam/instanceProfile:InstanceProfile",
  label: "IAM Instance Profile",
  regional: false,
  inputs: {
    name: string({ autoname: 128, replace: true, computed: true }),
    namePrefix: string({ replace: true, computed: true }),
    path: string({ default: "/", replace: true }),
    role: string(),
    tags,
  },
  create: (context, inputs) => {
    const name = newName(context, inputs);
    if (context.state.instanceProfiles[key(context, name)] !== undefined) {
      const message = `Instance Profile ${name} already exists.`;
      // Source: IAM API, CreateInstanceProfile: EntityAlreadyExists; wording UNVERIFIED.
      throw apiError("IAM", "CreateInstanceProfile", "EntityAlreadyExists", message);
    }
    const profile: IamInstanceProfile = {
      accountId: context.caller.accountId,
      name,
      arn: arn(context, "instance-profile", inputs, name),
      uniqueId: context.ids.unique("AIPA"),
      createDate: new Date().toISOString(),
    };
    setRole(context, profile, inputs);
    context.state.instanceProfiles[key(context, name)] = profile;
    return name;
  },
  read: (context, id) => {
    const found = context.state.instanceProfiles[key(context, id)];
    return (
      found && {
        arn: found.arn,
        createDate: found.createDate,
        name: found.name,
        role: found.role,
        uniqueId: found.uniqueId,
      }
    );
  },
  update: (context, id, inputs) => setRole(context, findProfile(context, "AddRoleToInstanceProfile", id), inputs),
  delete: (context, id) => {
    delete context.state.instanceProfiles[key(context, id)];
  },
};

export const getInstanceProfile: Invoke = {
  token: "aws:iam/getInstanceProfile:getInstanceProfile",
  args: { name: string({ required: true }) },
  call: (context, args) => {
    const found = findProfile(context, "GetInstanceProfile", text(args, "name"));
    const owned = context.state.roles[key(context, found.role ?? "")];
    return {
      arn: found.arn,
      createDate: found.createDate,
      id: found.uniqueId,
      name: found.name,
      path: found.arn.replace(/^.*:instance-profile(.*\/).*$/, "$1"),
      roleArn: owned?.arn ?? "",
      roleId: owned?.uniqueId ?? "",
      roleName: owned?.name ?? "",
    };
  },
};

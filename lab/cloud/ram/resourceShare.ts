import { arnOf } from "../../../path/net/partition";
import { arn } from "../core/arn";
import { apiError } from "../core/errors";
import type { Context, ResourceType } from "../core/model";
import { flag, tagsOf, text } from "../core/properties";
import { boolean, region, string, tags } from "../core/specs";
import { ownedBy, type ResourceShare } from "../core/state";

/**
 * Shares of AWS Resource Access Manager. The lab's accounts are those of one organization that shares by RAM: what is shared with one of
 * them is there at once, with no invitation (RAM user guide, "Sharing your AWS resources"). A fault makes it one that does not: an account
 * that has not accepted its invitation is told nothing of what is shared.
 */

/** Whether the caller may use what another account owns. */
export function isSharedWith({ state, caller }: Pick<Context, "state" | "caller">, resourceArn: string): boolean {
  return Object.values(state.resourceShares).some(
    (share) =>
      share.region === caller.region &&
      share.resourceArns.includes(resourceArn) &&
      share.principals.includes(caller.accountId) &&
      !share.invited.includes(caller.accountId),
  );
}

/**
 * Whether an account that a share names has accepted its invitation, or has none to accept. What it has made with what is shared stays.
 *
 * @returns the accounts whose acceptance has changed
 */
export function setAccepted(context: Context, shareArn: string, accountIds: string[], accepted: boolean): string[] {
  const share = context.state.resourceShares[shareArn];
  if (share === undefined) return [];
  const changed = share.principals.filter((id) => accountIds.includes(id) && share.invited.includes(id) === accepted);
  share.invited = share.invited.filter((id) => !changed.includes(id)).concat(accepted ? [] : changed);
  context.changed();
  return changed;
}

function findShare(context: Context, operation: string, shareArn: string): ResourceShare {
  const share = ownedBy(context.state.resourceShares, context.caller).find((each) => each.arn === shareArn);
  if (share !== undefined) return share;
  // Source: RAM API, AssociateResourceShare: UnknownResourceException; wording UNVERIFIED.
  throw apiError("RAM", operation, "UnknownResourceException", `ResourceShare ${shareArn} could not be found.`);
}

export const resourceShare: ResourceType = {
  token: "aws:ram/resourceShare:ResourceShare",
  label: "RAM Resource Share",
  inputs: {
    allowExternalPrincipals: boolean({ default: false }),
    name: string({ autoname: 255, computed: true }),
    region,
    tags,
  },
  create: (context, inputs) => {
    const shareArn = arn(context, "ram", `resource-share/${context.ids.suffix()}`);
    const { accountId, region: own } = context.caller;
    context.state.resourceShares[shareArn] = {
      arn: shareArn,
      accountId,
      region: own,
      tags: tagsOf(inputs),
      name: text(inputs, "name"),
      allowExternalPrincipals: flag(inputs, "allowExternalPrincipals"),
      resourceArns: [],
      principals: [],
      invited: [],
    };
    return shareArn;
  },
  read: (context, id) => {
    const share = ownedBy(context.state.resourceShares, context.caller).find((each) => each.arn === id);
    return (
      share && {
        allowExternalPrincipals: share.allowExternalPrincipals,
        arn: id,
        name: share.name,
        permissionArns: permissionsOf(context, share),
        tags: share.tags,
      }
    );
  },
  update: (context, id, inputs) => {
    const share = findShare(context, "UpdateResourceShare", id);
    share.name = text(inputs, "name");
    share.allowExternalPrincipals = flag(inputs, "allowExternalPrincipals");
    share.tags = tagsOf(inputs);
  },
  delete: (context, id) => {
    findShare(context, "DeleteResourceShare", id);
    delete context.state.resourceShares[id];
  },
};

/** AWS's own, for each type of what is shared (RAM user guide, "AWS managed permissions"). */
function permissionsOf({ caller }: Context, { resourceArns }: ResourceShare): string[] {
  return resourceArns.length === 0
    ? []
    : [arnOf(caller.region, "ram", "aws", "permission/AWSRAMDefaultPermissionTransitGateway")];
}

/** The provider's ids are `SHARE,OTHER`. */
function joining(held: "resourceArns" | "principals", property: string): Omit<ResourceType, "token" | "label"> {
  const found = (context: Context, id: string): { share: ResourceShare; other: string } | undefined => {
    const [shareArn = "", other = ""] = id.split(",");
    const share = ownedBy(context.state.resourceShares, context.caller).find((each) => each.arn === shareArn);
    return share?.[held].includes(other) === true ? { share, other } : undefined;
  };
  return {
    inputs: {
      [property]: string({ required: true, replace: true }),
      resourceShareArn: string({ required: true, replace: true }),
      region,
    },
    create: (context, inputs) => {
      const [share, other] = [
        findShare(context, "AssociateResourceShare", text(inputs, "resourceShareArn")),
        text(inputs, property),
      ];
      share[held] = [...new Set([...share[held], other])];
      return `${share.arn},${other}`;
    },
    read: (context, id) => {
      const { share, other } = found(context, id) ?? {};
      return share && { resourceShareArn: share.arn, [property]: other };
    },
    // What was attached meanwhile stays so (Transit Gateway guide, "Share a transit gateway").
    delete: (context, id) => {
      const { share, other } = found(context, id) ?? {};
      if (share !== undefined) share[held] = share[held].filter((each) => each !== other);
    },
  };
}

export const resourceAssociation: ResourceType = {
  token: "aws:ram/resourceAssociation:ResourceAssociation",
  label: "RAM Resource Association",
  ...joining("resourceArns", "resourceArn"),
};

export const principalAssociation: ResourceType = {
  token: "aws:ram/principalAssociation:PrincipalAssociation",
  label: "RAM Principal Association",
  ...joining("principals", "principal"),
};

import { rolePath, stackTag, usedByTag } from "../path/net/ownership";
import { arnOf, ec2Principal } from "../path/net/partition";
import { actionsOf, type PolicyRole } from "./needs";
import {
  createActions,
  launchedWith,
  made,
  madeByMirror,
  mirrorRuleActions,
  ruleActions,
  usedActions,
  withoutResource,
} from "./resources";
import { namesOf, reading, type Draft, type StackRole, type Statement } from "./statements";
import { prescribed } from "./prescribedPolicy";
import { attachingToShared, attachmentAccepter, sharing, usingTransitGateway } from "./transitPolicy";

export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}

/**
 * The policy of the IAM role that deploys, measures and destroys stacks of `role`. What is there already it may change only where it is
 * tagged as the program's own, and what it makes it must tag so.
 *
 * @param account 12-digit id of the account that it is attached in
 * @param region the only Region in which it allows anything that has one
 */
export function policyOf(role: PolicyRole, account: string, region: string): Policy {
  const drafts = draftsOf(role, account, region);
  const needed = actionsOf(role);
  return {
    Version: "2012-10-17",
    Statement: drafts
      .map(({ Sid, ...rest }): Statement => ({
        Sid,
        Effect: "Allow",
        ...rest,
        Action: rest.Action.filter((each) => needed.includes(each)),
      }))
      .filter(({ Action }) => Action.length > 0),
  };
}

function draftsOf(role: PolicyRole, account: string, region: string): Draft[] {
  switch (role) {
    case "existing":
      return existing(region, account);
    case "prescribed":
      return prescribed(region, account);
    case "mirror":
      return mirror(region, account);
    case "accepter":
      return own("security", account, region);
    case "attachmentAccepter":
      return attachmentAccepter(region);
    case "spoke":
      return [...own(role, account, region), attachingToShared(region)];
    case "transit":
      return [...own(role, account, region), usingTransitGateway(region), ...sharing(account, region)];
    case "security":
    case "system":
      return own(role, account, region);
  }
}

/** @param stacks - what the names of the stacks begin with, which the resources' tag has as value */
function own(stacks: StackRole, account: string, region: string): Draft[] {
  const names = namesOf(stacks);
  const inRegion = { "aws:RequestedRegion": region };
  const ours = (key: string) => ({ StringLike: { [key]: names } });
  const arns = (service: string, types: string[]): string[] =>
    types.map((type) => arnOf(region, service, type === "image" ? "" : account, `${type}/*`));
  const actions = [...new Set([...actionsOf(stacks), ...actionsOf("accepter")])];
  const regional = actions.filter((action) => /^(ec2|elasticloadbalancing):/.test(action));
  return [
    reading(actions, region),
    {
      Sid: "Own",
      Action: regional.filter((action) => !withoutResource(action) && !(action in made.alone)),
      Resource: "*",
      Condition: { StringEquals: inRegion, ...ours(`aws:ResourceTag/${stackTag}`) },
    },
    ...Object.entries(made).map(([where, types]) => {
      const needed = Object.entries(types).filter(([action]) => actions.includes(action));
      return {
        Sid: `New${where.charAt(0).toUpperCase()}${where.slice(1)}`,
        Action: needed.map(([action]) => action),
        Resource: needed.flatMap(([action, type]) => arns(action.split(":")[0] ?? "", [type])),
        Condition: ours(`aws:RequestTag/${stackTag}`),
      };
    }),
    { Sid: "LaunchedWith", Action: ["ec2:RunInstances"], Resource: arns("ec2", launchedWith) },
    {
      Sid: "TagNew",
      Action: ["ec2:CreateTags"],
      Resource: "*",
      Condition: { StringEquals: { ...inRegion, "ec2:CreateAction": createActions("ec2", actions) } },
    },
    {
      Sid: "TagNewBalancing",
      Action: ["elasticloadbalancing:AddTags"],
      Resource: "*",
      Condition: {
        StringEquals: {
          ...inRegion,
          "elasticloadbalancing:CreateAction": createActions("elasticloadbalancing", actions),
        },
      },
    },
    // The group that a rule is in is the program's own. A rule is tagged once it is there.
    { Sid: "Rules", Action: ruleActions, Resource: arns("ec2", ["security-group-rule"]) },
    {
      Sid: "TagRules",
      Action: ["ec2:CreateTags"],
      Resource: arns("ec2", ["security-group-rule"]),
      Condition: ours(`aws:RequestTag/${stackTag}`),
    },
    ...commands(region, account, `ssm:resourceTag/${stackTag}`, names),
    ...ofAccount(stacks, account, region, actions),
  ];
}

/** What hosts are made with that is in no VPC: Amazon's images, names of interface endpoints, roles. */
function ofAccount(stacks: StackRole, account: string, region: string, actions: string[]): Draft[] {
  const ofHosts = (kind: string): string => arnOf(region, "iam", account, `${kind}${rolePath}${stacks}*-hosts-*`);
  return [
    {
      Sid: "PublicParameters",
      Action: ["ssm:GetParameter"],
      Resource: arnOf(region, "ssm", "", "parameter/aws/service/*"),
    },
    { Sid: "PrivateNames", Action: ["route53:AssociateVPCWithHostedZone"], Resource: "*" },
    {
      Sid: "InstanceProfiles",
      Action: actions.filter((action) => action.startsWith("iam:") && !specialIam.includes(action)),
      Resource: [ofHosts("role"), ofHosts("instance-profile")],
    },
    {
      Sid: "PolicyOfSsmAgent",
      Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
      Resource: ofHosts("role"),
      Condition: { ArnEquals: { "iam:PolicyARN": arnOf(region, "iam", "aws", "policy/AmazonSSMManagedInstanceCore") } },
    },
    {
      Sid: "PassToInstances",
      Action: ["iam:PassRole"],
      Resource: ofHosts("role"),
      Condition: { StringEquals: { "iam:PassedToService": ec2Principal(region) } },
    },
    {
      // Of an account's first load balancer, or first attachment.
      Sid: "ServiceLinkedRole",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: "*",
      Condition: {
        StringEquals: {
          "iam:AWSServiceName": `${stacks === "security" ? "elasticloadbalancing" : "transitgateway"}.amazonaws.com`,
        },
      },
    },
  ];
}

/** Actions of IAM that have a statement of their own. */
const specialIam = ["iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PassRole", "iam:CreateServiceLinkedRole"];

/** What is there already is looked up wherever it is, and used where it is tagged as to be used. */
function existing(region: string, account: string): Draft[] {
  const names = [...namesOf("security"), ...namesOf("system")];
  const inRegion = { "aws:RequestedRegion": region };
  return [
    reading(actionsOf("existing"), region),
    {
      Sid: "Used",
      Action: usedActions,
      Resource: "*",
      Condition: { StringEquals: inRegion, StringLike: { [`aws:ResourceTag/${usedByTag}`]: names } },
    },
    ...commands(region, account, `ssm:resourceTag/${usedByTag}`, names),
  ];
}

/**
 * Traffic mirroring of what may be used. The collector's interface is made with its instance and has no tag, so whom a mirror target sends
 * to is not narrowed; whose packets a session copies is.
 */
function mirror(region: string, account: string): Draft[] {
  const names = namesOf("security");
  const inRegion = { "aws:RequestedRegion": region };
  const arns = (types: string[]): string[] => types.map((type) => arnOf(region, "ec2", account, `${type}/*`));
  const actions = actionsOf("mirror");
  const creating = Object.keys(madeByMirror);
  return [
    reading(actions, region),
    {
      // A session names its filter and its target, a rule its filter.
      Sid: "Own",
      Action: actions.filter(
        (action) => !withoutResource(action) && !/:CreateTrafficMirror(Filter|Target)$/.test(action),
      ),
      Resource: "*",
      Condition: { StringEquals: inRegion, StringLike: { [`aws:ResourceTag/${stackTag}`]: names } },
    },
    // Each by itself: a session's tag is one of the request, which names a filter and a target that are there already.
    ...Object.entries(madeByMirror).map(([action, type]) => ({
      Sid: `New${action.replace(/^.*TrafficMirror/, "")}`,
      Action: [action],
      Resource: arns([type]),
      Condition: { StringLike: { [`aws:RequestTag/${stackTag}`]: names } },
    })),
    {
      Sid: "TagNew",
      Action: ["ec2:CreateTags"],
      Resource: arns(Object.values(madeByMirror)),
      Condition: { StringEquals: { "ec2:CreateAction": creating.map((action) => action.replace("ec2:", "")) } },
    },
    { Sid: "Rules", Action: mirrorRuleActions, Resource: arns(["traffic-mirror-filter-rule"]) },
    { Sid: "Collectors", Action: ["ec2:CreateTrafficMirrorTarget"], Resource: arns(["network-interface"]) },
    {
      Sid: "Mirrored",
      Action: ["ec2:CreateTrafficMirrorSession"],
      Resource: arns(["network-interface"]),
      Condition: { StringLike: { [`aws:ResourceTag/${usedByTag}`]: names } },
    },
  ];
}

/** Run Command: with the one document that the program runs, on instances with the tag. */
function commands(region: string, account: string, tag: string, names: string[]): Draft[] {
  return [
    {
      Sid: "Document",
      Action: ["ssm:SendCommand"],
      Resource: arnOf(region, "ssm", "", "document/AWS-RunShellScript"),
    },
    {
      Sid: "Hosts",
      Action: ["ssm:SendCommand"],
      Resource: arnOf(region, "ec2", account, "instance/*"),
      Condition: { StringLike: { [tag]: names } },
    },
  ];
}

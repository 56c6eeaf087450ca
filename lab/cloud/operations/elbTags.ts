import type {
  AddTagsInput,
  AddTagsOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  RemoveTagsOutput,
  Tag,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { findLoadBalancer } from "../elb/findLoadBalancer";
import { findListener } from "../elb/findListener";
import type { Context } from "../core/model";
import { findTargetGroup } from "../elb/findTargetGroup";
import { operation } from "./operation";

/** Tags as requests of Elastic Load Balancing have them. */
export function elbTags(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

function tagged(context: Context, called: string, arn: string): { tags: Record<string, string> } {
  if (arn.includes(":listener/")) return findListener(context, called, arn);
  return arn.includes(":targetgroup/") ? findTargetGroup(context, called, arn) : findLoadBalancer(context, called, arn);
}

export const AddTags = operation(
  ["ResourceArns", "Tags"],
  (context: Context, { ResourceArns: arns = [], Tags }: AddTagsInput): AddTagsOutput => {
    for (const record of arns.map((arn) => tagged(context, "AddTags", arn))) Object.assign(record.tags, elbTags(Tags));
    context.changed();
    return {};
  },
);

export const RemoveTags = operation(
  ["ResourceArns", "TagKeys"],
  (context: Context, { ResourceArns: arns = [], TagKeys: keys = [] }: RemoveTagsInput): RemoveTagsOutput => {
    for (const record of arns.map((arn) => tagged(context, "RemoveTags", arn))) {
      record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !keys.includes(key)));
    }
    context.changed();
    return {};
  },
);

export const DescribeTags = operation(
  ["ResourceArns"],
  (context: Context, { ResourceArns: arns = [] }: DescribeTagsInput): DescribeTagsOutput => ({
    TagDescriptions: arns.map((ResourceArn) => ({
      ResourceArn,
      Tags: Object.entries(tagged(context, "DescribeTags", ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  }),
);

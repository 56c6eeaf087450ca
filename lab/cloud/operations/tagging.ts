import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";

type Tags = Record<string, string>;

/** The tags that a creation gives to what it makes. @throws AwsError for tags of something that it does not make */
export function tagsFor(operation: string, type: ResourceType, specifications: readonly TagSpecification[] = []): Tags {
  const other = specifications.find(({ ResourceType: each }) => each !== type);
  if (other !== undefined) {
    const message = `'${other.ResourceType}' is not a valid taggable resource type for this operation.`;
    // Source: EC2 API, Error codes: InvalidParameterValue; wording as users report it.
    throw ec2Error(operation, "InvalidParameterValue", message);
  }
  return Object.fromEntries(
    specifications.flatMap(({ Tags: tags = [] }) => tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
  );
}

/** Tags as a request for one kind of thing has them. */
export function specificationsOf(type: ResourceType, tags: Tags): { TagSpecifications?: TagSpecification[] } {
  const Tags = tagList(tags);
  return Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: type, Tags }] };
}

/** Tags as answers have them. */
export function tagList(tags: Tags): Required<Tag>[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

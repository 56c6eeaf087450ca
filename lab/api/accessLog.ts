import type { NormalizedSchema } from "@smithy/core/schema";

/** A request that reached an operation of AWS's API, as CloudTrail would have it. */
export interface AccessRecord {
  accountId: string;
  /** Of the principal. */
  arn: string;
  region: string;
  /** As IAM names both: `ec2:CreateVpc`. */
  action: string;
  /** What the model marks as sensitive is left out. */
  parameters: object;
  /** Code of the error that was answered. */
  error?: string;
}

const hidden = "(sensitive)";

/** Parameters without the values that AWS's model marks as sensitive, such as user data and commands. */
export function loggable(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.getMergedTraits().sensitive !== undefined) return hidden;
  if (Array.isArray(value)) {
    return schema.isListSchema() ? value.map((item) => loggable(schema.getValueSchema(), item)) : hidden;
  }
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const members = schema.isStructSchema() ? schema.getMemberSchemas() : {};
  const ofKey = (key: string): NormalizedSchema | undefined =>
    schema.isMapSchema() ? schema.getValueSchema() : members[key];
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const own = ofKey(key);
      return [key, own === undefined ? hidden : loggable(own, item)];
    }),
  );
}

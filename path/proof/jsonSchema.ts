import { z } from "zod";

/** A schema by what it takes and gives. What each field means, its JSON Schema says, and the type that it is for. */
export type SchemaOf<Schema extends z.ZodType> = z.ZodType<z.output<Schema>, z.input<Schema>>;

/**
 * JSON Schema, draft 2020-12, of what this program writes. Open for what later programs add.
 *
 * @param name of what is written, as `report`
 * @param version of `schemaVersion`
 */
export function jsonSchemaOf(name: string, version: number, schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return { $schema, title: `gwlb-inspection ${name}, version ${version}`, ...rest };
}

import type { NormalizedSchema } from "@smithy/core/schema";

/** A simple value from its text; undefined where it is not of the schema's type. Blobs stay base64. */
export function scalarOf(schema: NormalizedSchema, text: string): string | number | boolean | Date | undefined {
  if (schema.isBooleanSchema()) return ({ true: true, false: false } as Record<string, boolean>)[text.toLowerCase()];
  if (schema.isNumericSchema()) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (schema.isTimestampSchema()) {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
  return text;
}

/** A simple value as XML has it. Times are seconds since 1970, or a Date. @throws TypeError when it is not of the type */
export function textOf(schema: NormalizedSchema, value: unknown, where: string): string {
  if (schema.isTimestampSchema())
    return dateOf(value, where)
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
  const type = schema.isBooleanSchema() ? "boolean" : schema.isNumericSchema() ? "number" : "string";
  if (typeof value !== type) throw new TypeError(`${where} should be a ${type}, it is ${JSON.stringify(value)}`);
  return String(value);
}

export function dateOf(value: unknown, where: string): Date {
  if (value instanceof Date) return value;
  if (typeof value === "number") return new Date(value * 1000);
  throw new TypeError(`${where} should be a time, it is ${JSON.stringify(value)}`);
}

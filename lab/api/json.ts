import type { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../serviceError";
import { invalidValue, missing, unknownParameter } from "./inputErrors";
import { requiredCount } from "./queryInput";
import { dateOf, textOf } from "./scalar";
import type { ServiceModel } from "./serviceModel";

type Members = Record<string, unknown>;

/** The input of an operation from the body of an AWS JSON request, by the operation's schema. @throws ServiceError */
export function jsonInput(model: ServiceModel, schema: NormalizedSchema, body: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === "" ? "{}" : body);
  } catch {
    parsed = undefined;
  }
  // Source: AWS JSON 1.1 protocol: what is no JSON object is a SerializationException.
  if (!isMembers(parsed)) throw new ServiceError("SerializationException", "");
  return struct(model, schema, parsed, "");
}

function struct(model: ServiceModel, schema: NormalizedSchema, given: Members, path: string): object {
  const members = schema.isUnitSchema() ? {} : schema.getMemberSchemas();
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(members, name));
  if (unknown !== undefined) throw unknownParameter(model, path + unknown);
  const required = Object.keys(members).slice(0, requiredCount(schema));
  const absent = required.filter((name) => (given[name] ?? undefined) === undefined);
  if (absent.length > 0)
    throw missing(
      model,
      absent.map((name) => path + name),
    );
  const present = Object.entries(members).filter(([name]) => (given[name] ?? undefined) !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, read(model, member, given[name], path + name)]));
}

function read(model: ServiceModel, schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item, index) => read(model, schema.getValueSchema(), item, `${path}[${index}]`));
  }
  if (schema.isMapSchema() && isMembers(value)) {
    const one = schema.getValueSchema();
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, read(model, one, item, `${path}.${key}`)]),
    );
  }
  if (schema.isStructSchema() && isMembers(value)) return struct(model, schema, value, `${path}.`);
  if (schema.isTimestampSchema() && typeof value === "number") return dateOf(value, path);
  const type = schema.isBooleanSchema() ? "boolean" : schema.isNumericSchema() ? "number" : "string";
  if (typeof value !== type) throw invalidValue(model, path, JSON.stringify(value));
  return value;
}

/** An operation's output as AWS JSON has it. @throws TypeError as `xmlMembers` */
export function jsonOutput(schema: NormalizedSchema, value: object, where: string): Members {
  const members = schema.isUnitSchema() ? {} : schema.getMemberSchemas();
  const given = Object.entries(value as Members).filter(([, member]) => member !== undefined);
  const absent = Object.keys(members)
    .slice(0, requiredCount(schema))
    .find((name) => !given.some(([each]) => each === name));
  if (absent !== undefined) throw new TypeError(`${where} needs the member ${absent}`);
  return Object.fromEntries(
    given.map(([name, member]) => {
      const own = members[name];
      if (own === undefined) throw new TypeError(`${where} has no member ${name}`);
      return [name, written(own, member, `${where}.${name}`)];
    }),
  );
}

function written(schema: NormalizedSchema, value: unknown, where: string): unknown {
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item, index) => written(schema.getValueSchema(), item, `${where}[${index}]`));
  }
  if (schema.isMapSchema() && isMembers(value)) {
    const one = schema.getValueSchema();
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, written(one, item, `${where}.${key}`)]));
  }
  if (schema.isStructSchema() && isMembers(value)) return jsonOutput(schema, value, where);
  // Of JSON, times are seconds since 1970.
  if (schema.isTimestampSchema()) return dateOf(value, where).getTime() / 1000;
  textOf(schema, value, where);
  return value;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

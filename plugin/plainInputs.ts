import * as pulumi from "@pulumi/pulumi";
import { problems } from "./arguments";

/** What of a package's schema matters here. */
export interface PackageSchema {
  resources: Record<string, ResourceSchema>;
  types?: Record<string, ObjectSchema>;
}

export interface ResourceSchema {
  inputProperties?: Record<string, PropertySchema>;
  requiredInputs?: string[];
  /** Outputs. */
  properties?: Record<string, PropertySchema>;
}

interface ObjectSchema {
  properties?: Record<string, PropertySchema>;
  required?: string[];
}

interface PropertySchema {
  plain?: boolean;
  $ref?: string;
  items?: PropertySchema;
  additionalProperties?: PropertySchema;
}

type Problem = [propertyPath: string, reason: string];

/**
 * The inputs of a component, with those made plain that it takes no output for: how many resources it has depends on them. What
 * another resource has told already is taken from its output; what is not known yet, or is a secret, cannot be.
 *
 * @throws InputPropertiesError that names everything that is missing, unknown to the schema, or not plain
 */
export async function plainInputs(
  schema: PackageSchema,
  { inputProperties: properties = {}, requiredInputs: required = [] }: ResourceSchema,
  inputs: pulumi.Inputs,
): Promise<pulumi.Inputs> {
  const found: Problem[] = [];
  const plain = await objectOf(schema, { properties, required }, inputs, "", found);
  if (found.length > 0) throw problems(found);
  return plain;
}

async function objectOf(
  schema: PackageSchema,
  { properties = {}, required = [] }: ObjectSchema,
  value: pulumi.Inputs,
  path: string,
  found: Problem[],
): Promise<pulumi.Inputs> {
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of required) if (isAbsent(value[key])) found.push([at(key), "is missing"]);
  const entries = Object.entries(value).map(async ([key, each]): Promise<[string, unknown]> => {
    const property = properties[key];
    if (property === undefined) found.push([at(key), `is not known, expected ${Object.keys(properties).join(", ")}`]);
    return [key, property === undefined ? each : await valueOf(schema, property, each, at(key), found)];
  });
  return Object.fromEntries((await Promise.all(entries)).filter(([, each]) => !isAbsent(each)));
}

async function valueOf(
  schema: PackageSchema,
  property: PropertySchema,
  given: unknown,
  path: string,
  found: Problem[],
): Promise<unknown> {
  if (property.plain !== true) return given;
  const value = pulumi.Output.isInstance(given) ? await known(given, path, found) : given;
  if (isAbsent(value)) return undefined;
  const { items, additionalProperties: values } = property;
  const type = schema.types?.[property.$ref?.replace("#/types/", "") ?? ""];
  if (items !== undefined && Array.isArray(value))
    return Promise.all(value.map((each, index) => valueOf(schema, items, each, `${path}[${index}]`, found)));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (type?.properties !== undefined) return objectOf(schema, type, value, path, found);
  if (values === undefined) return value;
  const entries = Object.entries(value).map(async ([key, each]): Promise<[string, unknown]> => [
    key,
    await valueOf(schema, values, each, `${path}.${key}`, found),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The output's value, where it can be told. */
async function known(output: pulumi.Output<unknown>, path: string, found: Problem[]): Promise<unknown> {
  const [isSecret, value] = await Promise.all([pulumi.isSecret(output), valueNow(output)]);
  if (isSecret) found.push([path, "is a secret, expected a value in clear: resources are named and counted after it"]);
  else if (value === unknown)
    found.push([path, "is not known before it is deployed, expected a value that is: resources are made after it"]);
  else return value;
  return undefined;
}

const unknown = Symbol("unknown");

/** An `apply` of what is unknown is not run. */
async function valueNow(output: pulumi.Output<unknown>): Promise<unknown> {
  const told = output as pulumi.Output<unknown> & { isKnown: Promise<boolean>; promise(): Promise<unknown> };
  return (await told.isKnown) ? told.promise() : unknown;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

import type { Logging } from "./commandOutput";
import type { CheckFailure } from "./providerBackend";
import type { Properties, PropertyValue } from "./struct";
import { UNKNOWN } from "./struct";

type Kind = "string" | "number" | "integer" | "boolean" | "strings" | "stringMap" | "list" | "refused" | Shape;

interface Field {
  kind: Kind;
  required?: boolean;
  default?: PropertyValue;
}

interface Shape {
  fields: Record<string, Field>;
}

// The inputs and defaults of @pulumi/command 1.2.1 (provider/pkg/provider of pulumi/pulumi-command).
const HOP: Record<string, Field> = {
  host: { kind: "string", required: true },
  port: { kind: "number", default: 22 },
  user: { kind: "string", default: "root" },
  password: { kind: "string" },
  privateKey: { kind: "string" },
  privateKeyPassword: { kind: "string" },
  hostKey: { kind: "string" },
  agentSocketPath: { kind: "string" },
  dialErrorLimit: { kind: "integer", default: 10 },
  perDialTimeout: { kind: "integer", default: 15 },
};

const COMMON: Record<string, Field> = {
  create: { kind: "string" },
  update: { kind: "string" },
  delete: { kind: "string" },
  triggers: { kind: "list" },
  stdin: { kind: "string" },
  // Any text, as in the real plugin: one that it does not know logs nothing.
  logging: { kind: "string" },
  environment: { kind: "stringMap" },
  addPreviousOutputInEnv: { kind: "boolean" },
};

const SHAPES: Record<string, Shape> = {
  "command:remote:Command": {
    fields: {
      ...COMMON,
      connection: { kind: { fields: { ...HOP, proxy: { kind: { fields: HOP } } } }, required: true },
    },
  },
  "command:local:Command": {
    fields: {
      ...COMMON,
      interpreter: { kind: "strings" },
      dir: { kind: "string" },
      assetPaths: { kind: "refused" },
      archivePaths: { kind: "refused" },
    },
  },
};

/**
 * Checks a command's inputs and fills in defaults. What is not known yet is left alone.
 *
 * @throws Error for a resource type that the stand-in does not have
 */
export function checkCommand(type: string, news: Properties): { inputs: Properties; failures: CheckFailure[] } {
  const shape = SHAPES[type];
  if (shape === undefined) {
    throw new Error(
      `the lab's command provider has no resource type ${type}; it has ${Object.keys(SHAPES).join(" and ")}`,
    );
  }
  const failures: CheckFailure[] = [];
  const inputs = checkObject(shape, news, "", failures);
  return { inputs, failures };
}

function checkObject(shape: Shape, object: Properties, path: string, failures: CheckFailure[]): Properties {
  const result: Properties = {};
  for (const [name, value] of Object.entries(object)) {
    const property = path === "" ? name : `${path}.${name}`;
    const field = shape.fields[name];
    if (field === undefined) {
      failures.push({ property, reason: `is no input; expected one of ${Object.keys(shape.fields).join(", ")}` });
    } else result[name] = checkValue(field.kind, value, property, failures);
  }
  for (const [name, field] of Object.entries(shape.fields)) {
    if (name in result) continue;
    if (field.default !== undefined) result[name] = field.default;
    if (field.required === true) {
      failures.push({ property: path === "" ? name : `${path}.${name}`, reason: "is required" });
    }
  }
  return result;
}

function checkValue(kind: Kind, value: PropertyValue, property: string, failures: CheckFailure[]): PropertyValue {
  if (value === UNKNOWN) return value;
  if (typeof kind === "object") {
    if (isObject(value)) return checkObject(kind, value, property, failures);
    failures.push({ property, reason: `is ${describe(value)}; expected an object` });
    return value;
  }
  const reason = wrong(kind, value);
  if (reason !== undefined) failures.push({ property, reason });
  return value;
}

function wrong(kind: Exclude<Kind, Shape>, value: PropertyValue): string | undefined {
  switch (kind) {
    case "string":
    case "boolean":
    case "number":
      return typeof value === kind ? undefined : `is ${describe(value)}; expected a ${kind}`;
    case "integer":
      return Number.isInteger(value) ? undefined : `is ${describe(value)}; expected a whole number`;
    case "list":
      return Array.isArray(value) ? undefined : `is ${describe(value)}; expected a list`;
    case "strings":
      return Array.isArray(value) && value.every((element) => typeof element === "string")
        ? undefined
        : `is ${describe(value)}; expected a list of strings`;
    case "stringMap":
      return isObject(value) && Object.values(value).every((element) => typeof element === "string")
        ? undefined
        : `is ${describe(value)}; expected an object of strings`;
    case "refused":
      return "is not supported by the lab's command provider";
  }
}

/** The kind of a value, not the value itself: it may be a secret. */
function describe(value: PropertyValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}

function isObject(value: PropertyValue | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How to reach one host by ssh. */
export interface Hop {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  /** A line of authorized_keys or known_hosts without the name; unset: any key is accepted. */
  hostKey?: string;
  agentSocketPath?: string;
  /** Failed attempts that are forgiven; -1: any number. */
  dialErrorLimit: number;
  /** Seconds; 0: for ever. */
  perDialTimeout: number;
}

export interface ConnectionInputs extends Hop {
  proxy?: Hop;
}

export interface CommandInputs {
  create?: string;
  update?: string;
  delete?: string;
  stdin: string;
  logging: Logging;
  environment: Record<string, string>;
  addPreviousOutputInEnv: boolean;
  interpreter: string[];
  dir?: string;
  connection?: ConnectionInputs;
}

/** The inputs of a command that has been checked, with no unknowns left. */
export function commandInputs(properties: Properties): CommandInputs {
  const { connection, environment, interpreter } = properties;
  return {
    create: text(properties.create),
    update: text(properties.update),
    delete: text(properties.delete),
    stdin: text(properties.stdin) ?? "",
    logging: (text(properties.logging) ?? "stdoutAndStderr") as Logging,
    environment: isObject(environment)
      ? Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, text(value) ?? ""]))
      : {},
    addPreviousOutputInEnv: properties.addPreviousOutputInEnv !== false,
    interpreter:
      Array.isArray(interpreter) && interpreter.length > 0
        ? interpreter.map((word) => text(word) ?? "")
        : ["/bin/sh", "-c"],
    dir: text(properties.dir),
    connection: isObject(connection)
      ? { ...hop(connection), proxy: isObject(connection.proxy) ? hop(connection.proxy) : undefined }
      : undefined,
  };
}

function hop(properties: Properties): Hop {
  return {
    host: text(properties.host) ?? "",
    port: number(properties.port) ?? 22,
    user: text(properties.user) ?? "root",
    password: text(properties.password),
    privateKey: text(properties.privateKey),
    privateKeyPassword: text(properties.privateKeyPassword),
    hostKey: text(properties.hostKey),
    agentSocketPath: text(properties.agentSocketPath),
    dialErrorLimit: number(properties.dialErrorLimit) ?? 10,
    perDialTimeout: number(properties.perDialTimeout) ?? 15,
  };
}

function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: PropertyValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

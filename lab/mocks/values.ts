import * as pulumi from "@pulumi/pulumi";
import { unknownValue } from "../cloud/cloud";
import type { Properties } from "../cloud/core/properties";

/** Marks of special values in Pulumi's wire format (sdk/nodejs/runtime/rpc.ts). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Turns inputs as mocks get them into what a provider gets: secrets unwrapped, values that are not known yet as the protocol's
 * sentinel, undefined dropped.
 */
export function providerInputs(inputs: unknown): Properties {
  const plain = plainValue(inputs);
  return typeof plain === "object" && plain !== null ? (plain as Properties) : {};
}

function plainValue(value: unknown): unknown {
  if (pulumi.containsUnknowns(value) && !isContainer(value)) return unknownValue;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Properties;
  if (record[signatureKey] === secretSignature) return plainValue(record["value"]);
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plainValue(item)]),
  );
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype);
}

/** Names of the inputs that hold a secret. */
export function secretNames(inputs: Properties): string[] {
  return Object.keys(inputs).filter((key) => holdsSecret(inputs[key]));
}

function holdsSecret(value: unknown): boolean {
  if (!isContainer(value)) return false;
  const record = value as Properties;
  return record[signatureKey] === secretSignature || Object.values(record).some(holdsSecret);
}

/** The outputs named are secret, as the engine makes the outputs of secret inputs. */
export function withSecrets(outputs: Properties, names: readonly string[]): Properties {
  const secret = names.filter((name) => outputs[name] !== undefined);
  return { ...outputs, ...Object.fromEntries(secret.map((name) => [name, pulumi.secret(outputs[name])])) };
}

import { ServiceError } from "../serviceError";
import type { ServiceModel } from "./serviceModel";

/** A parameter that the operation does not have. AWS's query services pass over some of them; the lab names all. */
export function unknownParameter({ protocol }: ServiceModel, name: string): ServiceError {
  const message = `The parameter ${name} is not recognized`;
  // Source: EC2 API, "Error codes": UnknownParameter; of the others the lab's own, with the code of their common errors.
  return new ServiceError(protocol === "ec2Query" ? "UnknownParameter" : validation(protocol), message);
}

/** A parameter of the operation's that the lab does not act on: to pass over it would be to do something else. */
export function notInTheLab({ protocol }: ServiceModel, action: string, names: string[]): ServiceError {
  const message = `the lab's ${action} has no ${names.join(", ")}`;
  // Source: none, the lab's own limit; EC2 API, "Error codes": UnsupportedOperation; AWS APIs, "Common errors": ValidationError.
  return new ServiceError(protocol === "ec2Query" ? "UnsupportedOperation" : validation(protocol), message);
}

/** @param names - of all that are missing */
export function missing({ protocol }: ServiceModel, names: string[]): ServiceError {
  if (protocol === "ec2Query") {
    // Source: EC2 API, "Error codes": MissingParameter; wording as users report it.
    return new ServiceError("MissingParameter", `The request must contain the parameter ${names[0]}`);
  }
  const problems = names.map((name) => {
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    return `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
  });
  const count = `${problems.length} validation error${problems.length === 1 ? "" : "s"} detected`;
  // Source: AWS APIs, "Common errors": ValidationError; wording as users report it.
  return new ServiceError(validation(protocol), `${count}: ${problems.join("; ")}`);
}

export function invalidValue({ protocol }: ServiceModel, name: string, value: string): ServiceError {
  const message = `Value (${value}) for parameter ${name} is invalid.`;
  // Source: EC2 API, "Error codes": InvalidParameterValue; of the others AWS APIs, "Common errors".
  return new ServiceError(protocol === "ec2Query" ? "InvalidParameterValue" : validation(protocol), message);
}

function validation(protocol: ServiceModel["protocol"]): string {
  return protocol === "awsJson1_1" ? "ValidationException" : "ValidationError";
}

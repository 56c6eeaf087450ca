import { ServiceError } from "../serviceError";
import type { ServiceModel, ServiceName } from "./serviceModel";

type Protocol = ServiceModel["protocol"];

/** What is refused before an operation is called, in the words of each protocol's services. */
export interface Refusals {
  unsigned: () => ServiceError;
  invalidCredentials: () => ServiceError;
  expiredCredentials: () => ServiceError;
  /** Whoever is in no account that has anything. */
  notAuthorized: (principalArn: string, service: ServiceName, action: string) => ServiceError;
  /** @param name - as the request has it */
  unknownAction: (name: string) => ServiceError;
  /** It is AWS's, and the lab does not have it. */
  notInTheLab: (name: string) => ServiceError;
  tooLong: () => ServiceError;
  internal: () => ServiceError;
}

const notAuthorized = (principalArn: string, service: ServiceName, action: string): string =>
  `User: ${principalArn} is not authorized to perform: ${service}:${action} because no identity-based policy allows the ` +
  `${service}:${action} action`;

const query: Refusals = {
  // Source: AWS APIs, "Common errors": MissingAuthenticationToken.
  unsigned: () => new ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
  // Source: AWS APIs, "Common errors": InvalidClientTokenId.
  invalidCredentials: () =>
    new ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
  // Source: AWS APIs, "Common errors": ExpiredToken.
  expiredCredentials: () =>
    new ServiceError("ExpiredToken", "The security token included in the request is expired", 403),
  // Source: AWS APIs, "Common errors": AccessDenied; IAM User Guide, "Troubleshoot access denied error messages".
  notAuthorized: (...asked) => new ServiceError("AccessDenied", notAuthorized(...asked), 403),
  // Source: AWS APIs, "Common errors": InvalidAction.
  unknownAction: (name) => new ServiceError("InvalidAction", `Could not find operation ${name}`),
  // Source: none, the lab's own limit.
  notInTheLab: (name) => new ServiceError("InvalidAction", `the lab has no operation ${name}`),
  // Source: none, the lab's own limit.
  tooLong: () => new ServiceError("RequestEntityTooLarge", "the request is too long", 413),
  // Source: AWS APIs, "Common errors": InternalFailure.
  internal: () => new ServiceError("InternalFailure", "The request processing has failed.", 500),
};

export const refusals: Record<Protocol, Refusals> = {
  awsQuery: query,
  ec2Query: {
    // Source: EC2 API, "Error codes": AuthFailure.
    unsigned: () =>
      new ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    // Source: EC2 API, "Error codes": AuthFailure.
    invalidCredentials: () =>
      new ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    // Source: EC2 API, "Error codes": RequestExpired.
    expiredCredentials: () => new ServiceError("RequestExpired", "Request has expired."),
    // Source: EC2 API, "Error codes": UnauthorizedOperation.
    notAuthorized: (...asked) =>
      new ServiceError(
        "UnauthorizedOperation",
        `You are not authorized to perform this operation. ${notAuthorized(...asked)}`,
        403,
      ),
    // Source: EC2 API, "Error codes": InvalidAction.
    unknownAction: (name) => new ServiceError("InvalidAction", `The action ${name} is not valid for this web service.`),
    notInTheLab: query.notInTheLab,
    tooLong: query.tooLong,
    // Source: EC2 API, "Error codes": InternalError.
    internal: () => new ServiceError("InternalError", "An internal error has occurred", 500),
  },
  awsJson1_1: {
    // Source: AWS APIs, "Common errors": MissingAuthenticationToken.
    unsigned: () => new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token", 403),
    // Source: AWS JSON services' answer to credentials that there are not.
    invalidCredentials: () =>
      new ServiceError("UnrecognizedClientException", "The security token included in the request is invalid."),
    // Source: AWS APIs, "Common errors": ExpiredTokenException; the words as users report them.
    expiredCredentials: () =>
      new ServiceError("ExpiredTokenException", "The security token included in the request is expired"),
    // Source: AWS APIs, "Common errors": AccessDeniedException.
    notAuthorized: (...asked) => new ServiceError("AccessDeniedException", notAuthorized(...asked)),
    // Source: AWS JSON 1.1 protocol: X-Amz-Target names service and operation.
    unknownAction: () => new ServiceError("UnknownOperationException", ""),
    // Source: none, the lab's own limit.
    notInTheLab: (name) => new ServiceError("UnknownOperationException", `the lab has no operation ${name}`),
    // Source: AWS JSON 1.1 protocol: SerializationException; the length is the lab's limit.
    tooLong: () => new ServiceError("SerializationException", "the request is too long", 413),
    // Source: SSM API, "Common errors": InternalServerError.
    internal: () => new ServiceError("InternalServerError", "An error occurred on the server side.", 500),
  },
};

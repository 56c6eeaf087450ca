import { randomUUID } from "node:crypto";

/** What the API answers, of an error whose message has the provider's words around it. */
interface Answered {
  /** The message without those words. */
  answer?: string;
  /** Of HTTP. @default 400 */
  status?: number;
}

/** An error that AWS's API would have answered with. */
export class AwsError extends Error {
  /** The message as the API has it. */
  readonly answer: string;
  /** Of HTTP. */
  readonly status: number;

  /**
   * @param code - AWS's error code, e.g. `InvalidServiceName`
   * @param message - whole message as the provider prints it
   * @param options - `cause`: the error that this one explains
   */
  constructor(
    readonly code: string,
    message: string,
    options: ErrorOptions & Answered = {},
  ) {
    super(message, options);
    this.name = "AwsError";
    this.answer = options.answer ?? message;
    this.status = options.status ?? 400;
  }
}

/**
 * Creation failed or was given up after the resource was there: it has to be kept in the state, or it is lost. `partial` is what
 * the provider server looks for.
 */
export class IncompleteError extends Error {
  override readonly name = "IncompleteError";

  constructor(
    cause: unknown,
    readonly partial: { id: string; outputs: Record<string, unknown> },
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The services whose errors the model gives, and the HTTP status that they come with. */
type Service = "EC2" | "Elastic Load Balancing v2" | "IAM" | "KMS" | "RAM" | "SSM" | "STS";

/** HTTP status of IAM's errors. Source: IAM API Reference, CreateRole, DeleteRole and GetRole, "Errors". */
const iamStatus: Record<string, number> = {
  NoSuchEntity: 404,
  EntityAlreadyExists: 409,
  DeleteConflict: 409,
  LimitExceeded: 409,
};

/**
 * An API error in the form in which the AWS SDK for Go v2 prints it (and so the Terraform provider and @pulumi/aws).
 *
 * @param operation - API operation, e.g. `CreateVpcEndpoint`
 */
export function apiError(service: Service, operation: string, code: string, text: string): AwsError {
  const status = service === "IAM" ? (iamStatus[code] ?? 400) : 400;
  return new AwsError(
    code,
    `operation error ${service}: ${operation}, https response error StatusCode: ${status}, ` +
      `RequestID: ${randomUUID()}, api error ${code}: ${text}`,
    { answer: text, status },
  );
}

export function ec2Error(operation: string, code: string, text: string): AwsError {
  return apiError("EC2", operation, code, text);
}

export function elbError(operation: string, code: string, text: string): AwsError {
  return apiError("Elastic Load Balancing v2", operation, code, text);
}

/** Prefixes an API error as the provider does, e.g. `creating EC2 Subnet: operation error EC2: …`. */
export function explain(doing: string, error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const { code, answer, status } = error;
  return new AwsError(code, `${doing}: ${error.message}`, { cause: error, answer, status });
}

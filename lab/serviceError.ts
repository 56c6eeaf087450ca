/** An error as an AWS service answers it over HTTP. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  /** @param code - the error's name in the service's API */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** An error as SSM answers it. */
export class SsmError extends Error {
  override readonly name = "SsmError";

  /** @param code - the error's name in the Systems Manager API */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** An error as STS answers it. */
export class StsError extends Error {
  override readonly name = "StsError";

  /** @param code - the error's code in the STS API */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

import { isDeepStrictEqual } from "node:util";
import { ServiceError } from "../serviceError";

interface Remembered {
  input: object;
  output: Promise<object>;
}

/**
 * EC2 API, "Ensuring idempotency": a request that is repeated with its client token does nothing more, and has the same
 * answer; with other parameters it is refused. One that failed may be repeated.
 */
export class ClientTokens {
  private readonly requests = new Map<string, Remembered>();

  /** @param key - of account, Region, operation and token */
  once(key: string, input: object, call: () => Promise<object>): Promise<object> {
    const before = this.requests.get(key);
    if (before !== undefined) {
      if (isDeepStrictEqual(before.input, input)) return before.output;
      // Source: EC2 API, "Error codes": IdempotentParameterMismatch; wording UNVERIFIED.
      const message = "The request uses the same client token as a previous, but non-identical request.";
      throw new ServiceError("IdempotentParameterMismatch", message);
    }
    const output = call();
    this.requests.set(key, { input, output });
    output.catch(() => this.requests.delete(key));
    return output;
  }
}

import type { Context } from "../core/model";

/** An operation of AWS's API over the cloud's records. Input and output are those of AWS's model, as the AWS SDK types them. */
export interface Operation<Input extends object = object, Output extends object = object> {
  /** The parameters that it acts on. Any other one is refused before it is called. */
  takes: readonly string[];
  /** @throws AwsError as AWS answers */
  run: (context: Context, input: Input) => Output;
}

/** @param takes - names of the parameters that it acts on, from its input in the AWS SDK */
export function operation<Input extends object, Output extends object>(
  takes: readonly (keyof Input & string)[],
  run: (context: Context, input: Input) => Output,
): Operation<Input, Output> {
  return { takes, run };
}

import type { Caller } from "../../../../lab/cloud/cloud";
import type { ModelledService } from "../../../../lab/cloud/operations/operations";
import type { Properties } from "../../../../lab/cloud/core/properties";
import type { Made, Path } from "../topology";

/** Something that AWS refuses. Its source is named where the model throws the error. */
export interface Refusal {
  rule: string;
  code: string;
  /** A part of the message. */
  text: string | RegExp;
  /** What has to be there before, besides the path; in a cloud of its own. */
  given?: (path: Path) => Promise<Made>;
  /** What is refused, whole: nothing of it may be left. */
  attempt: (path: Path, given: Made) => Promise<unknown>;
}

type InputsOf = (path: Path, given: Made) => Properties;

export function creating(caller: Caller, type: string, inputs: InputsOf): Refusal["attempt"] {
  return (path, given) => path.builder.create(caller, type, inputs(path, given));
}

/** Changes inputs of something in place. */
export function changing(which: (path: Path, given: Made) => Made, changes: InputsOf): Refusal["attempt"] {
  return (path, given) => {
    const { caller, type, id, inputs, outputs } = which(path, given);
    return path.builder.cloud.update(caller, type, id, outputs, { ...inputs, ...changes(path, given) });
  };
}

/** Changes something of which there is nothing any more, or never was. */
export function changingNothing(which: (path: Path) => Made, id: string): Refusal["attempt"] {
  return (path) => {
    const { caller, type, inputs } = which(path);
    return path.builder.cloud.update(caller, type, id, {}, inputs);
  };
}

export function deleting(which: (path: Path, given: Made) => Made): Refusal["attempt"] {
  return (path, given) => {
    const { caller, type, id, outputs } = which(path, given);
    return path.builder.cloud.delete(caller, type, id, outputs);
  };
}

export function asking(caller: Caller, token: string, args: InputsOf): Refusal["attempt"] {
  return (path, given) => path.builder.cloud.invoke(caller, token, args(path, given));
}

/** Calls an operation of AWS's API. */
export function calling(
  caller: Caller,
  service: ModelledService,
  action: string,
  input: (path: Path, given: Made) => object,
): Refusal["attempt"] {
  return async (path, given) => {
    const operation = path.builder.cloud.operation(service, action);
    if (operation === undefined) throw new Error(`the cloud has no ${action}`);
    return Promise.resolve(operation.call(caller, input(path, given)));
  };
}

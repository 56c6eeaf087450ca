import type { EngineLog } from "./engineLog";
import type { Properties } from "./struct";

/** One `Provider` resource of one run of the engine. */
export interface ProviderInstance {
  urn: string;
  name: string;
  /** The provider's arguments. Lists and objects are JSON strings. */
  config: Properties;
  log: EngineLog;
}

/** What is known about a call besides its arguments. */
export interface Call {
  instance: ProviderInstance;
  /** URN, type token and name of the resource; of an invoke, urn and name are empty and the type is its token. */
  urn: string;
  type: string;
  name: string;
  /** Aborted when the engine cancels or vanishes. */
  signal: AbortSignal;
  /** From `customTimeouts`, in seconds; 0 when none is given. */
  timeout: number;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Property names are top-level ones. */
export interface Difference {
  changes: boolean;
  changed: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/**
 * What a provider does, without gRPC. Unknowns in a preview are the string UNKNOWN of struct.ts, in and out. A
 * thrown error's message is what the user reads.
 */
export interface ProviderBackend {
  /** Version of the plugin that this stands in for. */
  version: string;
  /** The package's schema as JSON, for languages that have no SDK of it. */
  schema?(): string;
  /** Called with the arguments of a provider before anything else; a thrown error refuses it. */
  configure(config: Properties): void;
  check(call: Call, olds: Properties, news: Properties): { inputs: object; failures: CheckFailure[] };
  diff(call: Call, id: string, oldInputs: Properties, oldOutputs: Properties, newInputs: Properties): Difference;
  create(call: Call, inputs: Properties, preview: boolean): Promise<{ id: string; outputs: object }>;
  /** undefined: the resource is gone. */
  read(
    call: Call,
    id: string,
    inputs: Properties,
    outputs: Properties,
  ): Promise<{ id: string; inputs: object; outputs: object } | undefined>;
  update(
    call: Call,
    id: string,
    oldOutputs: Properties,
    newInputs: Properties,
    preview: boolean,
  ): Promise<{ outputs: object }>;
  delete(call: Call, id: string, outputs: Properties): Promise<void>;
  invoke(call: Call, args: Properties): Promise<object>;
}

/**
 * The resource exists but is not what it should be (say, waiting for it was cut short). The engine keeps it in the state,
 * so that it is neither leaked nor created twice.
 */
export interface PartialFailure extends Error {
  partial: { id: string; outputs: object };
}

export function isPartialFailure(error: unknown): error is PartialFailure {
  if (!(error instanceof Error) || !("partial" in error)) return false;
  const { partial } = error;
  return (
    typeof partial === "object" &&
    partial !== null &&
    "id" in partial &&
    typeof partial.id === "string" &&
    "outputs" in partial &&
    typeof partial.outputs === "object" &&
    partial.outputs !== null
  );
}

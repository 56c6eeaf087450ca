import type { AwsBackend, AwsCaller } from "./aws";

/** Something that an engine asked the aws provider for, and for which the real one would call AWS. */
export interface OperationRecord {
  accountId: string;
  operation: "create" | "read" | "update" | "delete" | "call";
  /** Token of the resource type or of the function. */
  type: string;
  /** Of the resource; none of a function. */
  urn?: string;
}

/** The cloud, telling of each operation before it begins. What is checked, compared or previewed calls nothing. */
export function recorded(cloud: AwsBackend, tell: (record: OperationRecord) => void): AwsBackend {
  const note = ({ accountId, urn }: AwsCaller, operation: OperationRecord["operation"], type: string): void =>
    tell({ accountId, operation, type, ...(urn !== undefined && { urn }) });
  return {
    tokens: () => cloud.tokens(),
    check: (...args) => cloud.check(...args),
    diff: (...args) => cloud.diff(...args),
    create: (caller, type, inputs, options) => {
      if (options.preview !== true) note(caller, "create", type);
      return cloud.create(caller, type, inputs, options);
    },
    read: (caller, type, id, state) => {
      note(caller, "read", type);
      return cloud.read(caller, type, id, state);
    },
    update: (caller, type, id, oldOutputs, newInputs, options) => {
      if (options.preview !== true) note(caller, "update", type);
      return cloud.update(caller, type, id, oldOutputs, newInputs, options);
    },
    delete: (caller, type, id, outputs, options) => {
      note(caller, "delete", type);
      return cloud.delete(caller, type, id, outputs, options);
    },
    invoke: (caller, token, args) => {
      note(caller, "call", token);
      return cloud.invoke(caller, token, args);
    },
  };
}

import { withEngine, type StackQuery } from "./outputs";

/** What a killed run may have left unfinished: the operation and the resource. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  operation: string;
  urn: string;
}

/** Of pkg/apitype, DeploymentV3. */
export interface ExportedState {
  deployment?: {
    resources?: { type: string; urn: string; outputs?: Record<string, unknown> }[];
    pending_operations?: { type?: string; resource?: { urn?: string } }[];
  };
}

/** Operations that a state says were begun, and of which nobody saw the end. */
export function pendingOperations({ deployment }: ExportedState): PendingOperation[] {
  return (deployment?.pending_operations ?? []).map(({ type, resource }) => ({
    operation: type ?? "unknown",
    urn: resource?.urn ?? "unknown",
  }));
}

/**
 * Makes a stack's state forget what was begun and whose end nobody saw. For whoever has looked that such resources do not
 * exist, or has deleted or imported them: an operation that is forgotten leaves no trace.
 *
 * @returns what was forgotten
 * @throws StackError when there is no such stack, or it is locked
 */
export function forgetPending(query: StackQuery): Promise<PendingOperation[]> {
  return withEngine(query, async (engine) => {
    const text = await engine.run(["stack", "export", "--stack", query.stack]);
    const pending = pendingOperations(JSON.parse(text) as ExportedState);
    // An import never takes pending operations over (pkg/cmd/pulumi/stack/io.go).
    if (pending.length > 0) await engine.run(["stack", "import", "--stack", query.stack], { stdin: text });
    return pending;
  });
}

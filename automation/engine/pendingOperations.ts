import type { PendingOperation } from "../types";

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

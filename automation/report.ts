import type { PathReport } from "../path/proof/index";
import { exportState, type StackQuery } from "./engine/outputs";

interface Resource {
  urn: string;
  type: string;
  parent?: string;
  outputs?: Record<string, unknown>;
}

/** The proof in a stack's state. A component keeps its outputs; what has measured is gone when it was not inspected. */
export function reportIn(exported: unknown): PathReport | undefined {
  const { resources = [] } = (exported as { deployment?: { resources?: Resource[] } }).deployment ?? {};
  const verification = resources.find(({ type }) => type === "gwlb-inspection:index:PathVerification");
  const measured = resources.some(
    ({ type, parent }) => type === "command:local:Command" && parent === verification?.urn,
  );
  return measured ? (verification?.outputs?.["report"] as PathReport | undefined) : undefined;
}

/**
 * What the last deployment of a consumer's stack proved; undefined where it did not.
 *
 * @throws StackError when there is no such stack
 */
export async function readReport(query: StackQuery): Promise<PathReport | undefined> {
  return reportIn(await exportState(query));
}

import { exportActualState, exportState, type Workspace } from "../automation";
import type { PathReport } from "../report";
import { diagnose } from "../topology";
import { statesOf } from "./trace";

/**
 * A report with causes: where something is wrong, the stacks' states and what the providers find now are traced. Without
 * them the report is as it was measured, and `onProgress` is told why.
 *
 * @param stacks - all stacks of the path, the security stack among them
 */
export async function diagnosed(
  report: PathReport,
  options: { workspace: Workspace; stacks: string[]; onProgress: (line: string) => void },
): Promise<PathReport> {
  if (report.pairs.every(({ verdict, findings }) => verdict === "inspected" && findings.length === 0)) return report;
  const { workspace, stacks, onProgress } = options;
  onProgress("comparing the deployed stacks with what exists now");
  try {
    const [recorded, actual] = await Promise.all([
      statesOf(stacks, (stack) => exportState({ workspace, stack })),
      statesOf(stacks, (stack) => exportActualState({ workspace, stack })),
    ]);
    return diagnose(report, { recorded, actual });
  } catch (error) {
    onProgress(`no trace: ${error instanceof Error ? error.message : String(error)}`);
    return report;
  }
}

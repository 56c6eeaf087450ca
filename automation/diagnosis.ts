import type { PathReport } from "../report/index";
import { diagnose, readStackExport, type ResourceState } from "../topology/index";
import { exportActualState, exportState } from "./outputs";
import type { Workspace } from "./workspace";

export interface DiagnosisOptions {
  workspace?: Workspace;
  /** All stacks of the path, the security stack among them. */
  stacks: string[];
  onProgress?: (line: string) => void;
}

/** Whether there is anything to give a cause for. */
function isGood({ pairs }: PathReport): boolean {
  return pairs.every(({ verdict, findings }) => verdict === "inspected" && findings.length === 0);
}

/**
 * A report with causes: where something is wrong, the stacks' states and what the providers find now are traced. Without
 * them the report is as it was measured, and `onProgress` is told why.
 */
export async function diagnosed(report: PathReport, options: DiagnosisOptions): Promise<PathReport> {
  if (isGood(report)) return report;
  const { workspace, stacks, onProgress } = options;
  onProgress?.("comparing the deployed stacks with what exists now");
  const recorded: ResourceState[] = [];
  const actual: ResourceState[] = [];
  try {
    await Promise.all(
      stacks.map(async (stack) => {
        const query = { ...(workspace && { workspace }), stack };
        const exported = await exportState(query);
        const source = `the export of stack ${stack}`;
        recorded.push(...readStackExport(exported, source));
        actual.push(...readStackExport(await exportActualState(query, exported), source));
      }),
    );
    return diagnose(report, { recorded, actual });
  } catch (error) {
    onProgress?.(`no trace: ${error instanceof Error ? error.message : String(error)}`);
    return report;
  }
}

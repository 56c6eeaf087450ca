import type { PathReport } from "../path/proof/index";
import { diagnose, readStackExport, type ResourceState } from "../path/topology/index";
import { exportActualState, exportState } from "./engine/outputs";
import type { Workspace } from "./engine/workspace";

/** Whose states a report's causes are looked for in. */
export interface DiagnosisOptions {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** All stacks of the path, the security stack among them. */
  stacks: string[];
  /** Ends it early. */
  signal?: AbortSignal;
  /** Hears what is done. */
  onProgress?: (line: string) => void;
}

/** Seconds that engine and providers have to tell what exists. */
const patience = 180;

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
  const { workspace, stacks, onProgress, signal } = options;
  onProgress?.("comparing the deployed stacks with what exists now");
  const recorded: ResourceState[] = [];
  const actual: ResourceState[] = [];
  const late = AbortSignal.timeout(patience * 1000);
  const killSignal = signal === undefined ? late : AbortSignal.any([late, signal]);
  try {
    await Promise.all(
      stacks.map(async (stack) => {
        const query = { ...(workspace && { workspace }), stack, killSignal };
        const exported = await exportState(query);
        const source = `the export of stack ${stack}`;
        recorded.push(...readStackExport(exported, source));
        actual.push(...readStackExport(await exportActualState(query, exported), source));
      }),
    );
    return diagnose(report, { recorded, actual });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onProgress?.(`no trace: ${late.aborted ? `it was not told within ${patience} s what exists now` : reason}`);
    return report;
  }
}

import type { PathReport } from "../path/proof/index";
import { diagnose, readStackExport, topologyFromStates, type ResourceState } from "../path/topology/index";
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

/** Whether there is nothing to give a cause for. */
function isGood({ pairs }: PathReport): boolean {
  return pairs.every(({ verdict, findings }) => verdict === "inspected" && findings.length === 0);
}

/** A stack as it was deployed. */
interface ReadStack {
  /** What the export has. */
  recorded: ResourceState[];
  /** What the providers find now of these resources. @default of all */
  actual: (target?: string[]) => Promise<ResourceState[]>;
}

/**
 * Whether any subnet has IPv6 now, in a stack with a host of the report: then IPv6 may go past what is inspected. Only subnets are looked at,
 * which is quick.
 */
async function haveIpv6({ pairs }: PathReport, stacks: readonly ReadStack[]): Promise<boolean> {
  const names = new Set(pairs.flatMap(({ source, destination }) => [source.name, destination.name]));
  const found = await Promise.all(
    stacks.map(async ({ recorded, actual }) => {
      const { instances } = topologyFromStates(recorded);
      if (Object.values(instances).every(({ name }) => !names.has(name))) return false;
      const subnets = recorded.filter(({ type }) => type === "aws:ec2/subnet:Subnet").map(({ urn }) => urn);
      if (subnets.length === 0) return false;
      return Object.values(topologyFromStates(await actual(subnets)).subnets).some(
        ({ ipv6CidrBlocks }) => ipv6CidrBlocks !== undefined,
      );
    }),
  );
  return found.includes(true);
}

/**
 * A report with causes: where something is wrong, the stacks' states and what the providers find now are traced. Without
 * them the report is as it was measured, and `onProgress` is told why.
 */
export async function diagnosed(report: PathReport, options: DiagnosisOptions): Promise<PathReport> {
  const { workspace, stacks, onProgress, signal } = options;
  const late = AbortSignal.timeout(patience * 1000);
  const killSignal = signal === undefined ? late : AbortSignal.any([late, signal]);
  const read = async (stack: string): Promise<ReadStack> => {
    const query = { ...(workspace && { workspace }), stack, killSignal };
    const exported = await exportState(query);
    const source = `the export of stack ${stack}`;
    return {
      recorded: readStackExport(exported, source),
      actual: async (target) => readStackExport(await exportActualState(query, exported, target), source),
    };
  };
  try {
    const all = await Promise.all(stacks.map(read));
    if (isGood(report) && !(await haveIpv6(report, all))) return report;
    onProgress?.("comparing the deployed stacks with what exists now");
    const actual = await Promise.all(all.map((stack) => stack.actual()));
    return diagnose(report, { recorded: all.flatMap(({ recorded }) => recorded), actual: actual.flat() });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onProgress?.(`no trace: ${late.aborted ? `it was not told within ${patience} s what exists now` : reason}`);
    return report;
  }
}

import type { Verdict } from "../path/proof/index";
import { EngineCommandError, type EngineCommand } from "./engine/engineCommand";
import type { ChangeCounts, PendingOperation } from "./types";
import { settleLimited } from "./order";
import { openStack, withEngine } from "./engine/outputs";
import { reportIn } from "./report";
import { pendingOperations, type ExportedState } from "./engine/pendingOperations";
import { refuseDamage } from "./engine/stateDamage";
import { locksOf, type StackLock } from "./engine/stateLock";
import type { StackSelection, Workspace } from "./engine/workspace";

/** The last update that the backend has recorded. One that was killed leaves no record where the state is in files. */
export interface LastUpdate {
  /** `update` (a deployment), `destroy`, `refresh`, `import`, … */
  operation: string;
  result: "succeeded" | "failed" | "in-progress";
  /** ISO 8601. */
  startedAt: string;
  endedAt?: string;
  changes: ChangeCounts;
}

/** How a stack stands. */
export type StackStatus =
  | { stack: string; exists: false }
  | {
      stack: string;
      exists: true;
      /** Resources in the state, the stack itself and its providers not counted. */
      resources: number;
      lastUpdate?: LastUpdate;
      pending: PendingOperation[];
      /** Who has locked it; `unknown` where the backend does not tell beforehand. */
      locks: StackLock[] | "unknown";
      /** What the last deployment proved, of a consumer's stack. */
      proof?: { verdict: Verdict; measuredAt: string };
    };

/** Which stacks are asked for. */
export interface StatusOptions {
  workspace?: Workspace;
  stacks: StackSelection[];
}

/**
 * How the stacks stand, from the backend alone: no credentials of AWS, nothing is run or changed.
 *
 * @returns one per stack, in the order of `stacks`
 * @throws StackError when the backend does not answer
 */
export async function status({ workspace, stacks }: StatusOptions): Promise<StackStatus[]> {
  const settled = await settleLimited(stacks, 4, ({ name }) =>
    withEngine({ ...(workspace && { workspace }), stack: name }, (engine, { project }) =>
      statusOf(engine, project, name),
    ),
  );
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

async function statusOf(engine: EngineCommand, project: string, stack: string): Promise<StackStatus> {
  let exported: ExportedState;
  try {
    exported = JSON.parse(await engine.run(["stack", "export", "--stack", stack])) as ExportedState;
  } catch (error) {
    if (error instanceof EngineCommandError && /no stack named .* found/.test(error.stderr)) {
      await refuseDamage(engine, project, stack);
      return { stack, exists: false };
    }
    throw error;
  }
  const resources = exported.deployment?.resources ?? [];
  const report = reportIn(exported);
  const [lastUpdate, locks] = await Promise.all([last(engine, stack), locksOf(engine, project, stack)]);
  return {
    stack,
    exists: true,
    resources: resources.filter(({ type }) => type !== stackType && !type.startsWith("pulumi:providers:")).length,
    ...(lastUpdate && { lastUpdate }),
    pending: pendingOperations(exported),
    locks: locks?.map(({ holder, since, stale }) => ({ holder, since, stale })) ?? "unknown",
    ...(report && { proof: { verdict: report.verdict, measuredAt: report.measuredAt } }),
  };
}

const stackType = "pulumi:pulumi:Stack";

async function last(engine: EngineCommand, stack: string): Promise<LastUpdate | undefined> {
  const update = await (await openStack(engine, stack)).info(false);
  if (update === undefined) return undefined;
  const { kind, result, startTime, endTime, resourceChanges = {} } = update;
  return {
    operation: kind,
    // Of the SDK's "not-started" no backend knows.
    result: result as LastUpdate["result"],
    startedAt: startTime.toISOString(),
    ...(endTime && { endedAt: endTime.toISOString() }),
    changes: resourceChanges,
  };
}

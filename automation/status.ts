import type { Verdict } from "../path/proof/index";
import { EngineCommandError, type EngineCommand } from "./engine/engineCommand";
import type { ChangeCounts, PendingOperation } from "./types";
import { settleLimited } from "./order";
import { openStack, withEngine } from "./engine/outputs";
import { proofIn } from "./report";
import { pendingOperations, type ExportedState } from "./engine/pendingOperations";
import { refuseDamage } from "./engine/stateDamage";
import { locksOf, type StackLock } from "./engine/stateLock";
import type { StackSelection, Workspace } from "./engine/workspace";

/** The last update that the backend has recorded. One that was killed leaves no record where the state is in files. */
export interface LastUpdate {
  /** `update` (a deployment), `destroy`, `refresh`, `import`, … */
  operation: string;
  /** `in-progress` only in a backend that records updates from their beginning on, as Pulumi Cloud. */
  result: "succeeded" | "failed" | "in-progress";
  /** ISO 8601. */
  startedAt: string;
  /** ISO 8601; absent while it is in progress. */
  endedAt?: string;
  /** Those that were left as they are (`same`) among them. Empty while it is in progress. */
  changes: ChangeCounts;
}

/** How a stack stands. */
export type StackStatus =
  | {
      /** Name of the stack, as it was asked for. */
      stack: string;
      /** The backend has no stack of this name. */
      exists: false;
    }
  | {
      /** Name of the stack, as it was asked for. */
      stack: string;
      /** The backend has it, be it without resources. */
      exists: true;
      /** Resources in the state, the stack itself and its providers not counted. */
      resources: number;
      /** Absent where the backend has no record of any. */
      lastUpdate?: LastUpdate;
      /** What a killed run had begun and not ended; empty when all is well. */
      pending: PendingOperation[];
      /** Who has locked it; `unknown` where the backend does not tell beforehand. */
      locks: StackLock[] | "unknown";
      /** What the last deployment proved, of a consumer's stack; absent where it proved nothing, and of other stacks. */
      proof?: {
        /** The report's, of all pairs together. */
        verdict: Verdict;
        /** When the measurement began, ISO 8601. */
        measuredAt: string;
      };
    };

/** Which stacks are asked for. */
export interface StatusOptions {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** Any number of them; only their names count here. One that does not exist is no error. */
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
  const proof = proofIn(exported);
  const [lastUpdate, locks] = await Promise.all([last(engine, stack), locksOf(engine, project, stack)]);
  return {
    stack,
    exists: true,
    resources: resources.filter(({ type }) => type !== stackType && !type.startsWith("pulumi:providers:")).length,
    ...(lastUpdate && { lastUpdate }),
    pending: pendingOperations(exported),
    locks: locks?.map(({ holder, since, stale }) => ({ holder, since, stale })) ?? "unknown",
    ...(proof && { proof }),
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

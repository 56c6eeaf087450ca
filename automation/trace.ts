import { readStackExport, savedAt, topologyFromStates, trace as follow, TraceError } from "../path/topology/index";
import type { Topology, TraceProtocol, TraceResult } from "../path/topology/index";
import { exportState } from "./engine/outputs";
import { SettingsError, type StackSelection, type Workspace } from "./engine/workspace";

/** Which stacks' states make the topology. */
export interface TopologyOptions {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** All stacks of the paths, the security stack among them. */
  stacks: StackSelection[];
}

/** A trace through the stacks' states. */
export interface TraceOptions extends TopologyOptions {
  /** An instance's id, name or private address; or an address in the internet. */
  source: string;
  /** An instance, as the source; or any IPv4 address. */
  destination: string;
  /** @default "icmp" */
  protocol?: TraceProtocol;
}

/**
 * Accounts, VPCs, instances and what leads where, as the stacks' states tell.
 *
 * @throws StackError when there is no such stack
 */
export async function readTopology({ workspace, stacks }: TopologyOptions): Promise<Topology> {
  const exports = await Promise.all(
    stacks.map(
      async ({ name: stack }) => [stack, await exportState({ ...(workspace && { workspace }), stack })] as const,
    ),
  );
  const states = exports.flatMap(([stack, exported]) => readStackExport(exported, `the export of stack ${stack}`));
  const saved = exports.flatMap(([stack, exported]) => {
    const time = savedAt(exported);
    return time === undefined ? [] : [[stack, time] as const];
  });
  return { ...topologyFromStates(states), savedAt: Object.fromEntries(saved) };
}

/**
 * Follows a packet and its answer hop by hop through the stacks' states. None is sent, and no AWS API is called.
 *
 * @throws SettingsError when source or destination cannot be told
 * @throws StackError when there is no such stack
 */
export async function trace(options: TraceOptions): Promise<TraceResult> {
  const { source, destination, protocol = "icmp" } = options;
  const topology = await readTopology(options);
  try {
    return follow(topology, { source, destination, protocol });
  } catch (error) {
    throw error instanceof TraceError ? new SettingsError(error.message) : error;
  }
}

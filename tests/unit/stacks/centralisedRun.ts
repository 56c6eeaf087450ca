import type { ReferencedStack } from "../../../lab/mocks";
import { accounts } from "../../fixtures/aws";
import { command } from "../path/topology/deployment";
import { newCloud } from "../components/run";
import { runStack, type StackRun } from "./run";

export const centralisedStacks = ["security", "transit", "spoke-a", "spoke-b", "proof"] as const;
export type CentralisedStack = (typeof centralisedStacks)[number];

/** A spoke that is attached looks at its attachment, too: the calls of a preview after the first deployment. */
export function previewedSpoke(
  { runs, stacks }: Awaited<ReturnType<typeof deployCentralised>>,
  config: Record<string, unknown>,
): Promise<StackRun> {
  return runStack("spoke-a", { cloud: runs["spoke-a"].cloud, stacks, config, preview: true });
}

/** @param changes - of the shipped settings, by stack. @returns each stack's run up to the last one */
export async function deployCentralised(
  changes: Partial<Record<CentralisedStack, Record<string, unknown>>> = {},
  last: CentralisedStack = "proof",
): Promise<{ runs: Record<CentralisedStack, StackRun>; stacks: Record<string, ReferencedStack> }> {
  const cloud = newCloud({ accounts: { ...accounts, "333333333333": { name: "spoke-b" } } });
  const stacks: Record<string, ReferencedStack> = {};
  const runs: Partial<Record<CentralisedStack, StackRun>> = {};
  for (const stack of centralisedStacks.slice(0, centralisedStacks.indexOf(last) + 1)) {
    const run = await runStack(stack, { cloud, stacks: { ...stacks }, config: changes[stack] ?? {}, command });
    runs[stack] = run;
    stacks[stack] = { outputs: run.outputs, secretNames: run.secretNames };
  }
  return { runs: runs as Record<CentralisedStack, StackRun>, stacks };
}

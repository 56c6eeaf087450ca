import { roleOf } from "../path/net/ownership";
import { checkStackName, SettingsError, type StackSelection } from "./engine/workspace";

/**
 * Stacks in the order of their dependencies: the security stack hands its service to the consumers, which know nothing
 * of each other, the transit stack its transit gateway to spokes, these their hosts to what measures. Those of one wave may run side by side.
 *
 * @throws SettingsError for no stack, a stack named twice, or a name that cannot be one
 */
export function waves(stacks: StackSelection[]): StackSelection[][] {
  if (stacks.length === 0) throw new SettingsError("stacks: expected at least one");
  const seen = new Set<string>();
  for (const { name } of stacks) {
    checkStackName(name);
    if (seen.has(name)) throw new SettingsError(`stack "${name}" is named twice`);
    seen.add(name);
  }
  return [0, 1, 2, 3]
    .map((wave) => stacks.filter(({ name }) => waveOf(name) === wave))
    .filter((wave) => wave.length > 0);
}

/** A name of no role goes with the consumers, for the program to refuse. */
function waveOf(name: string): number {
  return ({ security: 0, transit: 1, proof: 3 } as Record<string, number>)[roleOf(name)] ?? 2;
}

/** Runs `work` over `items`, at most `limit` at a time, and waits for all of them. Results keep the items' order. */
export async function settleLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (index >= items.length || item === undefined) return;
      try {
        results[index] = { status: "fulfilled", value: await work(item) };
      } catch (reason) {
        results[index] = { status: "rejected", reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane));
  return results;
}

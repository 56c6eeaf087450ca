import { ConfigError } from "../../../stacks/config/index";

/** What a reading of the settings refuses. */
export function problemsIn(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

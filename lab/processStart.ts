import * as fs from "node:fs";

/**
 * Start time of a process in clock ticks since boot (proc(5), field 22 of stat): tells a re-used process id apart. Undefined when
 * there is no such process, or no /proc.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name, in parentheses, may hold spaces: count fields behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

import * as fs from "node:fs";

/**
 * Start time of a process in clock ticks since boot (proc(5), field 22 of stat): tells a re-used process id apart. Undefined when
 * there is no such process, or no /proc; a zombie is none any more: nobody has collected it, and it does nothing.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name, in parentheses, may hold spaces: count fields behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ["Z", "X"].includes(fields[0] ?? "") ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

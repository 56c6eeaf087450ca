/**
 * What a second run must not touch, one fact a line: every file of the root file system with the times of its content
 * and of its inode, packages, rules with their counters, network settings, units with their start, processes.
 */
export const footprint = `
  find / -xdev ! -path /tmp -printf 'file %p %M %s %T@ %C@\\n' | sort
  dpkg-query --show --showformat 'package \${Package} \${Version} \${db:Status-Status}\\n'
  iptables-save -c | grep -v '^#'
  sysctl -a -r '^net\\.' 2>/dev/null | grep -v nf_conntrack_count
  systemctl show -p Id,ActiveState,UnitFileState,MainPID,NRestarts,ActiveEnterTimestampMonotonic '*' | paste -s -d ' ' |
    sed 's/  /\\n/g' | sort
  ps -e -o pid=,ppid=,args= | awk '$2 != 0 && !/ps -e|awk/'
`;

/** A difference that only one of the two has, marked as `diff` marks it. */
export function differences(before: string, after: string): string[] {
  const [one, other] = [before, after].map((text) => text.split("\n")) as [string[], string[]];
  const [old, now] = [new Set(one), new Set(other)];
  return [
    ...one.filter((line) => !now.has(line)).map((line) => `< ${line}`),
    ...other.filter((line) => !old.has(line)).map((line) => `> ${line}`),
  ];
}

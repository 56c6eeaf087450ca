import { spawnSync } from "node:child_process";

/** What `npm audit --json` prints (npm 10 and 11): a report, or what went wrong. */
export interface AuditOutput {
  vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
  message?: string;
}

/** What is to be said, and whether it is to stop a change: a registry that does not answer does not. */
export function judgeAudit({ vulnerabilities, message }: AuditOutput): { ok: boolean; lines: string[] } {
  if (vulnerabilities === undefined) {
    return { ok: true, lines: [`Not audited, no registry answers: ${message ?? "npm audit said nothing"}`] };
  }
  const grave = Object.values(vulnerabilities).filter(({ severity }) => ["high", "critical"].includes(severity));
  return { ok: grave.length === 0, lines: grave.map(({ name, severity, range }) => `${name} ${range}: ${severity}`) };
}

if (require.main === module) {
  // Of what users get: tools of development run on nobody else's machine.
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  let output: AuditOutput;
  try {
    output = JSON.parse(stdout) as AuditOutput;
  } catch {
    output = { message: "npm audit printed no JSON" };
  }
  const { ok, lines } = judgeAudit(output);
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = ok ? 0 : 1;
}

import type { z } from "zod";

/** What is wrong with a file first, and where in it. Quotes nothing of it. */
export function firstProblem({ issues: [issue] }: z.ZodError): string {
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.map(String).join(".")}`;
  return `${issue?.message ?? "unreadable"}${where}`;
}

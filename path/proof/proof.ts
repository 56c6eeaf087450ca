import type { PathReport } from "./pathReport";

type Judged = Pick<PathReport, "verdict" | "statelessAppliances">;

/** Whether a verdict is the one that is wanted: `inspected`, or `asymmetric` where the appliances keep no state. */
export function isProven({ verdict, statelessAppliances }: Judged): boolean {
  return verdict === "inspected" || (verdict === "asymmetric" && statelessAppliances === true);
}

/** The verdict, and by whose word it is good enough where it is not `inspected`. */
export function verdictInWords(report: Judged): string {
  const { verdict } = report;
  return verdict !== "inspected" && isProven(report)
    ? `${verdict}, proven as the settings have it: the appliances keep no state`
    : verdict;
}

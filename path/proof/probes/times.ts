import type { PingStatistics } from "../pathReport";

/** As ping has them, in milliseconds with three digits; nothing where nothing was answered. */
export function timesOf(milliseconds: number[]): Pick<PingStatistics, "rtt"> {
  if (milliseconds.length === 0) return {};
  const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const avg = mean(milliseconds);
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    rtt: {
      min: rounded(Math.min(...milliseconds)),
      avg: rounded(avg),
      max: rounded(Math.max(...milliseconds)),
      mdev: rounded(Math.sqrt(mean(milliseconds.map((each) => (each - avg) ** 2)))),
    },
  };
}

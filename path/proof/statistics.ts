import type { PairReport, PingStatistics } from "./pathReport";

type Measured = Pick<PairReport, "ping" | "probe">;

/** What a pair's probe counted, whichever it was; absent where it could not be run. */
export function statisticsOf({ ping, probe }: Measured): PingStatistics | undefined {
  return ping ?? probe?.statistics;
}

/** `5/5`: answered of sent. */
export function answeredInWords(pair: Measured): string {
  const statistics = statisticsOf(pair);
  if (statistics === undefined) return pair.probe === undefined ? "no ping" : "not run";
  return `${statistics.received}/${statistics.transmitted}`;
}

import type { PingStatistics } from "./index";

const number = String.raw`\d+(?:\.\d+)?`;
const summary = new RegExp(
  String.raw`^(\d+) packets transmitted, (\d+) (?:packets )?received(?:, .*)?, (${number})% packet loss`,
  "m",
);
const times = new RegExp(String.raw`^rtt min/avg/max/mdev = (${number})/(${number})/(${number})/(${number}) ms`, "m");

/**
 * Reads the statistics that iputils' ping prints at its end, also after it was interrupted.
 * @returns undefined when there are none: ping did not come to send anything
 */
export function parsePing(output: string): PingStatistics | undefined {
  const [, transmitted, received, loss] = summary.exec(output) ?? [];
  if (transmitted === undefined || received === undefined || loss === undefined) {
    return undefined;
  }
  const statistics = { transmitted: Number(transmitted), received: Number(received), loss: Number(loss) };
  const [, min, avg, max, mdev] = (times.exec(output) ?? []).map(Number);
  return min === undefined || avg === undefined || max === undefined || mdev === undefined
    ? statistics
    : { ...statistics, rtt: { min, avg, max, mdev } };
}

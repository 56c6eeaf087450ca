import { columns, type View } from "gwlb-inspection/cli";
import type { Settings } from "./api";
import { failoverEvents, type EventName } from "./events";
import type { Figures } from "./figures";
import { streamCount } from "./traffic";

/** One event under one pair of settings. */
export interface Measured {
  event: EventName;
  failover: Settings["failover"];
  crossZone: boolean;
  figures: Figures;
  /** Flows that were given another target from the event until it was healed. */
  moved: number;
  /** Seconds from the event until the API said of the target that it is not healthy; absent when it never did. */
  unhealthyAfter?: number;
  /** What it said then: `unhealthy`, `unused`, `draining`. */
  state?: string;
}

/** All that was measured, and by which settings. */
export interface FailoverReport {
  source: string;
  destination: string;
  /** AWS's times are multiplied by this. */
  scale: number;
  settings: Settings;
  measured: Measured[];
}

const heads = ["event", "failover", "cross-zone", "lost", "without", "streams", "pause", "moved", "new", "not healthy"];

/** What the columns hold. */
const legend =
  "Times are in seconds. lost: pings of those sent; without: the longest time without an answer to a ping; streams: that went on, paused for a " +
  "second or more, were cut or silent in the end; pause: the longest of a stream that went on; moved: flows that were given another target; new: " +
  "connections that came about of those asked for until the event was healed; not healthy: when the API first said so, and its word.";

const seconds = (value: number): string => value.toFixed(1);

function row({ event, failover, crossZone, figures, moved, unhealthyAfter, state }: Measured): string[] {
  const { sent, lost, without, wentOn, stalled, cut, pause, asked, opened } = figures;
  return [
    ...[failoverEvents[event].name, failover, crossZone ? "on" : "off", `${lost}/${sent}`, seconds(without)],
    `${wentOn}/${stalled}/${cut}`,
    stalled === 0 ? "-" : seconds(pause),
    String(moved),
    `${opened}/${asked}`,
    unhealthyAfter === undefined ? "never" : `${seconds(unhealthyAfter)} ${state ?? ""}`.trim(),
  ];
}

/** By what the table was made, in sentences. */
export function conditions({ source, destination, scale, settings }: FailoverReport): string {
  const { interval, timeout, unhealthyThreshold, healthyThreshold, deregistrationDelay, stickiness } = settings;
  return (
    `From ${source} to ${destination}: a ping each 0.1 s, ${streamCount} TCP streams, a new connection each 0.5 s; stickiness ${stickiness}. ` +
    `On AWS these settings mean: health check each ${interval} s, timeout ${timeout} s, unhealthy after ${unhealthyThreshold}, healthy after ` +
    `${healthyThreshold}; deregistration delay ${deregistrationDelay} s. The figures are the lab's, whose times are AWS's by ${scale}, and never AWS's. ${legend}`
  );
}

export function failoverTable(report: FailoverReport, view: View): string {
  return columns(heads, report.measured.map(row), view, 3);
}

/** For a page of documentation. */
export function failoverMarkdown(report: FailoverReport): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(heads), line(heads.map(() => "---")), ...report.measured.map((each) => line(row(each)))];
  return [conditions(report), "", ...table].join("\n");
}

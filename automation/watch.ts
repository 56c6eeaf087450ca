import { setTimeout as after } from "node:timers/promises";
import type { PathReport, Verdict } from "../path/proof/index";
import { consumersOf, measureOne, type MeasureOptions, type Measurement } from "./measure";

/** What is measured again and again, and how often. */
export interface WatchOptions extends MeasureOptions {
  /** Seconds from the begin of one round of measurements to that of the next; a round that takes longer is not cut short. */
  interval: number;
}

/** A pair whose verdict is not what it was a round ago. */
export interface VerdictChange {
  source: string;
  destination: string;
  /** Absent in the first round, and after a round in which the stack could not be measured. */
  from?: Verdict;
  to: Verdict;
}

/** One consumer measured once more. */
export type WatchEvent =
  | { kind: "measured"; stack: string; report: PathReport; changes: VerdictChange[] }
  | { kind: "failed"; stack: string; message: string };

/**
 * Measures the consumers' paths again and again until the signal is aborted. Causes are looked for only in a round in
 * which a verdict changed.
 *
 * @throws SettingsError when there is no consumer among the stacks
 */
export async function* watch(options: WatchOptions): AsyncGenerator<WatchEvent, void, void> {
  const { interval, signal } = options;
  const consumers = consumersOf(options.stacks);
  const last = new Map<string, PathReport>();
  const isAborted = (): boolean => signal?.aborted === true;
  while (!isAborted()) {
    const next = after(interval * 1000, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    for (const { name } of consumers) {
      const before = last.get(name);
      const changed = (report: PathReport): boolean => changesBetween(before, report).length > 0;
      const measurement = await measureOne(name, options, changed);
      // What was cut short proves nothing.
      if (isAborted()) return;
      if (measurement.outcome === "measured") last.set(name, measurement.report);
      else last.delete(name);
      yield eventOf(measurement, before);
    }
    await next;
  }
}

function eventOf(measurement: Measurement, before: PathReport | undefined): WatchEvent {
  const { stack } = measurement;
  if (measurement.outcome === "failed") return { kind: "failed", stack, message: measurement.error.message };
  const { report } = measurement;
  return { kind: "measured", stack, report, changes: changesBetween(before, report) };
}

/** Pairs of `now` whose verdict is not that of `before`; all of them without one. */
export function changesBetween(before: PathReport | undefined, now: PathReport): VerdictChange[] {
  return now.pairs.flatMap((pair) => {
    const [source, destination] = [pair.source.name, pair.destination.name];
    const old = before?.pairs.find((each) => each.source.name === source && each.destination.name === destination);
    if (old?.verdict === pair.verdict) return [];
    return [{ source, destination, ...(old && { from: old.verdict }), to: pair.verdict }];
  });
}

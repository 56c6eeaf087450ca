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
  /** Name of the pair's source, as in the report. */
  source: string;
  /** Name of the pair's destination, as in the report. */
  destination: string;
  /** Absent in the first round, and after a round in which the stack could not be measured. */
  from?: Verdict;
  /** This round's verdict. */
  to: Verdict;
}

/** One consumer measured once more. */
export type WatchEvent =
  | {
      /** There is a report; whether its verdict is good is another matter. */
      kind: "measured";
      /** The consumer's stack. */
      stack: string;
      /** It has causes only in a round in which a verdict changed. */
      report: PathReport;
      /** Empty when every verdict is that of the round before. In the first round, and after one that failed, all pairs. */
      changes: VerdictChange[];
    }
  | {
      /** The consumer could not be measured in this round: the next one tries again. */
      kind: "failed";
      /** The consumer's stack. */
      stack: string;
      /** Why, as the error says it that `measure` would give. */
      message: string;
    };

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

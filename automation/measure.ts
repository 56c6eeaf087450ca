import type { PathReport } from "../path/proof/index";
import { diagnosed } from "./diagnosis";
import { verify } from "./verify";
import { isMeasured } from "../path/net/ownership";
import { SettingsError, type StackSelection, type Workspace } from "./engine/workspace";

/** What happens while paths are measured. */
export type MeasureEvent =
  | {
      /** A step of a measurement, or of the search for causes after it. */
      kind: "progress";
      /** The consumer's stack that is being measured. */
      stack: string;
      /** The step in words, for people: its wording may change. */
      line: string;
    }
  | {
      /** One target's capture was brought back; once for each target that had one. */
      kind: "capture";
      /** The consumer's stack that is being measured. */
      stack: string;
      /** Name of the target, as in the report. */
      target: string;
      /** A pcap file: the target's GENEVE packets, each cut off after 256 bytes. */
      pcap: Buffer;
    };

/** What is measured, and for how long it may be waited. */
export interface MeasureOptions {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** The stacks to measure, and those that their paths lead through, whose states are needed to name causes. */
  stacks: StackSelection[];
  /** Hears of progress, and gets the captures. */
  onEvent?: (event: MeasureEvent) => void;
  /** Seconds to wait for health checks at most. @default as deployed */
  healthDeadline?: number;
  /** Seconds during which connecting to a host is tried again. @default 30 */
  connectDeadline?: number;
  /** Ends the measurement early; captures are removed from the hosts nonetheless. */
  signal?: AbortSignal;
}

/** What became of measuring one consumer. */
export type Measurement =
  | {
      /** The consumer's stack. */
      stack: string;
      /** There is a report; whether its verdict is good is another matter. */
      outcome: "measured";
      /** Where something is wrong, with the causes that were found. */
      report: PathReport;
    }
  | {
      /** The consumer's stack. */
      stack: string;
      /** There is no report. Hosts that cannot be reached are no such failure: the report says so. */
      outcome: "failed";
      /** Why: a StackError where the stack does not exist or has no path, a SettingsError where the workspace cannot be used. */
      error: Error;
    };

/**
 * Measures the paths of deployed consumers, one after another, and says why where something is wrong. Touches no resource.
 * A consumer that cannot be measured does not keep the others from it.
 *
 * @returns one per consumer, in the order of `stacks`
 * @throws SettingsError when there is no consumer among the stacks
 * @throws the signal's reason when that was aborted before all were measured
 */
export async function measure(options: MeasureOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const { name } of consumersOf(options.stacks)) {
    options.signal?.throwIfAborted();
    measurements.push(await measureOne(name, options, () => true));
  }
  return measurements;
}

/** Stacks that have a path to be judged. @throws SettingsError when there is none */
export function consumersOf(stacks: StackSelection[]): StackSelection[] {
  const consumers = stacks.filter(({ name }) => isMeasured(name));
  if (consumers.length === 0) throw new SettingsError("stacks: expected a consumer's stack among them, as system");
  return consumers;
}

/** @param worthDiagnosing whether a cause is looked for, which takes longer than the measurement */
export async function measureOne(
  stack: string,
  { onEvent, stacks, ...options }: MeasureOptions,
  worthDiagnosing: (report: PathReport) => boolean,
): Promise<Measurement> {
  const onProgress = (line: string): void => onEvent?.({ kind: "progress", stack, line });
  const onCapture = (target: string, pcap: Buffer): void => onEvent?.({ kind: "capture", stack, target, pcap });
  try {
    const report = await verify({ ...options, stack, onProgress, onCapture });
    if (options.signal?.aborted === true || !worthDiagnosing(report)) return { stack, outcome: "measured", report };
    const hubs = stacks.map(({ name }) => name).filter((name) => !isMeasured(name));
    return {
      stack,
      outcome: "measured",
      report: await diagnosed(report, { ...options, stacks: [...hubs, stack], onProgress }),
    };
  } catch (error) {
    return { stack, outcome: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

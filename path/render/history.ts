import { z } from "zod";
import type { SchemaOf } from "../proof/jsonSchema";
import type { PathReport } from "../proof/pathReport";
import { isProven } from "../proof/proof";
import { verdictSchema } from "../proof/reportSchema";
import { statisticsOf } from "../proof/statistics";

/** Version of a history's rounds; it grows as a report's. */
export const historyVersion = 1;

const pairSchema = z.object({
  /** By name. */
  source: z.string(),
  /** By name. */
  destination: z.string(),
  /** What became of the pair. */
  verdict: verdictSchema,
  /** Whether that is proof, by the settings. */
  proven: z.boolean().describe("Whether that is proof, by the settings"),
  /** Requests; absent where none could be sent. */
  sent: z.number().optional(),
  /** Requests that were answered. */
  answered: z.number().optional(),
  /** Average round trip time, milliseconds. */
  rtt: z.number().optional().describe("Average round trip time, milliseconds"),
});

const roundSchema = z.object({
  /** Name of the stack. */
  stack: z.string(),
  /** ISO 8601, UTC. */
  measuredAt: z.iso.datetime().describe("ISO 8601, UTC"),
  /** Absent where the stack could not be measured. */
  verdict: verdictSchema.optional().describe("Absent where the stack could not be measured"),
  /** Whether all pairs are proven. */
  proven: z.boolean(),
  /** Empty where the stack could not be measured. */
  pairs: z.array(pairSchema),
  /** Why it could not be measured. */
  failed: z.string().optional().describe("Why it could not be measured"),
  /** Page with the whole report, beside the history; absent where nothing had changed. */
  page: z
    .string()
    .optional()
    .describe("Page with the whole report, beside the history; absent where nothing had changed"),
});

/** One stack measured once, as a history keeps it. */
export type Round = z.infer<typeof roundSchema>;

const line = roundSchema.extend({ schemaVersion: z.literal(historyVersion) });

/** A line of `history.jsonl`: a round and its version. */
export const historySchema: SchemaOf<typeof line> = line;

/** A round as a line, without its end. */
export function historyLine(round: Round): string {
  return JSON.stringify({ schemaVersion: historyVersion, ...round });
}

/**
 * What a history keeps of a measurement.
 *
 * @param page with the whole report, where one was written
 */
export function roundOf(stack: string, report: PathReport, page?: string): Round {
  const { verdict, measuredAt, pairs, ...rest } = report;
  return {
    stack,
    measuredAt,
    verdict,
    proven: isProven(report),
    pairs: pairs.map((pair) => {
      const statistics = statisticsOf(pair);
      return {
        source: pair.source.name,
        destination: pair.destination.name,
        verdict: pair.verdict,
        proven: isProven({ ...rest, verdict: pair.verdict }),
        ...(statistics && { sent: statistics.transmitted, answered: statistics.received }),
        ...(statistics?.rtt && { rtt: statistics.rtt.avg }),
      };
    }),
    ...(page !== undefined && { page }),
  };
}

/**
 * The rounds of a history, one JSON object a line. A last line without its end, of a run that was killed, is left out.
 *
 * @throws Error that names the first line that is no round
 */
export function parseHistory(text: string): Round[] {
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  return lines.map((line, index) => {
    const problem = (why: string): Error => new Error(`line ${index + 1}: ${why}: expected a round of a history`);
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw problem("no JSON");
    }
    const { data, error } = historySchema.safeParse(json);
    if (data === undefined) throw problem(`${error.issues[0]?.path.join(".") ?? ""} ${error.issues[0]?.message ?? ""}`);
    return roundSchema.parse(data);
  });
}

import { z } from "zod";
import { verdicts, type PathReport } from "../proof/pathReport";
import { isProven } from "../proof/proof";
import { statisticsOf } from "../proof/statistics";

const verdict = z.enum(verdicts);

const pairSchema = z.object({
  source: z.string(),
  destination: z.string(),
  verdict,
  /** Whether that is proof, by the settings. */
  proven: z.boolean(),
  sent: z.number().optional(),
  answered: z.number().optional(),
  /** Average round trip time, milliseconds. */
  rtt: z.number().optional(),
});

const roundSchema = z.object({
  stack: z.string(),
  /** ISO 8601, UTC. */
  measuredAt: z.iso.datetime(),
  /** Absent where the stack could not be measured. */
  verdict: verdict.optional(),
  proven: z.boolean(),
  pairs: z.array(pairSchema),
  /** Why it could not be measured. */
  failed: z.string().optional(),
  /** Page with the whole report, beside the history; absent where nothing had changed. */
  page: z.string().optional(),
});

/** One stack measured once, as a history keeps it. */
export type Round = z.infer<typeof roundSchema>;

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
    const { data, error } = roundSchema.safeParse(json);
    if (data === undefined) throw problem(`${error.issues[0]?.path.join(".") ?? ""} ${error.issues[0]?.message ?? ""}`);
    return data;
  });
}

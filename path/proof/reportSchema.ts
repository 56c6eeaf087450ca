import { z } from "zod";
import type { SchemaOf } from "./jsonSchema";
import { natures, verdicts, type Finding, type PathReport, type Verdict } from "./pathReport";

/**
 * Version of the report as JSON. Grows compatibly: new fields, verdicts and codes may come within a version, and readers leave alone what they
 * do not know; a field that goes or changes its meaning is a new version.
 */
export const reportVersion = 1;

const count = z.number().int().min(0);
const time = z.string().describe("ISO 8601, UTC");
const azId = z.string().describe("AZ ID, as apne1-az4; empty where there is none");
/** A verdict, as JSON. */
export const verdictSchema: z.ZodType<Verdict, Verdict> = z
  .enum(verdicts)
  .meta({ id: "Verdict", description: "How a path fared: docs/verdicts.md" });

const sample = z.object({
  kind: z.enum(["requestIn", "requestOut", "replyIn", "replyOut"]),
  capturedAt: time,
  outerSource: z.string().describe("ADDRESS:PORT"),
  outerDestination: z.string().describe("ADDRESS:PORT"),
  gwlb: z.object({ endpointId: z.string(), attachmentId: z.string(), flowCookie: z.string() }).optional(),
  innerSource: z.string(),
  innerDestination: z.string(),
  sequence: count,
  ttl: count,
});

const target = z.object({
  target: z.string().describe("Name of the target"),
  azId,
  mirrored: z.literal(true).optional().describe("Counted in mirrored copies"),
  requestIn: count,
  requestOut: count,
  replyIn: count,
  replyOut: count,
  samples: z.array(sample).optional().describe("The first packet of each kind"),
});

const ping = z.object({
  transmitted: count,
  received: count,
  refused: count.optional(),
  duplicates: count.optional(),
  loss: z.number().min(0).max(100).describe("Percent"),
  rtt: z
    .object({ min: z.number(), avg: z.number(), max: z.number(), mdev: z.number() })
    .optional()
    .describe("Milliseconds"),
  large: z.object({ size: count, transmitted: count, received: count }).optional(),
});

const probe = z.object({
  protocol: z.string().describe("tcp, or another one with ports"),
  port: count,
  statistics: ping.optional(),
});

/** Fields of a finding. */
export const findingFields = {
  code: z.string().describe("One of docs/findings.md"),
  nature: z
    .enum(natures)
    .describe("cause: to be mended; symptom: follows from it; unknown: not looked at; risk: no harm yet"),
  hop: z.string().describe("Where: name of a host, gateway or route"),
  seen: z.string(),
  expected: z.string(),
  remedy: z.string(),
};

/** A finding, as JSON. */
export const findingSchema: z.ZodType<Finding, Finding> = z.object(findingFields).meta({ id: "Finding" });

const pair = z
  .object({
    source: z.object({ name: z.string(), azId, address: z.string() }),
    destination: z.object({
      name: z.string(),
      azId: azId.optional(),
      address: z.string(),
      publicAddress: z.string().optional(),
    }),
    expectReply: z.boolean(),
    verdict: verdictSchema,
    ping: ping.optional(),
    probe: probe.optional().describe("What the pair was measured by, where it was not ping"),
    targets: z.array(target),
    findings: z.array(findingSchema),
  })
  .meta({ id: "Pair" });

const exercise = z.object({
  target: z.string(),
  azId,
  gatewayAzId: z.string(),
  usable: z.boolean(),
  flowsSent: count,
  flowsIn: count,
  flowsOut: count,
  exercised: z.boolean(),
  appliance: z.boolean().optional(),
  retired: z.string().optional(),
});

const registered = z.object({
  id: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  description: z.string().optional(),
  watchedAs: z.string().optional(),
});

const bareReport = z
  .object({
    verdict: verdictSchema,
    measuredAt: time,
    pairs: z.array(pair),
    exercise: z.array(exercise).optional(),
    statelessAppliances: z.boolean().optional(),
    targetGroup: z
      .object({ arn: z.string(), healthCheck: z.looseObject({}).optional(), registered: z.array(registered) })
      .optional(),
    hosts: z.record(z.string(), z.looseObject({})).optional().describe("What targets told of themselves, by name"),
  })
  .meta({ id: "Report" });

const report = bareReport.extend({ schemaVersion: z.literal(reportVersion) });

/** A report as it stands in an event, which has a version of its own. */
export const bareReportSchema: SchemaOf<typeof bareReport> = bareReport;

/** What a report in JSON is read by: `PathReport`, and the version that it was written in. */
export const reportSchema: SchemaOf<typeof report> = report;

/** A report as it is written. */
export interface VersionedReport extends PathReport {
  /** `reportVersion` of the program that wrote it. */
  schemaVersion: number;
}

/** The report as it is written, with its version first. */
export function versioned(written: PathReport): VersionedReport {
  return { schemaVersion: reportVersion, ...written };
}

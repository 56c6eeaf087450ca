import { z } from "zod";
import { bareReportSchema, verdictSchema } from "../path/proof/index";

/** Version of the events; it grows as a report's, and the reports in them go by it. */
export const eventsVersion = 1;

const stack = z.string();
const changes = z.record(z.string(), z.int().min(0)).describe("Number of resources by operation");
const pending = z
  .array(z.object({ operation: z.string(), urn: z.string() }))
  .describe("What a killed run had begun and not ended");
const ofStack = { stack, elapsed: z.number().min(0).describe("Seconds since the command began") };
const resource = {
  ...ofStack,
  urn: z.string(),
  type: z.string().describe("Type token, as aws:ec2/vpc:Vpc"),
  name: z.string(),
  operation: z.string().describe("same, create, update, delete, replace and others of Pulumi's engine"),
  account: z.string().optional().describe("Account id that the resource's provider is restricted to"),
};
const seconds = z.number().min(0).describe("How long it took");
const verdictChange = z.object({
  source: z.string(),
  destination: z.string(),
  from: verdictSchema.optional(),
  to: verdictSchema,
});

const status = z.discriminatedUnion("exists", [
  z.object({ stack, exists: z.literal(false) }),
  z.object({
    stack,
    exists: z.literal(true),
    resources: z.int().min(0),
    lastUpdate: z
      .object({
        operation: z.string(),
        result: z.enum(["succeeded", "failed", "in-progress"]),
        startedAt: z.string(),
        endedAt: z.string().optional(),
        changes,
      })
      .optional(),
    pending,
    locks: z.union([
      z.literal("unknown"),
      z.array(z.object({ holder: z.string(), since: z.string(), stale: z.boolean() })),
    ]),
    proof: z.object({ verdict: verdictSchema, measuredAt: z.string() }).optional(),
  }),
]);

function line<Kind extends string>(kind: Kind, fields: z.ZodRawShape) {
  return z.object({ schemaVersion: z.literal(eventsVersion), kind: z.literal(kind), ...fields });
}

/** One line that `--json` prints: `CommandEvent` and its version. */
export const eventSchema = z.discriminatedUnion("kind", [
  line("started", { ...ofStack, operation: z.enum(["deploy", "preview", "destroy"]) }),
  line("recovered", {
    ...ofStack,
    unlocked: z.array(z.string()).describe("Who had left a lock"),
    restored: z
      .object({ file: z.string(), from: z.enum(["itself", "backup"]), unsaved: z.array(z.string()) })
      .optional(),
    pending,
  }),
  line("resource-started", { ...resource }),
  line("resource-done", { ...resource, seconds: seconds.optional() }),
  line("resource-failed", { ...resource, seconds: seconds.optional() }),
  line("diagnostic", {
    ...ofStack,
    severity: z.enum(["info", "warning", "error"]),
    message: z.string(),
    urn: z.string().optional(),
  }),
  line("output", { ...ofStack, line: z.string() }),
  line("cancelling", { ...ofStack }),
  line("summary", { ...ofStack, changes, seconds }),
  line("finished", {
    ...ofStack,
    outcome: z.enum(["succeeded", "failed", "cancelled", "missing", "skipped"]),
    message: z.string().optional(),
  }),
  line("result", {
    result: z.object({
      stack,
      outcome: z.enum(["succeeded", "missing"]),
      changes,
      seconds,
      outputs: z.record(z.string(), z.unknown()),
      secretOutputs: z.array(z.string()).describe("Names alone"),
    }),
  }),
  line("progress", { stack, line: z.string() }),
  line("report", { stack, report: bareReportSchema }),
  line("measured", { stack, report: bareReportSchema, changes: z.array(verdictChange) }),
  line("failed", { stack, message: z.string() }),
  line("status", { status }),
  line("error", {
    code: z.enum(["failed", "locked", "cancelled", "skipped", "settings"]),
    message: z.string(),
    stack: stack.optional(),
  }),
  line("exit", { code: z.int().min(0).max(255).describe("The last line") }),
]);

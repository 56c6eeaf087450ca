import { z } from "zod";
import { findingSchema, verdictSchema } from "../proof/index";
import type { SchemaOf } from "../proof/jsonSchema";
import { findingFields } from "../proof/reportSchema";

/** Version of a trace as JSON; it grows as a report's. */
export const traceVersion = 1;
/** Version of what `check` writes as JSON. */
export const checkVersion = 1;

const orUnknown = (value: z.ZodType): z.ZodType =>
  z.union([value, z.object({ unknown: z.literal(true) })]).describe("The value, or that nothing tells it");

const port = z.int().min(0).max(65535);
const protocol = z.union([z.literal("icmp"), z.object({ protocol: z.enum(["tcp", "udp"]), port })]);
const savedAt = z
  .record(z.string(), z.string())
  .optional()
  .describe("When the states were saved, or AWS was asked: ISO 8601, by stack, file, or credentials and Region");
const isLive = z.boolean().describe("Whether it rests on what AWS told, not on states");
const assumptions = z.array(z.string()).describe("What is not told, and the result rests on");

const header = z
  .object({
    source: z.string().describe("IPv4 address"),
    destination: z.string().describe("IPv4 address"),
    protocol: z.enum(["icmp", "tcp", "udp"]),
    sourcePort: orUnknown(port).optional(),
    destinationPort: orUnknown(port).optional(),
    outer: z
      .object({ source: z.string(), destination: z.string(), sourcePort: orUnknown(port), destinationPort: port })
      .optional()
      .describe("GENEVE around it, between GWLB and target"),
  })
  .meta({ id: "Header", description: "Addresses and ports of a packet" });

const hop = z
  .object({
    kind: z.enum([
      "instance",
      "security-group",
      "network-acl",
      "route-table",
      "vpc-endpoint",
      "endpoint-service",
      "load-balancer",
      "target-group",
      "internet-gateway",
      "nat-gateway",
      "transit-gateway-attachment",
      "transit-gateway-route-table",
      "internet",
    ]),
    id: z.string(),
    name: z.string(),
    accountId: orUnknown(z.string()),
    azId: z.string().optional(),
    verdict: z.enum(["passed", "dropped", "unknown"]),
    in: header.optional().describe("Absent where the packet begins"),
    out: header.optional().describe("Absent where it ends"),
    decidedBy: z
      .object({
        kind: z.enum([
          "route",
          "security-group-rule",
          "security-group-state",
          "network-acl-rule",
          "principal",
          "listener",
          "target-selection",
          "zone-selection",
          "hairpin-rule",
          "address-translation",
          "delivery",
        ]),
        id: z.string().optional(),
        text: z.string(),
      })
      .optional(),
    finding: findingSchema.optional(),
  })
  .meta({ id: "Hop" });

const leg = z
  .object({
    hops: z.array(hop),
    outcome: z.enum(["delivered", "lost", "unknown"]),
    endpointIds: z.array(z.string()).describe("GWLB endpoints passed, in order"),
    seenIn: z.int().min(0).describe("Times that a target received it"),
    seenOut: z.int().min(0).describe("Times that a target sent it"),
  })
  .meta({ id: "Leg", description: "The way of the request, or of the reply" });

const tracedPath = z
  .object({
    requestTarget: z.string().optional(),
    replyTarget: z.string().optional(),
    request: leg,
    reply: leg.optional().describe("Absent where the request does not arrive"),
    verdict: verdictSchema,
    findings: z.array(findingSchema),
  })
  .meta({ id: "TracedPath", description: "The way of one flow" });

const end = z.object({
  id: z.string().optional().describe("Absent in the internet"),
  name: z.string(),
  address: z.string(),
  azId: z.string().optional(),
});

const traceResult = z.object({
  schemaVersion: z.literal(traceVersion),
  request: z.object({ source: z.string(), destination: z.string(), protocol, expectReply: z.boolean().optional() }),
  source: end,
  destination: end,
  paths: z.array(tracedPath).min(1).describe("One for each combination of targets and AZs that AWS may choose"),
  verdict: verdictSchema,
  possibleVerdicts: z.array(verdictSchema).describe("Best first"),
  savedAt,
  isLive,
  findings: z.array(findingSchema),
  assumptions,
});

/** What `trace --format json` writes: `TraceResult` and its version. */
export const traceSchema: SchemaOf<typeof traceResult> = traceResult;

const checkFinding = z
  .object({
    ...findingFields,
    subnetIds: z.array(z.string()).describe("Subnets whose flows it concerns"),
    witness: z
      .object({ source: z.string(), destination: z.string(), protocol, verdict: verdictSchema })
      .optional()
      .describe("A flow whose trace shows it"),
  })
  .meta({ id: "CheckFinding" });

const checkResult = z.object({
  schemaVersion: z.literal(checkVersion),
  findings: z.array(checkFinding).describe("Causes first, then risks"),
  unknown: z.array(checkFinding).describe("Where flows could not be followed"),
  looked: z.object({ subnets: z.int().min(0), kinds: z.int().min(0), flows: z.int().min(0) }),
  isWhole: z.boolean().describe("False where AWS did not tell all"),
  assumptions,
  savedAt,
  isLive,
});

/** What `check --json` writes: `CheckResult` and its version. */
export const checkSchema: SchemaOf<typeof checkResult> = checkResult;

import type { PathReport } from "../path/proof/index";
import type { VerificationRequest } from "../path/proof/request";
import { withEngine, type StackQuery } from "./engine/outputs";

interface Resource {
  urn: string;
  type: string;
  parent?: string;
  outputs?: Record<string, unknown>;
}

/** What a stack's state says of its path. */
interface Verification {
  /** What is measured. Also there where the first proof has failed: the component keeps it before anything is measured. */
  request?: unknown;
  /** The measuring program's output; absent when the path was not inspected: then the program's resource is gone. */
  measured?: unknown;
  /** The stack's outputs. Those of the deployment before, if the last one failed. */
  outputs: Record<string, unknown>;
}

function verificationIn(exported: unknown): Verification {
  const { resources = [] } = (exported as { deployment?: { resources?: Resource[] } }).deployment ?? {};
  const path = resources.find(({ type }) => type === "gwlb-inspection:index:PathVerification");
  const program = resources.find(({ type, parent }) => type === "command:local:Command" && parent === path?.urn);
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  // A stack deployed by a version that kept no request in the component has it among its outputs.
  const request = path && (path.outputs?.["request"] ?? outputs["verification"]);
  return { request, measured: program?.outputs?.["stdout"], outputs };
}

/** Verdict and time of the proof in a state whose secrets are encrypted; undefined when there is none. */
export function proofIn(exported: unknown): Pick<PathReport, "verdict" | "measuredAt"> | undefined {
  const { measured, outputs } = verificationIn(exported);
  const { verdict, measuredAt } = outputs as Partial<PathReport>;
  return measured !== undefined && verdict && measuredAt ? { verdict, measuredAt } : undefined;
}

/** A secret as `pulumi stack export --show-secrets` writes it: its value as JSON, `plaintext`, beside what marks it. */
function inClear(value: unknown): unknown {
  const { plaintext } = (value ?? {}) as { plaintext?: string };
  return plaintext === undefined ? value : JSON.parse(plaintext);
}

async function readVerification(query: StackQuery): Promise<Verification> {
  return withEngine(query, async (engine) =>
    verificationIn(JSON.parse(await engine.run(["stack", "export", "--show-secrets", "--stack", query.stack]))),
  );
}

/**
 * What the last deployment of a consumer's stack proved; undefined where it did not.
 *
 * @throws StackError when there is no such stack
 */
export async function readReport(query: StackQuery): Promise<PathReport | undefined> {
  const { measured } = await readVerification(query);
  return measured === undefined ? undefined : (JSON.parse(inClear(measured) as string) as PathReport);
}

/**
 * What a consumer's stack measures, credentials included; undefined where it measures nothing, or has never come so far.
 *
 * @throws StackError when there is no such stack
 */
export async function readRequest(query: StackQuery): Promise<VerificationRequest | undefined> {
  const { request } = await readVerification(query);
  return inClear(request) as VerificationRequest | undefined;
}

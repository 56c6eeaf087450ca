import { z } from "zod";
import type { SchemaOf } from "../../proof/jsonSchema";
import { firstProblem } from "../firstProblem";
import type { Answers } from "./answers";

/** Text that holds no answers. The message says what was expected, and quotes nothing of it. */
export class AnswersFileError extends Error {
  /** Always `AnswersFileError`. */
  override readonly name = "AnswersFileError";
}

const list = z.array(z.looseObject({})).optional().describe("In the words of AWS's API; absent where AWS did not tell");

/** Version of a snapshot's files; it grows as a report's. */
export const snapshotVersion = 1;

const snapshot = z.object({
  schemaVersion: z.literal(snapshotVersion),
  source: z.string().describe("Whose credentials, and where: profile security, ap-northeast-1"),
  region: z.string(),
  readAt: z.iso.datetime(),
  unread: z.array(z.string()).describe("What AWS did not tell: action, credentials and Region, reason"),
  vpcs: list,
  subnets: list,
  routeTables: list,
  internetGateways: list,
  natGateways: list,
  securityGroups: list,
  networkAcls: list,
  networkInterfaces: list,
  instances: list,
  vpcEndpoints: list,
  services: list,
  prefixLists: list,
  prefixListEntries: z.record(z.string(), z.array(z.string())).optional(),
  transitGateways: list,
  transitGatewayAttachments: list,
  transitGatewayRouteTables: list,
  loadBalancers: list,
  targetGroups: list,
});

/**
 * A file that `snapshot` wrote: `Answers` and its version. What is read of an answer is looked at where it is read: all of it may be absent.
 */
export const snapshotSchema: SchemaOf<typeof snapshot> = snapshot;

/** @param what names the text in errors: its file. @throws AnswersFileError */
export function parseAnswers(text: string, what: string): Answers {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new AnswersFileError(`${what} is not JSON, expected a file that \`gwlb-inspection snapshot\` wrote`);
  }
  const { success, data, error } = snapshotSchema.safeParse(given);
  if (success) return data;
  throw new AnswersFileError(
    `${what} holds no answers of AWS, expected a file that \`gwlb-inspection snapshot\` wrote (schemaVersion ${snapshotVersion}): ` +
      firstProblem(error),
  );
}

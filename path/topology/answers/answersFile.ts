import { z } from "zod";
import { firstProblem } from "../firstProblem";
import type { Answers } from "./answers";

/** Text that holds no answers. The message says what was expected, and quotes nothing of it. */
export class AnswersFileError extends Error {
  override readonly name = "AnswersFileError";
}

const list = z.array(z.looseObject({})).optional();

/** What is read of an answer is looked at where it is read: all of it may be absent. */
const answers = z.object({
  schemaVersion: z.literal(1),
  source: z.string(),
  region: z.string(),
  readAt: z.iso.datetime(),
  unread: z.array(z.string()),
  vpcs: list,
  subnets: list,
  routeTables: list,
  internetGateways: list,
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

/** @param what names the text in errors: its file. @throws AnswersFileError */
export function parseAnswers(text: string, what: string): Answers {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new AnswersFileError(`${what} is not JSON, expected a file that \`gwlb-inspection snapshot\` wrote`);
  }
  const { success, data, error } = answers.safeParse(given);
  if (success) return data;
  throw new AnswersFileError(
    `${what} holds no answers of AWS, expected a file that \`gwlb-inspection snapshot\` wrote (schemaVersion 1): ` +
      firstProblem(error),
  );
}

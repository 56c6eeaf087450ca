import { ServiceError } from "../serviceError";
import type { OperationModel, ServiceModel } from "./serviceModel";

type Members = Record<string, unknown>;

/** How the services name what pages are asked for by: how many, from where on; and where the answer says how it goes on. */
const namings = [
  { most: "MaxResults", from: "NextToken", next: "NextToken" },
  { most: "PageSize", from: "Marker", next: "NextMarker" },
  { most: "MaxItems", from: "Marker", next: "Marker" },
] as const;

/** How many may be asked for, where the API says so for all its operations. */
const bounds: Partial<Record<ServiceModel["name"], [number, number]>> = {
  // EC2 API, DescribeVpcs and the others, MaxResults: "between 5 and 1000".
  ec2: [5, 1000],
  // ELBv2 API, DescribeTargetGroups and the others, PageSize: 1 to 400.
  elasticloadbalancing: [1, 400],
  // IAM API, ListRoles and the others, MaxItems: 1 to 1000.
  iam: [1, 1000],
  // Systems Manager API, DescribeInstanceInformation, MaxResults: 5 to 50.
  ssm: [5, 50],
};

export interface Page {
  /** The input without what asks for a page. */
  rest: Members;
  /** The page of a whole output. */
  of(output: Members): Members;
}

/**
 * Pages of any operation that has them: all its lists are cut at the same places.
 *
 * @throws ServiceError for a number out of bounds, or a token that no page of the same operation has given
 */
export function pageOf(model: ServiceModel, operation: OperationModel, action: string, input: Members): Page {
  const inputs = operation.input.isUnitSchema() ? {} : operation.input.getMemberSchemas();
  const outputs = operation.output.isUnitSchema() ? {} : operation.output.getMemberSchemas();
  const naming = namings.find(({ most, from, next }) => most in inputs && from in inputs && next in outputs);
  const truncated = "IsTruncated" in outputs;
  if (naming === undefined) return { rest: input, of: (output) => output };
  const { [naming.most]: most, [naming.from]: token, ...rest } = input;
  const count = countOf(model, most);
  const first = token === undefined ? 0 : placeOf(model, action, token);
  const of = (output: Members): Members => {
    const lists = Object.entries(outputs).filter(
      ([name, schema]) => schema.isListSchema() && Array.isArray(output[name]),
    );
    const cut = lists.map(([name]) => [name, (output[name] as unknown[]).slice(first, first + count)] as const);
    const length = Math.max(0, ...lists.map(([name]) => (output[name] as unknown[]).length));
    const more = length > first + count;
    return {
      ...output,
      ...Object.fromEntries(cut),
      ...(more && { [naming.next]: tokenOf(action, first + count) }),
      ...(truncated && { IsTruncated: more }),
    };
  };
  return { rest, of };
}

function countOf({ name, protocol }: ServiceModel, most: unknown): number {
  const [low, high] = bounds[name] ?? [1, Number.POSITIVE_INFINITY];
  if (most === undefined) return high;
  if (typeof most === "number" && most >= low && most <= high) return most;
  // Source: EC2 API, "Error codes": InvalidParameterValue; wording UNVERIFIED. Of the others AWS APIs, "Common errors".
  const code = { ec2Query: "InvalidParameterValue", awsQuery: "ValidationError", awsJson1_1: "ValidationException" };
  const message = `Value ( ${JSON.stringify(most)} ) for the number of results is invalid. Expecting a value from ${low} to ${high}.`;
  throw new ServiceError(code[protocol], message);
}

function tokenOf(action: string, place: number): string {
  return Buffer.from(JSON.stringify([action, place])).toString("base64url");
}

function placeOf({ protocol }: ServiceModel, action: string, token: unknown): number {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(String(token), "base64url").toString());
    if (Array.isArray(parsed) && parsed[0] === action && Number.isInteger(parsed[1])) return Number(parsed[1]);
  } catch {
    // It is refused below.
  }
  // Source: EC2 API, "Error codes": InvalidNextToken; Systems Manager API: InvalidNextToken; of the others AWS APIs,
  // "Common errors": ValidationError.
  throw new ServiceError(protocol === "awsQuery" ? "ValidationError" : "InvalidNextToken", "The token is not valid.");
}

/** What a policy's statement may hold here; anything else is an error, so that nothing is taken for allowed that was not understood. */
export interface SimulatedStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface SimulatedPolicy {
  Version: string;
  Statement: SimulatedStatement[];
}

/** One thing that AWS asks its policies for: a request that is about several resources is asked for each of them. */
export interface Asking {
  action: string;
  /** ARN, `*` where the action knows no resource. */
  resource: string;
  /** Condition keys of the request and of the resource. A list is a key with several values. */
  context: Record<string, string | string[]>;
}

export type Decision = "allowed" | "denied explicitly" | "denied implicitly";

/**
 * As IAM decides on the policies of one identity (IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition
 * operators", "Set operators").
 *
 * @throws Error for what it does not know
 */
export function decide(policies: SimulatedPolicy[], asking: Asking): Decision {
  const statements = policies.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, asking));
  if (statements.some(({ Effect }) => Effect === "Deny")) return "denied explicitly";
  return statements.length > 0 ? "allowed" : "denied implicitly";
}

const elements = ["Sid", "Effect", "Action", "Resource", "Condition"];

function applies(statement: SimulatedStatement, { action, resource, context }: Asking): boolean {
  const unknown = Object.keys(statement).filter((key) => !elements.includes(key));
  if (unknown.length > 0) throw new Error(`a statement with ${unknown.join(", ")} is not known to the simulator`);
  const { Action, Resource, Condition = {} } = statement;
  return (
    [Action].flat().some((pattern) => like(pattern, action, true)) &&
    [Resource].flat().some((pattern) => like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, [values].flat(), valuesOf(context, key))),
    )
  );
}

/** Names of keys are the same in any letters. */
function valuesOf(context: Asking["context"], key: string): string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : [found[1]].flat();
}

type Comparison = (wanted: string, value: string) => boolean;

const comparisons: Record<string, Comparison> = {
  StringEquals: (wanted, value) => wanted === value,
  StringEqualsIgnoreCase: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  StringLike: (wanted, value) => like(wanted, value),
  ArnEquals: (wanted, value) => like(wanted, value),
  ArnLike: (wanted, value) => like(wanted, value),
  Bool: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
};
const negated: Record<string, string> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

function holds(operator: string, wanted: string[], values: string[] | undefined): boolean {
  if (operator === "Null") return wanted.includes(String(values === undefined));
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const compare = comparisons[negated[name] ?? name];
  if (compare === undefined) throw new Error(`the condition operator ${operator} is not known to the simulator`);
  // Any of the wanted values will do, and of a negated comparison none of them may.
  const one = (value: string): boolean =>
    wanted.some((each) => compare(withoutVariables(each), value)) !== name in negated;
  if (set === "ForAllValues") return (values ?? []).every(one);
  if (set === "ForAnyValue") return (values ?? []).some(one);
  if (values === undefined) return ifExists !== undefined || name in negated;
  return values.some(one);
}

function withoutVariables(text: string): string {
  if (text.includes("${")) throw new Error(`the variable in ${text} is not known to the simulator`);
  return text;
}

/** `*` is any text, `?` any character. */
function like(pattern: string, text: string, anyCase = false): boolean {
  const escaped = withoutVariables(pattern).replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, anyCase ? "is" : "s").test(text);
}

import * as fs from "node:fs";
import * as path from "node:path";

/** Names of properties, each of any type: the lab checks values where they arrive. */
type Members = Record<string, { $ref: "pulumi.json#/Any" }>;

const membersOf = (names: Iterable<string>): Members =>
  Object.fromEntries([...names].map((name) => [name, { $ref: "pulumi.json#/Any" }]));

/**
 * What languages without an SDK of their own, such as YAML, ask a provider for: the package's schema. The real provider's is of
 * 1,500 resources and not in its npm package; this one is of what the lab has, with the names that the declarations of
 * @pulumi/aws have, and no types.
 *
 * @param tokens - as `aws:ec2/vpc:Vpc` and `aws:ssm/getParameter:getParameter`
 */
export function awsSchema(version: string, tokens: { resources: string[]; functions: string[] }): string {
  const { args: provider } = declared("provider", "Provider");
  return JSON.stringify({
    name: "aws",
    version,
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    config: { variables: provider },
    provider: { inputProperties: provider },
    resources: Object.fromEntries(
      tokens.resources.map((token) => {
        const { args, members } = declaredBy(token);
        return [token, { inputProperties: args, properties: members }];
      }),
    ),
    functions: Object.fromEntries(
      tokens.functions.map((token) => {
        const { args, members } = declaredBy(token);
        return [token, { inputs: { properties: args }, outputs: { properties: members } }];
      }),
    ),
  });
}

/** `aws:ec2/vpc:Vpc` is declared in `ec2/vpc.d.ts`, what has no service of its own (`index/…`) at the top. */
function declaredBy(token: string): { args: Members; members: Members } {
  const [, module = "", name = ""] = token.split(":");
  return declared(module.replace(/^index\//, ""), name);
}

/** Arguments and attributes of a resource, or arguments and results of a function. */
function declared(module: string, name: string): { args: Members; members: Members } {
  const root = path.dirname(require.resolve("@pulumi/aws/package.json"));
  const text = fs.readFileSync(path.join(root, `${module}.d.ts`), "utf8");
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    args: membersOf(block(text, `export interface ${type}Args {`, /^ {4}(\w+)\??:/gm)),
    members: membersOf(
      name === type
        ? block(text, `export declare class ${type} extends`, /^ {4}readonly (\w+):/gm)
        : block(text, `export interface ${type}Result {`, /^ {4}readonly (\w+)\??:/gm),
    ),
  };
}

/** What `pattern` captures between a line that begins so and the line that ends its block. */
function block(text: string, start: string, pattern: RegExp): string[] {
  const from = text.indexOf(`\n${start}`);
  if (from < 0) return [];
  const body = text.slice(from, text.indexOf("\n}", from));
  return [...body.matchAll(pattern)].map(([, name = ""]) => name);
}

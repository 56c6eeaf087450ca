import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** A place in the model that makes an error. */
export interface ErrorSite {
  /** As `endpointService.ts:59`. */
  name: string;
  file: string;
  firstLine: number;
  lastLine: number;
  /** What is written behind `Source:` in a comment between the error before and this one. */
  source: string | undefined;
}

const directory = path.join(__dirname, "../../../lab/cloud");
const errors = "core/errors.ts";
const makers = new Set(["AwsError", "apiError", "ec2Error", "elbError"]);

function sitesIn(file: string): ErrorSite[] {
  const text = fs.readFileSync(path.join(directory, file), "utf8");
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const calls: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && makers.has(node.expression.getText())) {
      calls.push(node);
    }
    node.forEachChild(visit);
  };
  visit(parsed);
  return calls.map((call, index) => {
    const line = (position: number): number => parsed.getLineAndCharacterOfPosition(position).line + 1;
    const between = text.slice(calls[index - 1]?.getEnd() ?? 0, call.getStart());
    return {
      name: `${file}:${line(call.getStart())}`,
      file,
      firstLine: line(call.getStart()),
      lastLine: line(call.getEnd()),
      source: /(?:\/\/|\*) Source: (\S.*)/.exec(between)?.[1],
    };
  });
}

/** Every place in `lab/cloud` that makes an error; what makes errors for others is none of them. */
export function errorSites(): ErrorSite[] {
  return fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== errors)
    .flatMap(sitesIn);
}

/** Where an error was first made, by its stack. */
export function siteOf(error: Error, sites: readonly ErrorSite[]): ErrorSite | undefined {
  let first = error;
  while (first.cause instanceof Error) first = first.cause;
  const frames = [...(first.stack ?? "").matchAll(/lab\/cloud\/([\w/]+\.ts):(\d+):\d+/g)];
  const [, file, line] = frames.find(([, name]) => name !== errors) ?? [];
  const number = Number(line);
  return sites.find((site) => site.file === file && site.firstLine <= number && number <= site.lastLine);
}

import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { Cloud } from "../../../lab/cloud/cloud";
import type { InputSpec } from "../../../lab/cloud/core/inputs";

/** What @pulumi/aws says of a type is read from its declaration files with the compiler: an input that it lacks cannot be modelled. */
const root = path.dirname(require.resolve("@pulumi/aws/package.json"));

/** `aws:ec2/vpc:Vpc` → ec2/vpc.d.ts; `aws:index/getX:getX` → getX.d.ts. */
function declarationFile(token: string): string {
  const module = token.split(":")[1]?.replace(/^index\//, "") ?? "";
  return path.join(root, `${module}.d.ts`);
}

const tokens = [...Cloud.types(), ...Cloud.functions()].map(({ token }) => token);
/** Fields of nested blocks. With these files and no others, and without their comments, reading takes a third of the time. */
const nestedBlocks = path.join(root, "types/input.d.ts");
const options = { skipLibCheck: true, noLib: true, noResolve: true, types: [] };
const host = { ...ts.createCompilerHost(options), jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
const program = ts.createProgram([...tokens.map(declarationFile), nestedBlocks], options, host);
const checker = program.getTypeChecker();

function argsOf(token: string): ts.Type {
  const file = program.getSourceFile(declarationFile(token));
  const name = token.split(":")[2] ?? "";
  const wanted = `${name.charAt(0).toUpperCase()}${name.slice(1)}Args`;
  const symbol = file && checker.getSymbolAtLocation(file);
  const found = symbol && checker.getExportsOfModule(symbol).find((candidate) => candidate.name === wanted);
  if (found === undefined) throw new Error(`${wanted} is not exported by ${declarationFile(token)}`);
  return checker.getDeclaredTypeOfSymbol(found);
}

function isRequired(type: ts.Type, name: string): boolean {
  return ((type.getProperty(name)?.flags ?? 0) & ts.SymbolFlags.Optional) === 0;
}

/** The names written in a type node: the interfaces that it refers to, whose fields are those of a nested block. */
function nestedFields(type: ts.Type, name: string): string[] {
  const declaration = type.getProperty(name)?.declarations?.[0];
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) {
      const text = node.typeName.getText();
      if (text.startsWith("inputs.")) {
        const resolved = checker.getTypeFromTypeNode(node);
        names.push(...resolved.getProperties().map((property) => property.name));
      }
    }
    node.forEachChild(visit);
  };
  if (declaration !== undefined) visit(declaration);
  return names;
}

describe("cloud model against @pulumi/aws", () => {
  for (const { token, inputs } of Cloud.types()) {
    it(`${token} has only inputs that @pulumi/aws has, and asks for those that it requires`, () => {
      const type = argsOf(token);
      const known = type.getProperties().map((property) => property.name);
      expect(known).to.include.members(Object.keys(inputs));
      for (const name of known.filter((candidate) => isRequired(type, candidate))) {
        expect(inputs[name]?.required, `${token}.${name} is required by @pulumi/aws`).to.equal(true);
      }
      for (const [name, spec] of Object.entries(inputs)) checkNested(type, token, name, spec);
    });
  }

  for (const { token, args } of Cloud.functions()) {
    it(`${token} has only arguments that @pulumi/aws has`, () => {
      const type = argsOf(token);
      const known = type.getProperties().map((property) => property.name);
      expect(known).to.include.members(Object.keys(args));
      for (const [name, spec] of Object.entries(args)) checkNested(type, token, name, spec);
    });
  }

  function checkNested(type: ts.Type, token: string, name: string, spec: InputSpec): void {
    if (spec.fields === undefined) return;
    const known = nestedFields(type, name);
    expect(known, `${token}.${name}`).to.not.be.empty;
    expect(known, `${token}.${name}`).to.include.members(Object.keys(spec.fields));
  }

  it("has every type under the token that the Node SDK registers", () => {
    for (const token of tokens) {
      const source = fs.readFileSync(declarationFile(token).replace(/\.d\.ts$/, ".js"), "utf8");
      expect(source, token).to.match(new RegExp(`["']${token}["']`));
    }
  });
});

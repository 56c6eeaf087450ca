import { expect } from "chai";
import { decide, type Asking, type SimulatedStatement } from "./policySimulator";

const asking: Asking = { action: "ec2:CreateVpc", resource: "arn:aws:ec2:r:1:vpc/a", context: {} };
const allow: SimulatedStatement = { Effect: "Allow", Action: "ec2:CreateVpc", Resource: "*" };
const decision = (statement: Partial<SimulatedStatement>, asked: Partial<Asking> = {}, ...more: SimulatedStatement[]) =>
  decide([{ Version: "2012-10-17", Statement: [{ ...allow, ...statement }, ...more] }], { ...asking, ...asked });
const under = (operator: string, wanted: string | string[], value?: string | string[]) =>
  decision(
    { Condition: { [operator]: { "aws:Key": wanted } } },
    { context: value === undefined ? {} : { "aws:key": value } },
  ) === "allowed";

describe("the policy simulator", () => {
  it("denies what nothing allows, and what anything denies", () => {
    expect(decision({ Action: "ec2:DeleteVpc" })).to.equal("denied implicitly");
    expect(decision({})).to.equal("allowed");
    expect(decision({}, {}, { ...allow, Effect: "Deny" })).to.equal("denied explicitly");
    expect(decision({}, {}, { ...allow, Effect: "Deny", Resource: "arn:aws:ec2:r:1:vpc/b" })).to.equal("allowed");
  });

  it("compares actions in any letters, resources as they stand, both with wildcards", () => {
    expect(decision({ Action: ["ec2:Describe*", "EC2:createV??"] })).to.equal("allowed");
    expect(decision({ Action: "ec2:Create" })).to.equal("denied implicitly");
    expect(decision({ Resource: "arn:aws:ec2:*:vpc/?" })).to.equal("allowed");
    expect(decision({ Resource: "arn:aws:ec2:r:1:VPC/a" })).to.equal("denied implicitly");
    expect(decision({ Resource: "arn:aws:ec2:r:1:vpc/" })).to.equal("denied implicitly");
    expect(decision({ Resource: "arn.aws:ec2:r:1:vpc/a" })).to.equal("denied implicitly");
  });

  const rows: [operator: string, wanted: string | string[], value: string | string[] | undefined, holds: boolean][] = [
    ["StringEquals", ["a", "b"], "b", true],
    ["StringEquals", "a*", "ab", false],
    ["StringEquals", "a", undefined, false],
    ["StringEqualsIfExists", "a", undefined, true],
    ["StringEqualsIfExists", "a", "b", false],
    ["StringNotEquals", ["a", "b"], "b", false],
    ["StringNotEquals", "a", undefined, true],
    ["StringLike", ["x", "a-*"], "a-b", true],
    ["StringLike", "a-*", "a", false],
    ["StringLike", "a-*", undefined, false],
    ["StringNotLike", "a*", "ab", false],
    ["StringEqualsIgnoreCase", "A", "a", true],
    ["ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", true],
    ["Bool", "true", "True", true],
    ["Null", "true", undefined, true],
    ["Null", "false", undefined, false],
    ["Null", "false", "a", true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
    ["ForAllValues:StringEquals", "a", undefined, true],
    ["ForAllValues:StringNotEquals", "a", ["b", "a"], false],
    ["ForAnyValue:StringLike", "a*", ["b", "ab"], true],
    ["ForAnyValue:StringLike", "a*", undefined, false],
  ];
  for (const [operator, wanted, value, holds] of rows) {
    it(`finds that ${operator} ${JSON.stringify(wanted)} is ${holds} of ${JSON.stringify(value)}`, () => {
      expect(under(operator, wanted, value)).to.equal(holds);
    });
  }

  it("wants all keys and all operators of a condition", () => {
    const Condition = { StringEquals: { a: "1", b: "2" }, Null: { c: "true" } };
    expect(decision({ Condition }, { context: { a: "1", b: "2" } })).to.equal("allowed");
    expect(decision({ Condition }, { context: { a: "1" } })).to.equal("denied implicitly");
    expect(decision({ Condition }, { context: { a: "1", b: "2", c: "3" } })).to.equal("denied implicitly");
  });

  it("takes nothing for known that it does not know", () => {
    expect(() => under("DateLessThan", "x", "y")).to.throw("DateLessThan is not known");
    expect(() => under("StringEquals", "${aws:username}", "y")).to.throw("variable");
    expect(() => decision({ NotAction: "x" } as Partial<SimulatedStatement>)).to.throw("NotAction is not known");
  });
});

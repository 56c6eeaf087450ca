import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { accountOf } from "../../../lab/providers/account";
import { goExit, goQuote } from "../../../lab/providers/goText";
import { containsUnknown, fromStruct, secret, toStruct, UNKNOWN, withoutNulls } from "../../../lab/providers/struct";

describe("Struct conversion of the lab's providers", () => {
  it("keeps every kind of value over the wire", () => {
    const properties = { a: null, b: true, c: 1.5, d: "x", e: [1, ["y"], {}], f: { g: { h: [] } } };
    const wire = Struct.deserializeBinary(toStruct(properties).serializeBinary());
    expect(fromStruct(wire)).to.deep.equal(properties);
  });

  it("leaves undefined out and refuses what a Struct cannot hold, naming where it is", () => {
    expect(fromStruct(toStruct({ a: undefined, b: 1 }))).to.deep.equal({ b: 1 });
    expect(() => toStruct({ a: { b: [() => 1] } })).to.throw(TypeError, "a.b[0]: a value of type function");
    expect(() => toStruct({ n: Number.NaN })).to.throw(TypeError, "n: a value of type number");
  });

  it("unwraps secrets and reads every spelling of an unknown as one", () => {
    expect(fromStruct(toStruct({ s: secret({ key: "k" }) }))).to.deep.equal({ s: { key: "k" } });
    const spellings = ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", UNKNOWN];
    expect(fromStruct(toStruct({ list: spellings }))).to.deep.equal({ list: [UNKNOWN, UNKNOWN, UNKNOWN] });
    expect(containsUnknown({ a: [{ b: UNKNOWN }] })).to.equal(true);
    expect(containsUnknown({ a: ["known"] })).to.equal(false);
  });

  it("drops nulls at any depth but keeps unknowns", () => {
    expect(withoutNulls({ a: null, b: { c: null, d: UNKNOWN }, e: [{ f: null }] })).to.deep.equal({
      b: { d: UNKNOWN },
      e: [{}],
    });
  });
});

describe("the account of an aws provider", () => {
  const region = "ap-northeast-1";
  const role = (account: string): string => JSON.stringify([{ roleArn: `arn:aws:iam::${account}:role/deploy` }]);

  it("comes from the last role, else from the profile's name, else from the single allowed account", () => {
    const chain = JSON.stringify([
      { roleArn: "arn:aws:iam::333333333333:role/hop" },
      { roleArn: "arn:aws:iam::222222222222:role/deploy" },
    ]);
    expect(accountOf({ region, assumeRoles: chain, profile: "lab-111111111111" })).to.deep.equal({
      accountId: "222222222222",
      region,
    });
    expect(accountOf({ region, profile: "lab-111111111111" }).accountId).to.equal("111111111111");
    expect(accountOf({ region, profile: "mine", allowedAccountIds: '["111111111111"]' }).accountId).to.equal(
      "111111111111",
    );
  });

  it("is refused in the real provider's words when it is not allowed, or forbidden", () => {
    const refusal = "AWS account ID not allowed: 222222222222";
    expect(() =>
      accountOf({ region, assumeRoles: role("222222222222"), allowedAccountIds: '["111111111111"]' }),
    ).to.throw(refusal);
    expect(() =>
      accountOf({ region, assumeRoles: role("222222222222"), forbiddenAccountIds: '["222222222222"]' }),
    ).to.throw(refusal);
  });

  it("comes from roles that the lab's STS gives, or is refused in the real provider's words, naming the role", () => {
    const accounts = ["111111111111", "222222222222"];
    expect(accountOf({ region, assumeRoles: role("222222222222") }, accounts).accountId).to.equal("222222222222");
    const roles = (...arns: string[]) => JSON.stringify(arns.map((roleArn) => ({ roleArn })));
    const wrong = "arn:aws:iam::222222222222:role/other";
    const first = "arn:aws:iam::111111111111:role/deploy";
    const users: [string, string, string][] = [
      ["", roles(wrong), "arn:aws:iam::999999999999:user/lab"],
      ["lab-111111111111", roles(wrong), "arn:aws:iam::111111111111:user/lab"],
      ["", roles(first, wrong), "arn:aws:sts::111111111111:assumed-role/deploy/session"],
    ];
    for (const [profile, assumeRoles, user] of users) {
      expect(() => accountOf({ region, assumeRoles, profile }, accounts))
        .to.throw(`IAM Role (${wrong}) cannot be assumed.`)
        .with.property("message")
        .that.includes(
          `AccessDenied: User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${wrong}`,
        );
    }
    expect(() => accountOf({ region, assumeRoles: role("333333333333") }, accounts)).to.throw("cannot be assumed");
  });

  it("cannot be told from two allowed accounts, a missing Region or a malformed role", () => {
    expect(() => accountOf({ region, allowedAccountIds: '["111111111111","222222222222"]' })).to.throw("(has 2)");
    expect(() => accountOf({ allowedAccountIds: '["111111111111"]' })).to.throw("region is not set");
    expect(() => accountOf({ region, assumeRoles: '[{"roleArn":"deploy"}]' })).to.throw('role ARN "deploy"');
  });
});

describe("the words of Go programs", () => {
  it("quotes as %q", () => {
    expect(goQuote('a "b"\n\t\\ \u0001 \u007f é\u00a0')).to.equal(String.raw`"a \"b\"\n\t\\ \x01 \x7f é\u00a0"`);
  });

  it("tells how a process ended", () => {
    expect(goExit(3, null)).to.equal("exit status 3");
    expect(goExit(null, "SIGKILL")).to.equal("signal: killed");
  });
});

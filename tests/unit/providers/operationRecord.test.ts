import { expect } from "chai";
import { recorded, type OperationRecord } from "../../../lab/providers/operationRecord";
import { hub, newCloud, region, tokens } from "../../fixtures/aws";

describe("the lab's record of operations", () => {
  const urn = `urn:pulumi:security::p::${tokens.vpc}::vpc`;
  const caller = { accountId: hub, region, urn };
  const inputs = { cidrBlock: "10.0.0.0/16" };
  let records: OperationRecord[];
  const cloud = () => {
    records = [];
    return recorded(newCloud(), (record) => void records.push(record));
  };

  it("tells of each operation, whose it is and on what, and answers as the cloud does", async () => {
    const aws = cloud();
    const { id, outputs } = await aws.create(caller, tokens.vpc, inputs, {});
    expect((await aws.read(caller, tokens.vpc, id, outputs))?.outputs).to.include(inputs);
    const tagged = await aws.update(caller, tokens.vpc, id, outputs, { ...inputs, tags: { Name: "x" } }, {});
    expect(tagged.outputs["tags"]).to.deep.equal({ Name: "x" });
    const reader = { accountId: hub, region };
    expect(await aws.invoke(reader, "aws:ec2/getVpc:getVpc", { id })).to.include({ id });
    await aws.delete(caller, tokens.vpc, id, outputs, {});
    expect(await aws.read(caller, tokens.vpc, id, outputs)).to.equal(undefined);
    const of = { accountId: hub, type: tokens.vpc, urn };
    expect(records).to.deep.equal([
      ...(["create", "read", "update"] as const).map((operation) => ({ ...of, operation })),
      { accountId: hub, operation: "call", type: "aws:ec2/getVpc:getVpc" },
      ...(["delete", "read"] as const).map((operation) => ({ ...of, operation })),
    ]);
  });

  it("tells of what AWS refuses, too", async () => {
    const refused = await cloud()
      .create(caller, tokens.subnet, { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24" }, {})
      .then(() => "made", String);
    expect(refused).to.match(/InvalidVpcID.NotFound/);
    expect(records).to.deep.equal([{ accountId: hub, operation: "create", type: tokens.subnet, urn }]);
  });

  it("tells of no checks, comparisons and previews: they ask AWS for nothing", async () => {
    const aws = cloud();
    aws.check(caller, tokens.vpc, {}, inputs);
    aws.diff(tokens.vpc, "vpc-1", inputs, {}, { cidrBlock: "10.1.0.0/16" });
    await aws.create(caller, tokens.vpc, inputs, { preview: true });
    await aws.update(caller, tokens.vpc, "vpc-1", {}, inputs, { preview: true });
    expect(records).to.deep.equal([]);
  });
});

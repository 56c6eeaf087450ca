import { expect } from "chai";
import type { AwsBackend, AwsCaller } from "../../../lab/providers/aws";
import { serveAws } from "../../../lab/providers/aws";
import type { ServedProvider } from "../../../lab/providers/providerServer";
import { UNKNOWN } from "../../../lab/providers/struct";
import { EngineClient, failure } from "./engineClient";

const VPC = "aws:ec2/vpc:Vpc";

/** Remembers who called, and answers as told. */
class Recorder implements AwsBackend {
  calls: { method: string; caller?: AwsCaller; type: string; inputs?: unknown }[] = [];
  createOutcome: AwsBackend["create"] = (_caller, _type, inputs) => Promise.resolve({ id: "vpc-1", outputs: inputs });

  tokens: AwsBackend["tokens"] = () => ({
    resources: [VPC],
    functions: ["aws:ssm/getParameter:getParameter"],
  });
  check: AwsBackend["check"] = (caller, type, _olds, news) => {
    this.calls.push({ method: "check", caller, type, inputs: news });
    return { inputs: news, failures: [{ property: "cidrBlock", reason: "is wrong" }] };
  };
  diff: AwsBackend["diff"] = () => ({
    changes: true,
    changed: ["cidrBlock", "tags", "gone"],
    replaces: ["cidrBlock"],
    deleteBeforeReplace: true,
  });
  create: AwsBackend["create"] = (caller, type, inputs, options) => {
    this.calls.push({ method: "create", caller, type, inputs });
    return this.createOutcome(caller, type, inputs, options);
  };
  read: AwsBackend["read"] = (_caller, _type, id) =>
    Promise.resolve(id === "vpc-gone" ? undefined : { id, inputs: {}, outputs: { cidrBlock: "10.0.0.0/16" } });
  update: AwsBackend["update"] = (_caller, _type, _id, _olds, news) => Promise.resolve({ outputs: news });
  delete: AwsBackend["delete"] = () => Promise.reject(new Error("DependencyViolation: has dependencies"));
  invoke: AwsBackend["invoke"] = (caller, type) => {
    this.calls.push({ method: "invoke", caller, type });
    return Promise.resolve({ value: "ami-1", insecureValue: "ami-1" });
  };
}

describe("the lab's aws provider server", () => {
  const region = "ap-northeast-1";
  const account = (id: string): string => JSON.stringify([id]);
  let cloud: Recorder;
  let served: ServedProvider;
  const engines: EngineClient[] = [];

  beforeEach(async () => {
    cloud = new Recorder();
    served = await serveAws(cloud);
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) engine.close();
    await served.close();
  });

  async function provider(config: Record<string, string>): Promise<EngineClient> {
    const engine = new EngineClient(served.port);
    engines.push(engine);
    return engine.start(config);
  }

  it("tells provider instances apart by their connections", async () => {
    const security = await provider({ region, allowedAccountIds: account("111111111111") });
    const system = await provider({ region: "eu-west-1", allowedAccountIds: account("222222222222") });
    await Promise.all([security.create(VPC, {}), system.create(VPC, {}), security.invoke("aws:index/x:x", {})]);
    const urn = `urn:pulumi:dev::project::${VPC}::thing`;
    expect(cloud.calls.map(({ method, caller }) => [method, caller])).to.have.deep.members([
      ["create", { accountId: "111111111111", region, urn }],
      ["create", { accountId: "222222222222", region: "eu-west-1", urn }],
      ["invoke", { accountId: "111111111111", region }],
    ]);
  });

  it("refuses at Configure an account that is not allowed, and calls before Configure", async () => {
    const assumeRoles = '[{"roleArn":"arn:aws:iam::222222222222:role/deploy"}]';
    expect(await failure(provider({ region, assumeRoles, allowedAccountIds: account("111111111111") }))).to.equal(
      "AWS account ID not allowed: 222222222222",
    );
    const stranger = new EngineClient(served.port);
    engines.push(stranger);
    expect(await failure(stranger.create(VPC, {}))).to.contain("was not configured");
    expect(cloud.calls).to.deep.equal([]);
  });

  it("passes check failures, and drops nulls but not unknowns", async () => {
    const engine = await provider({ region, allowedAccountIds: account("111111111111") });
    const { failures } = await engine.check(VPC, { cidrBlock: UNKNOWN, tags: null });
    expect(failures).to.deep.equal(["cidrBlock is wrong"]);
    expect(cloud.calls[0]).to.deep.include({ type: VPC, inputs: { cidrBlock: UNKNOWN } });
  });

  it("says of each changed property whether it is added, deleted or updated, and replaces", async () => {
    const engine = await provider({ region, allowedAccountIds: account("111111111111") });
    const diff = await engine.diff(VPC, { cidrBlock: "a", gone: 1 }, { cidrBlock: "b", tags: {} });
    expect(diff.getDeletebeforereplace()).to.equal(true);
    const kinds = new Map<string, number>();
    diff.getDetaileddiffMap().forEach((detail, key) => kinds.set(key, detail.getKind()));
    // UPDATE_REPLACE, ADD, DELETE of provider.proto.
    expect([...kinds]).to.have.deep.members([
      ["cidrBlock", 5],
      ["tags", 0],
      ["gone", 2],
    ]);
  });

  it("gives errors in AWS's words, and the resource that a failed creation left behind", async () => {
    const engine = await provider({ region, allowedAccountIds: account("111111111111") });
    expect(await failure(engine.delete(VPC, {}))).to.equal("DependencyViolation: has dependencies");
    cloud.createOutcome = () =>
      Promise.reject(
        Object.assign(new Error("waiting: cancelled"), { partial: { id: "vpc-9", outputs: { cidrBlock: "x" } } }),
      );
    const error = await engine.create(VPC, {}).catch((caught: unknown) => caught);
    const [details] = (error as { metadata: { get(key: string): Buffer[] } }).metadata.get("grpc-status-details-bin");
    expect(details?.toString("latin1")).to.contain("pulumirpc.ErrorResourceInitFailed").and.contain("vpc-9");
  });

  it("says of a resource that is gone that it has no id", async () => {
    const engine = await provider({ region, allowedAccountIds: account("111111111111") });
    expect((await engine.read(VPC, "vpc-gone", {})).id).to.equal("");
    expect(await engine.read(VPC, "vpc-1", {})).to.deep.equal({ id: "vpc-1", outputs: { cidrBlock: "10.0.0.0/16" } });
  });

  it("marks the value of an SSM parameter secret, and only that", async () => {
    const engine = await provider({ region, allowedAccountIds: account("111111111111") });
    const fields = (await engine.invoke("aws:ssm/getParameter:getParameter", {})).getReturn()?.getFieldsMap();
    expect(fields?.get("value")?.hasStructValue()).to.equal(true);
    expect(fields?.get("insecureValue")?.getStringValue()).to.equal("ami-1");
  });

  it("aborts the calls of the instance that the engine cancels, of no other, and all when it is closed", async () => {
    const aborted: string[] = [];
    let started = 0;
    cloud.createOutcome = (caller, _type, _inputs, { signal }) =>
      new Promise((_resolve, reject) => {
        started += 1;
        signal?.addEventListener("abort", () => {
          aborted.push(caller.accountId);
          reject(new Error("cancelled"));
        });
      });
    const one = await provider({ region, allowedAccountIds: account("111111111111") });
    const two = await provider({ region, allowedAccountIds: account("222222222222") });
    const failed = [failure(one.create(VPC, {})), failure(two.create(VPC, {}))];
    while (started < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await one.cancel();
    expect(await failed[0]).to.equal("cancelled");
    expect(aborted).to.deep.equal(["111111111111"]);
    await served.close();
    await failed[1];
    expect(aborted).to.deep.equal(["111111111111", "222222222222"]);
  });
});

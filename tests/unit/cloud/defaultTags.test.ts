import { expect } from "chai";
import { accountOf } from "../../../lab/providers/account";
import { newCloud } from "../components/run";
import { tokens } from "../../fixtures/aws";

const caller = { accountId: "111111111111", region: "ap-northeast-1" };
const withTags = (defaultTags: Record<string, string>) => ({ ...caller, defaultTags });
const vpc = { cidrBlock: "10.0.0.0/16", tags: { Name: "own" } };

describe("the default tags of a provider", () => {
  it("are read from its arguments, as the engine gives them", () => {
    const args = { region: caller.region, allowedAccountIds: '["111111111111"]' };
    expect(accountOf({ ...args, defaultTags: '{"tags":{"Team":"network"}}' })).to.deep.equal(
      withTags({ Team: "network" }),
    );
    expect(accountOf(args)).to.deep.equal(caller);
    expect(() => accountOf({ ...args, defaultTags: '{"tags":{"Team":5}}' })).to.throw(
      "defaultTags.tags.Team is no string",
    );
  });

  it("are on what is made, beneath what it says itself, and are no tags of its own", async () => {
    const cloud = newCloud();
    const { inputs } = cloud.check(withTags({ Team: "network", Name: "default" }), tokens.vpc, undefined, vpc);
    const { id } = await cloud.create(caller, tokens.vpc, inputs);
    const read = await cloud.read(caller, tokens.vpc, id);
    expect(read?.outputs).to.deep.include({ tags: { Name: "own" }, tagsAll: { Team: "network", Name: "own" } });
    expect(cloud.snapshot().vpcs[id]?.tags).to.deep.equal({ Team: "network", Name: "own" });
    expect(read?.inputs).to.deep.include({ tags: { Name: "own" }, tagsAll: { Team: "network", Name: "own" } });
  });

  it("are changed in place, and put back where somebody took them away", async () => {
    const cloud = newCloud();
    const check = (defaultTags: Record<string, string>) =>
      cloud.check(withTags(defaultTags), tokens.vpc, undefined, vpc).inputs;
    const before = check({ Team: "network" });
    const { id, outputs } = await cloud.create(caller, tokens.vpc, before);
    const diff = (olds: typeof before, news: typeof before) => cloud.diff(tokens.vpc, id, olds, outputs, news);
    expect(diff(before, check({ Team: "network" }))).to.include({ changes: false });
    const after = check({ Team: "security" });
    expect(diff(before, after)).to.deep.include({ changed: ["tagsAll"], replaces: [] });
    await cloud.update(caller, tokens.vpc, id, outputs, after);
    expect(cloud.snapshot().vpcs[id]?.tags).to.deep.equal({ Team: "security", Name: "own" });
  });
});

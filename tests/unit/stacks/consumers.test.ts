import { expect } from "chai";
import { accounts, hub, spoke } from "../../fixtures/aws";
import { newCloud, tokens } from "../components/run";
import { deployedSecurity, runStack, type StackRun } from "./run";

const further = "333333333333";

/** Without the ids that AWS, and the ends of names that Pulumi chose. */
const idless = (value: unknown): string =>
  JSON.stringify(value).replace(/[0-9a-f]{16,}|(?<=(security|hosts)-)[0-9a-f]{7}(?![0-9a-f])/g, "ID");

/** What a program asks for. */
const asked = ({ mocks }: StackRun): string[] =>
  mocks.registrations.map(({ type, name, inputs }) => `${type} ${name} ${idless(inputs)}`).sort();

describe("a further consumer's account", () => {
  let one: Awaited<ReturnType<typeof deployedSecurity>>;
  let two: Awaited<ReturnType<typeof deployedSecurity>>;

  before(async () => {
    one = await deployedSecurity({ consumerAccountIds: [spoke] });
    two = await deployedSecurity({ consumerAccountIds: [spoke, further] });
  });

  it("adds its principal to the security stack, and changes nothing else there", () => {
    const before = asked(one.run);
    const after = asked(two.run);
    const added = after.filter((each) => !before.includes(each));
    expect(added).to.have.length(1);
    expect(added[0]).to.match(new RegExp(`^${tokens.principal} security-${further} `));
    expect(before.filter((each) => !after.includes(each))).to.deep.equal([]);
  });

  it("is nothing that the other consumers' stacks read", () => {
    const { outputs } = one.stacks["security"] ?? {};
    expect(idless(two.stacks["security"]?.outputs)).to.equal(idless(outputs));
  });

  it("has its stack all to itself, with the same addresses as another's, too", async () => {
    const cloud = newCloud({ accounts: { ...accounts, [further]: { name: "further" } } });
    const run = await runStack("security", { cloud, config: { consumerAccountIds: [spoke, further] } });
    const stacks = { security: { outputs: run.outputs, secretNames: run.secretNames } };
    await runStack("system", { cloud, stacks });
    const before = idsOf(cloud.snapshot(), hub, spoke);
    await runStack("system-further", { cloud, stacks, config: { accountId: further } });
    expect(idsOf(cloud.snapshot(), hub, spoke)).to.deep.equal(before);
    expect(idsOf(cloud.snapshot(), further)).to.have.length.greaterThan(50);
  });
});

/** Everything that there is in the accounts, as AWS has it. */
function idsOf(snapshot: object, ...of: string[]): unknown[] {
  return Object.values(snapshot as Record<string, Record<string, { accountId?: string }>>)
    .flatMap((table) => Object.values(table))
    .filter(({ accountId }) => accountId !== undefined && of.includes(accountId));
}

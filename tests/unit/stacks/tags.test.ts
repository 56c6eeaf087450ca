import { expect } from "chai";
import { Cloud } from "../../../lab/cloud/cloud";
import { isProperties } from "../../../lab/cloud/core/properties";
import { stackTag } from "../../../path/net/ownership";
import { tokens } from "../../fixtures/aws";
import { deployedSecurity, mirroringStack, runStack, type StackRun } from "./run";

const tags = { Team: "network", CostCenter: "42" };
const takesTags = new Set(
  Cloud.types()
    .filter(({ inputs }) => inputs["tags"] !== undefined)
    .map(({ token }) => token),
);

describe("tags", () => {
  for (const access of ["ssm", "ssh"]) {
    it(`of the settings, and the program's own, are on all that the stacks make, disks included, by ${access}`, async () => {
      const { cloud, stacks, run } = await deployedSecurity({ access, tags });
      const internetInspection = { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"] };
      const system = await runStack("system", { cloud, stacks, config: { access, tags, internetInspection } });
      for (const [stack, { mocks }] of Object.entries({ security: run, system })) {
        const made = mocks.registrations.filter(({ type, caller }) => caller !== undefined && takesTags.has(type));
        expect(made.length, "resources with tags").to.be.above(30);
        const expected = { ...tags, [stackTag]: stack };
        for (const each of made) {
          const found = each.caller && (await cloud.read(each.caller, each.type, each.id));
          expect(found?.outputs["tagsAll"], `${each.type} ${each.name}`).to.include(expected);
          if (each.type === tokens.instance) {
            expect(each.inputs["volumeTags"], each.name).to.deep.equal({ ...expected, Name: each.name });
          }
        }
      }
    });
  }

  it("are on the disk of a mirrored target's collector, too", async () => {
    const { run } = await deployedSecurity();
    const { mocks } = await mirroringStack(run);
    const [collector] = mocks.registrations.filter(({ type }) => type === tokens.instance);
    expect(collector?.inputs["volumeTags"]).to.deep.equal({
      [stackTag]: "security-mirroring",
      Name: "security-mirroring-mirror-apne1-az4",
    });
  });

  it("leave each resource its own name", async () => {
    const { run } = await deployedSecurity({ tags });
    const named = run.mocks.registrations.flatMap(({ inputs }) =>
      isProperties(inputs["tags"]) ? [inputs["tags"]] : [],
    );
    expect(named).not.to.be.empty;
    for (const own of named) expect(Object.keys(own)).to.deep.equal(["Name"]);
  });
});

describe("permissionsBoundary", () => {
  const boundary = "arn:aws:iam::111111111111:policy/boundary";
  const rolesOf = ({ mocks }: StackRun) => mocks.registrations.filter(({ type }) => type === tokens.role);

  it("bounds every role that is made", async () => {
    const { run } = await deployedSecurity({ permissionsBoundary: boundary });
    expect(rolesOf(run).map(({ inputs }) => inputs["permissionsBoundary"])).to.deep.equal([boundary]);
    const { run: without } = await deployedSecurity();
    expect(rolesOf(without).map(({ inputs }) => inputs["permissionsBoundary"])).to.deep.equal([undefined]);
  });
});

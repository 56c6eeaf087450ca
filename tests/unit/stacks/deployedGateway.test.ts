import { expect } from "chai";
import type { DeployedStack } from "../../../lab/mocks";
import { tokens } from "../components/run";
import { countsOf } from "./registrations";
import { asDeployed, refusalOf, runStack, type StackRunOptions } from "./run";

const az1 = { gwlb: "10.1.11.0/24", target: "10.1.21.0/24" };
const az4 = { gwlb: "10.1.10.0/24", target: "10.1.20.0/24" };
const az2 = { gwlb: "10.1.12.0/24", target: "10.1.22.0/24" };

describe("a security stack that is deployed", () => {
  let deployed: DeployedStack;
  before(async () => {
    deployed = asDeployed(await runStack("security"));
  });

  const refused = (config: Record<string, unknown>, state = deployed) =>
    refusalOf("security", { config, deployed: state });
  const taken = (options: StackRunOptions) => runStack("security", { deployed, ...options });

  it("may get a further AZ", async () => {
    const { mocks } = await taken({ config: { zones: { "apne1-az4": az4, "apne1-az1": az1, "apne1-az2": az2 } } });
    expect(countsOf(mocks)[tokens.attachment]).to.equal(3);
  });

  it("may keep its AZs and change its targets' subnets", async () => {
    const zones = { "apne1-az4": az4, "apne1-az1": { ...az1, target: "10.1.31.0/24" } };
    expect(countsOf((await taken({ config: { zones } })).mocks)[tokens.attachment]).to.equal(2);
  });

  it("keeps the AZs of its GWLB: one that has gone is refused with nothing registered, also in a preview", async () => {
    for (const preview of [false, true]) {
      const options = { config: { zones: { "apne1-az4": az4 } }, deployed, preview };
      const { message, registered } = await refusalOf("security", options);
      expect(message).to.include("zones.apne1-az1: missing: expected gwlb 10.1.11.0/24, where the deployed GWLB is");
      expect(message).to.include("AWS takes no subnet away from a GWLB");
      // The provider makes nothing.
      expect(registered.filter((each) => each !== "pulumi:providers:aws security")).to.deep.equal([]);
    }
  });

  it("keeps the CIDRs of its GWLB's subnets, and of their VPC", async () => {
    const zones = { "apne1-az4": az4, "apne1-az1": { ...az1, gwlb: "10.1.12.0/24" } };
    expect((await refused({ zones })).message).to.include(
      'zones.apne1-az1.gwlb: "10.1.12.0/24": expected 10.1.11.0/24, where the deployed GWLB is',
    );
    expect((await refused({ vpcCidr: "10.1.0.0/17" })).message).to.include(
      'vpcCidr: "10.1.0.0/17": expected 10.1.0.0/16, where the deployed GWLB is',
    );
  });

  it("has AZs to choose again when its GWLB is gone, and before it was ever deployed to its end", async () => {
    const config = { zones: { "apne1-az4": az4 } };
    const balancer = Object.keys(deployed.resources).find((urn) => urn.includes(tokens.loadBalancer)) ?? "";
    const resources = Object.fromEntries(Object.entries(deployed.resources).filter(([urn]) => urn !== balancer));
    for (const state of [
      { ...deployed, resources },
      { ...deployed, outputs: {} },
    ]) {
      expect(countsOf((await taken({ config, deployed: state })).mocks)[tokens.attachment]).to.equal(1);
    }
  });

  it("keeps its name: renamed it is refused with nothing registered", async () => {
    const resources = Object.fromEntries(
      Object.entries(deployed.resources).map(([urn, state]) => [urn.replace(/::security/, "::hub"), state]),
    );
    const { message, registered } = await refused({}, { ...deployed, resources });
    expect(message).to.include('stack: "security": its resources are named "hub"');
    expect(message).to.include("pulumi stack rename hub");
    expect(registered).to.deep.equal([]);
  });
});

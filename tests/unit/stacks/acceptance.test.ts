import { expect } from "chai";
import { dependenciesOf, hub, idsByName, inputsByName, region, spoke, tokens } from "../components/run";
import { namesOf } from "./registrations";
import { deployedSecurity, refusalOf, runStack } from "./run";

const azIds = ["apne1-az4", "apne1-az1"];
const roleArn = `arn:aws:iam::${hub}:role/accept-endpoints`;
const refused = "The stack's configuration is not valid:\n  ";

describe("a system stack whose service requires acceptance", () => {
  let security: Awaited<ReturnType<typeof deployedSecurity>>;
  before(async () => {
    security = await deployedSecurity({ acceptanceRequired: true });
  });
  const deployed = (): Pick<typeof security, "cloud" | "stacks"> => ({
    cloud: security.cloud,
    stacks: security.stacks,
  });

  it("accepts its own endpoints through a provider of its own, of the security account", async () => {
    const assumeRole = { roleArn, externalId: "acme" };
    const { mocks } = await runStack("system", {
      ...deployed(),
      config: { endpointAcceptance: { assumeRole } },
    });
    expect(mocks.find("pulumi:providers:aws", "system-acceptance").inputs).to.deep.include({
      region,
      allowedAccountIds: JSON.stringify([hub]),
      assumeRoles: JSON.stringify([assumeRole]),
    });
    const endpoints = idsByName(mocks, tokens.endpoint);
    expect(inputsByName(mocks, tokens.accepter)).to.deep.equal(
      Object.fromEntries(
        azIds.map((azId) => [
          `system-${azId}`,
          { vpcEndpointServiceId: security.run.outputs["serviceId"], vpcEndpointId: endpoints[`system-${azId}`] },
        ]),
      ),
    );
    const inSecurity = mocks.registrations.filter(({ caller }) => caller?.accountId === hub);
    expect(inSecurity.map(({ type }) => type)).to.deep.equal([tokens.accepter, tokens.accepter]);
    expect(inSecurity.map(({ provider }) => provider)).to.deep.equal(["system-acceptance", "system-acceptance"]);
    for (const route of namesOf(mocks, tokens.route).filter((name) => name !== "system-public-internet")) {
      const [, azId] = /-to-(apne1-az\d)$/.exec(route) ?? [];
      const source = route.startsWith("system-source-")
        ? route.slice("system-source-".length, -`-to-${azId}`.length)
        : azId;
      expect(dependenciesOf(mocks, tokens.route, route)).to.include(`VpcEndpointConnectionAccepter system-${source}`);
    }
  });

  it("may do so with a profile", async () => {
    const endpointAcceptance = { profile: `security-${hub}` };
    const { mocks } = await runStack("system", { ...deployed(), config: { endpointAcceptance }, preview: true });
    expect(mocks.find("pulumi:providers:aws", "system-acceptance").inputs).to.deep.include({
      region,
      allowedAccountIds: JSON.stringify([hub]),
      profile: `security-${hub}`,
    });
  });

  it("is refused beforehand when it has no credentials for that", async () => {
    for (const endpointAcceptance of [undefined, {}]) {
      const { message, registered } = await refusalOf("system", { ...deployed(), config: { endpointAcceptance } });
      expect(message).to.equal(
        `${refused}endpointAcceptance: the service requires acceptance, expected profile or assumeRole of its account ` +
          `${hub}, with which this stack may accept its own endpoints`,
      );
      expect(registered).to.deep.equal(["pulumi:pulumi:StackReference security"]);
    }
  });

  it("is refused beforehand when the role is another account's", async () => {
    const other = `arn:aws:iam::${spoke}:role/accept-endpoints`;
    const config = { endpointAcceptance: { assumeRole: { roleArn: other } } };
    const { message, registered } = await refusalOf("system", { ...deployed(), config });
    expect(message).to.equal(
      `${refused}endpointAcceptance.assumeRole.roleArn: "${other}": expected a role of the service's account ${hub}`,
    );
    expect(registered).to.deep.equal(["pulumi:pulumi:StackReference security"]);
  });

  it("accepts nothing while the profile's credentials are another account's", async () => {
    const config = { endpointAcceptance: { profile: `other-${spoke}` } };
    const { message } = await refusalOf("system", { ...deployed(), config });
    expect(message).to.include(`AWS account ID not allowed: ${spoke}`);
  });
});

describe("a system stack whose service requires no acceptance", () => {
  it("makes no use of credentials for it", async () => {
    const { cloud, stacks } = await deployedSecurity();
    const config = { endpointAcceptance: { assumeRole: { roleArn } } };
    const { mocks } = await runStack("system", { cloud, stacks, config });
    expect(namesOf(mocks, "pulumi:providers:aws")).to.deep.equal(["system"]);
    expect(namesOf(mocks, tokens.accepter)).to.deep.equal([]);
  });
});

import { expect } from "chai";
import type { Properties } from "../../../lab/cloud/core/properties";
import { hub, newCloud, region, spoke, tokens } from "../../fixtures/aws";
import { deployedSecurity, refusalOf, runStack, type StackRun } from "./run";

const inHub = { accountId: hub, region };

const instancesOf = ({ mocks }: StackRun): [string, Properties][] =>
  mocks.registrations.filter(({ type }) => type === tokens.instance).map(({ name, inputs }) => [name, inputs]);

/** A new cloud with a KMS key. */
async function withKey(inputs: Properties = {}, account = hub) {
  const cloud = newCloud();
  const { id, outputs } = await cloud.create({ accountId: account, region }, tokens.kmsKey, inputs);
  return { cloud, id, arn: String(outputs["arn"]) };
}

describe("kmsKeyId", () => {
  for (const access of ["ssm", "ssh"]) {
    it(`encrypts the disk of every instance, by ${access}`, async () => {
      const { cloud, arn } = await withKey();
      const run = await runStack("security", { cloud, config: { access, kmsKeyId: arn } });
      const instances = instancesOf(run);
      expect(instances).to.have.length(access === "ssh" ? 3 : 2);
      for (const [name, { rootBlockDevice }] of instances) {
        expect(rootBlockDevice, name).to.deep.equal({ encrypted: true, kmsKeyId: arn });
      }
    });
  }

  it("is the account's own without it", async () => {
    const { run } = await deployedSecurity();
    for (const [name, { rootBlockDevice }] of instancesOf(run)) {
      expect(rootBlockDevice, name).to.deep.equal({ encrypted: true });
    }
  });

  const wrong: [string, Properties, string][] = [
    ["disabled", { isEnabled: false }, "has the state Disabled, expected Enabled"],
    ["to sign with", { keyUsage: "SIGN_VERIFY" }, "has the usage SIGN_VERIFY, expected ENCRYPT_DECRYPT"],
    ["asymmetric", { customerMasterKeySpec: "RSA_2048" }, "has the spec RSA_2048, expected SYMMETRIC_DEFAULT"],
  ];
  for (const [what, inputs, expected] of wrong) {
    it(`of a key that is ${what} is refused before anything is made`, async () => {
      const { cloud, arn } = await withKey(inputs);
      const { message, registered } = await refusalOf("security", { cloud, config: { kmsKeyId: arn } });
      expect(message).to.include(`kmsKeyId: "${arn}": ${expected}`);
      expect(registered).to.deep.equal([`pulumi:providers:aws security`]);
    });
  }

  it("of a key that there is not, no more, or not for this account is refused, too", async () => {
    const [deleted, other] = [await withKey(), await withKey({}, spoke)];
    await deleted.cloud.delete(inHub, tokens.kmsKey, deleted.id);
    for (const [{ cloud, arn }, expected] of [
      [{ cloud: newCloud(), arn: deleted.arn }, "NotFoundException"],
      [deleted, "has the state PendingDeletion, expected Enabled"],
      [other, "AccessDeniedException"],
    ] as const) {
      const { message } = await refusalOf("security", { cloud, config: { kmsKeyId: arn } });
      expect(message).to.include(`kmsKeyId: "${arn}"`).and.include(expected);
    }
  });
});

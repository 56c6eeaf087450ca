import { expect } from "chai";
import { imageOf } from "../../../lab/cloud/ec2/images";
import type { Properties } from "../../../lab/cloud/core/properties";
import { hub, newCloud, region, spoke, tokens } from "../../fixtures/aws";
import { keys, publicHalf } from "../components/run";
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

describe("keyName", () => {
  const withPair = async (publicKey: string) => {
    const cloud = newCloud();
    await cloud.create(inHub, tokens.keyPair, { keyName: "operators", publicKey });
    return { cloud, config: { access: "ssh", keyName: "operators" } };
  };

  it("is every instance's, and no key pair is made", async () => {
    const run = await runStack("security", await withPair(`${publicHalf(keys.sshPrivateKey)} somebody@example`));
    expect(instancesOf(run).map(([, { keyName }]) => keyName)).to.deep.equal(["operators", "operators", "operators"]);
    expect(run.mocks.registrations.filter(({ type }) => type === tokens.keyPair)).to.deep.equal([]);
  });

  it("of another key, and of a pair that there is not, is refused before anything is made", async () => {
    const { message, registered } = await refusalOf("security", await withPair(publicHalf(keys.sshHostKey)));
    expect(message).to.include('keyName: "operators": is of another key: expected the pair of sshPrivateKey');
    expect(registered).to.deep.equal(["pulumi:providers:aws security"]);
    const none = await refusalOf("security", { config: { access: "ssh", keyName: "none" } });
    expect(none.message).to.include('keyName: "none"').and.include("InvalidKeyPair.NotFound");
  });

  it("is nobody's business with SSM", async () => {
    await runStack("security", { config: { keyName: "none" } });
  });
});

describe("instanceProfileName", () => {
  const withProfile = async (hasRole: boolean) => {
    const cloud = newCloud();
    const assumeRolePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const role = await cloud.create(inHub, tokens.role, { name: "hosts", assumeRolePolicy });
    await cloud.create(inHub, tokens.profile, { name: "hosts", ...(hasRole && { role: role.id }) });
    return { cloud, config: { instanceProfileName: "hosts" } };
  };

  it("is every instance's, and nothing of IAM is made", async () => {
    const run = await runStack("security", await withProfile(true));
    expect(instancesOf(run).map(([, inputs]) => inputs["iamInstanceProfile"])).to.deep.equal(["hosts", "hosts"]);
    expect(run.mocks.registrations.filter(({ type }) => type.startsWith("aws:iam/"))).to.deep.equal([]);
  });

  it("of one without a role, and of one that there is not, is refused before anything is made", async () => {
    const { message, registered } = await refusalOf("security", await withProfile(false));
    expect(message).to.include('instanceProfileName: "hosts": has no role');
    expect(registered).to.deep.equal(["pulumi:providers:aws security"]);
    const none = await refusalOf("security", { config: { instanceProfileName: "none" } });
    expect(none.message).to.include('instanceProfileName: "none"').and.include("NoSuchEntity");
  });

  it("is told together with what else is not as given", async () => {
    const { arn } = await withKey();
    const { message } = await refusalOf("security", { config: { instanceProfileName: "none", kmsKeyId: arn } });
    expect(message).to.include('instanceProfileName: "none"').and.include(`kmsKeyId: "${arn}"`);
  });

  it("is nobody's business with ssh", async () => {
    await runStack("security", { config: { access: "ssh", instanceProfileName: "none" } });
  });
});

describe("ami and instanceType", () => {
  const arm = imageOf(region, "al2023-ami-kernel-default-arm64").id;
  const intel = imageOf(region, "al2023-ami-kernel-default-x86_64").id;
  const bastion = { azId: "apne1-az4", cidr: "10.1.0.0/28", adminCidrs: ["203.0.113.10/32"] };
  const madeFrom = async (config: Properties) =>
    Object.fromEntries(
      instancesOf(await runStack("security", { config: { access: "ssh", ...config } })).map(
        ([name, { ami, instanceType }]) => [name.replace(/-apne1.*/, ""), [ami, instanceType]],
      ),
    );

  it("are the bastion's own where it has any, Amazon's newest image by its own type's architecture included", async () => {
    const own = { ...bastion, instanceType: "t4g.nano" };
    expect(await madeFrom({ bastion: own, ami: "", instanceType: "c7i.large" })).to.deep.equal({
      "security-bastion": [arm, "t4g.nano"],
      "security-target": [intel, "c7i.large"],
    });
    expect(await madeFrom({ bastion: { ...bastion, ami: arm, instanceType: "t4g.nano" }, ami: intel })).to.deep.equal({
      "security-bastion": [arm, "t4g.nano"],
      "security-target": [intel, "t3.micro"],
    });
    expect(await madeFrom({ bastion, ami: intel })).to.deep.equal({
      "security-bastion": [intel, "t3.micro"],
      "security-target": [intel, "t3.micro"],
    });
  });

  it("of two architectures, and an AMI that there is not, are refused before anything is made, all at once", async () => {
    const config = { access: "ssh", ami: arm, bastion: { ...bastion, ami: intel, instanceType: "t4g.nano" } };
    const { message, registered } = await refusalOf("security", { config });
    const expected = (type: string) => `expected the instance type's ${type}`;
    expect(message).to.include(`ami: "${arm}": has the architecture arm64, ${expected("x86_64")}`);
    expect(message).to.include(`bastion.ami: "${intel}": has the architecture x86_64, ${expected("arm64")}`);
    expect(registered).to.deep.equal(["pulumi:providers:aws security"]);
    const none = await refusalOf("security", { config: { ami: "ami-0123456789abcdef0" } });
    expect(none.message).to.match(/ami: "ami-0123456789abcdef0": .*: expected an AMI of this Region/);
  });
});

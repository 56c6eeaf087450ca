import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Cloud } from "../../../lab/cloud/cloud";
import type { Properties } from "../../../lab/cloud/core/properties";
import { SsmInstanceProfile, ssmHostOf } from "../../../components";
import { dependenciesOf, failureOf, inputsByName, newCloud, run, tokens, valueOf } from "./run";

describe("SsmInstanceProfile", () => {
  /** Whatever happens to its policy: the lab's cloud is of the partition aws. */
  function cloudWithPolicies(attach: (inputs: Properties) => Promise<{ id: string; outputs: Properties }>): Cloud {
    const cloud = newCloud();
    const create = cloud.create.bind(cloud);
    cloud.create = (caller, type, inputs, ...rest) =>
      type === tokens.rolePolicy ? attach(inputs) : create(caller, type, inputs, ...rest);
    return cloud;
  }

  const made = (region: string) =>
    run(({ spokeProviders }) => new SsmInstanceProfile("p", { region }, spokeProviders), {
      cloud: cloudWithPolicies((outputs) => Promise.resolve({ id: "attached", outputs })),
    });

  const partitions = [
    ["ap-northeast-1", "aws", "ec2.amazonaws.com"],
    ["cn-north-1", "aws-cn", "ec2.amazonaws.com.cn"],
    ["us-gov-west-1", "aws-us-gov", "ec2.amazonaws.com"],
  ] as const;
  for (const [region, partition, service] of partitions) {
    it(`is a role that EC2 of ${region} may assume, with AWS's policy for the agent alone`, async () => {
      const { mocks } = await made(region);
      const role = mocks.find(tokens.role, "p-hosts");
      const { assumeRolePolicy, ...inputs } = role.inputs;
      expect(JSON.parse(String(assumeRolePolicy))).to.deep.equal({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
      });
      expect(inputs).to.deep.equal({
        description: "gwlb-inspection p: hosts that SSM reaches",
        path: "/gwlb-inspection/",
        tags: { Name: "p-hosts" },
      });
      expect(inputsByName(mocks, tokens.rolePolicy)).to.deep.equal({
        "p-hosts-ssm": {
          role: role.id,
          policyArn: `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
        },
      });
      expect(inputsByName(mocks, tokens.profile)).to.deep.equal({
        "p-hosts": { role: role.id, path: "/gwlb-inspection/", tags: { Name: "p-hosts" } },
      });
    });
  }

  it("is bounded by the policy that is given", async () => {
    const permissionsBoundary = "arn:aws:iam::222222222222:policy/boundary";
    const { mocks } = await run(
      ({ spokeProviders }) =>
        new SsmInstanceProfile("p", { region: "ap-northeast-1", permissionsBoundary }, spokeProviders),
    );
    expect(mocks.find(tokens.role, "p-hosts").inputs).to.include({ permissionsBoundary });
  });

  it("tells its name when the role has its policy, not before", async () => {
    const { mocks, result } = await run((world) => {
      const profile = new SsmInstanceProfile("p", { region: "ap-northeast-1" }, world.spokeProviders);
      const after = new pulumi.ComponentResource("test:index:After", "after", { name: profile.instanceProfileName });
      return { profile, after };
    });
    expect(await valueOf(result.profile.instanceProfileName)).to.equal(mocks.find(tokens.profile, "p-hosts").id);
    expect(dependenciesOf(mocks, "test:index:After", "after")).to.include.members([
      "InstanceProfile p-hosts",
      "RolePolicyAttachment p-hosts-ssm",
    ]);
  });

  it("tells no name when the policy cannot be attached", async () => {
    let told: string | undefined;
    const refused = await failureOf(
      ({ spokeProviders }) => {
        const profile = new SsmInstanceProfile("p", { region: "ap-northeast-1" }, spokeProviders);
        profile.instanceProfileName.apply((name) => (told = name));
      },
      { cloud: cloudWithPolicies(() => Promise.reject(new Error("AccessDenied"))) },
    );
    expect(told).to.equal(undefined);
    expect(refused.message).to.include("AccessDenied");
  });
});

describe("a host by SSM", () => {
  it("is told by instance and Region, with the credentials that are given and no others, and is no secret", async () => {
    const region = "ap-northeast-1";
    const instanceId = "i-0123456789abcdef0";
    const assumeRole = { roleArn: "arn:aws:iam::222222222222:role/deploy", externalId: "acme" };
    const ways = [{ region }, { region, profile: "system" }, { region, profile: "system", assumeRole }];
    for (const way of ways) {
      const { result } = await run(() => ssmHostOf(way, pulumi.output(instanceId)));
      expect(await valueOf(result)).to.deep.equal({ instanceId, ...way });
      expect(await pulumi.isSecret(result)).to.equal(false);
    }
  });
});

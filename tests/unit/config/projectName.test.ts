import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { cloudMocks, startMocks } from "../../../lab/mocks";
import { readSecurityConfig } from "../../../stacks/config/index";
import { keptAs } from "../../../stacks/config/settings";
import { newCloud } from "../components/run";
import { exampleConfig, secretKeys } from "../stacks/run";
import { problemsIn } from "./problemsIn";

const shipped = exampleConfig("security");
/** What the engine presets, of `Pulumi.yaml`. */
const presets = { accountId: "", crossZone: "false", existing: "{}", consumerAccountIds: "[]", tcpIdleTimeout: "350" };

/** Settings of a project of another name, as `pulumi new` makes one. */
async function configure(own: Record<string, string>, others = shipped, secrets: string[] = secretKeys): Promise<void> {
  const named = Object.entries({ ...presets, ...own }).map(([key, value]) => [`mine:${key}`, value] as const);
  await startMocks(cloudMocks(newCloud()), {
    project: "mine",
    stack: "security",
    secretKeys: secrets,
    config: { ...others, ...Object.fromEntries(named) },
  });
}

describe("configuration of a project of another name", () => {
  it("is the shipped settings, whatever Pulumi.yaml presets in the project's own namespace", async () => {
    await configure({}, { ...shipped, "gwlb-inspection:crossZone": "true", "gwlb-inspection:tcpIdleTimeout": "60" });
    expect(readSecurityConfig()).to.deep.include({
      accountId: "111111111111",
      consumerAccountIds: ["222222222222"],
      crossZone: true,
      tcpIdleTimeout: 60,
    });
  });

  it("takes what is set in its own namespace", async () => {
    const bare = Object.fromEntries(
      Object.entries(shipped).filter(([key]) => !/:(accountId|profile|tcpIdleTimeout)$/.test(key)),
    );
    await configure({ accountId: "333333333333", profile: "own", tcpIdleTimeout: "60" }, bare);
    expect(readSecurityConfig()).to.include({ accountId: "333333333333", profile: "own", tcpIdleTimeout: 60 });
  });

  it("is refused where a key is set in both", async () => {
    await configure({ accountId: "333333333333", sshPrivateKey: "x" });
    expect(problemsIn(readSecurityConfig)).to.include.members(
      ["accountId", "sshPrivateKey"].map(
        (key) => `${key}: set as mine:${key} and as gwlb-inspection:${key}, expected one of them`,
      ),
    );
  });

  it("is refused with unknown keys of either namespace", async () => {
    await configure({ vpcCdir: "10.0.0.0/16" }, { ...shipped, "gwlb-inspection:crosszone": "true", "aws:region": "x" });
    const keys = problemsIn(readSecurityConfig).map((problem) => problem.split(":")[0]);
    expect(keys).to.have.members(["vpcCdir", "crosszone"]);
  });

  it("keeps secrets as such in either namespace", async () => {
    await configure({}, shipped, [...secretKeys, "gwlb-inspection:profile"]);
    expect(await pulumi.isSecret(pulumi.output(keptAs("profile", "security")))).to.equal(true);
    await configure({ profile: "own" }, {}, ["mine:profile"]);
    expect(await pulumi.isSecret(pulumi.output(keptAs("profile", "own")))).to.equal(true);
    await configure({ profile: "own" }, {}, ["gwlb-inspection:profile"]);
    expect(await pulumi.isSecret(pulumi.output(keptAs("profile", "own")))).to.equal(false);
  });
});

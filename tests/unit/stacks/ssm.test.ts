import { expect } from "chai";
import { parseHostTask } from "../../../verification/hostTask";
import type { SsmHost, VerificationRequest, VerificationTarget } from "../../../path/proof/request";
import { dependenciesOf, idsByName, inputsByName, region, tokens } from "../components/run";
import { countsOf, registeredNames } from "./registrations";
import { deployedSecurity, refusalOf, runStack, type StackRun } from "./run";

const azIds = ["apne1-az4", "apne1-az1"];
const iam = { role: "aws:iam/role:Role", policy: "aws:iam/rolePolicyAttachment:RolePolicyAttachment" };
const instanceProfile = "aws:iam/instanceProfile:InstanceProfile";

/** What gets into and out of a host, by its security group. */
function rulesOf({ mocks }: StackRun, host: string): string[] {
  const group = idsByName(mocks, tokens.securityGroup)[host];
  return [tokens.ingress, tokens.egress].flatMap((type) =>
    Object.values(inputsByName(mocks, type))
      .filter(({ securityGroupId }) => securityGroupId === group)
      .map(({ ipProtocol, fromPort, cidrIpv4, prefixListId }) =>
        [type === tokens.ingress ? "in" : "out", ipProtocol, fromPort, cidrIpv4 ?? (prefixListId && "S3")].join(" "),
      ),
  );
}

describe("stacks as the examples have them, their hosts reached by SSM", () => {
  let security: Awaited<ReturnType<typeof deployedSecurity>>;
  let system: StackRun;

  before(async () => {
    security = await deployedSecurity();
    system = await runStack("system", security);
  });

  it("consist of just these resources", () => {
    const hostRole = { [iam.role]: 1, [iam.policy]: 1, [instanceProfile]: 1 };
    expect(countsOf(security.run.mocks)).to.deep.equal({
      "pulumi:providers:aws": 1,
      ...hostRole,
      [tokens.vpc]: 1,
      // GWLB and target in two AZs.
      [tokens.subnet]: 4,
      [tokens.routeTable]: 4,
      [tokens.association]: 4,
      // S3, ssm and ssmmessages.
      [tokens.endpoint]: 3,
      // Two targets, and SSM's endpoints.
      [tokens.instance]: 2,
      [tokens.securityGroup]: 3,
      [tokens.ingress]: 9,
      [tokens.egress]: 10,
      [tokens.loadBalancer]: 1,
      [tokens.targetGroup]: 1,
      [tokens.listener]: 1,
      [tokens.service]: 1,
      // Two hairpins, and what looks for consumers before anything is deleted.
      [tokens.principal]: 2,
      [tokens.attachment]: 2,
      [tokens.local]: 3,
    });
    expect(countsOf(system.mocks)).to.deep.equal({
      "pulumi:pulumi:StackReference": 1,
      "pulumi:providers:aws": 1,
      ...hostRole,
      [tokens.vpc]: 1,
      // Source, destination and endpoint in two AZs.
      [tokens.subnet]: 6,
      [tokens.routeTable]: 6,
      [tokens.association]: 6,
      // Four pairs, both ways.
      [tokens.route]: 8,
      // Two into the GWLB, S3, ssm and ssmmessages.
      [tokens.endpoint]: 5,
      [tokens.instance]: 4,
      [tokens.securityGroup]: 5,
      [tokens.ingress]: 5,
      [tokens.egress]: 16,
      [tokens.local]: 1,
    });
  });

  it("have no public address, no key and no port for logging in", () => {
    for (const { mocks } of [security.run, system]) {
      const instances = Object.entries(inputsByName(mocks, tokens.instance));
      for (const [name, inputs] of instances) {
        expect(inputs["associatePublicIpAddress"], name).to.equal(false);
        expect(inputs, name).to.not.have.property("keyName");
        expect(inputs["userData"], name).to.equal(`#cloud-config\n{\n  "hostname": "${name}"\n}\n`);
        expect(inputs["iamInstanceProfile"], name).to.match(/-hosts-/);
      }
    }
    const target = ["in udp 6081", "out udp 6081", "in tcp 80"].flatMap((rule) =>
      ["10.1.10.0/24", "10.1.11.0/24"].map((cidr) => `${rule} ${cidr}`),
    );
    const toEndpoints = (...cidrs: string[]): string[] => cidrs.map((cidr) => `out tcp 443 ${cidr}`);
    for (const azId of azIds) {
      expect(rulesOf(security.run, `security-target-${azId}`)).to.have.members([
        ...target,
        "out tcp 443 S3",
        ...toEndpoints("10.1.20.0/24", "10.1.21.0/24"),
      ]);
      expect(rulesOf(system, `system-source-${azId}`)).to.have.members([
        ...["out icmp -1 10.2.20.0/24", "out icmp -1 10.2.21.0/24"],
        ...["out udp 33434 10.2.20.0/24", "out udp 33434 10.2.21.0/24"],
        ...toEndpoints("10.2.30.0/28", "10.2.31.0/28"),
      ]);
      expect(rulesOf(system, `system-destination-${azId}`)).to.have.members([
        ...["in icmp -1 10.2.10.0/24", "in icmp -1 10.2.11.0/24"],
        ...toEndpoints("10.2.30.0/28", "10.2.31.0/28"),
      ]);
    }
  });

  it("set up each target by its instance id before it is registered, with the rules for all of the GWLB's addresses", () => {
    const { mocks } = security.run;
    for (const azId of azIds) {
      const name = `security-target-${azId}`;
      const { inputs, secrets } = mocks.find(tokens.local, `${name}-hairpin`);
      const { host, args } = parseHostTask(String(inputs["stdin"]));
      expect(host).to.deep.equal({ instanceId: idsByName(mocks, tokens.instance)[name], region, profile: "security" });
      const instance = security.run.states.find(({ urn }) => urn.endsWith(`${tokens.instance}::${name}`));
      const own = String(instance?.outputs?.["privateIp"]);
      expect(args).to.deep.equal([
        "--address",
        own,
        ...["10.1.10.16", "10.1.11.16"].flatMap((each) => ["--gateway-address", each]),
      ]);
      expect(secrets).to.deep.equal([]);
      expect(dependenciesOf(mocks, tokens.attachment, name)).to.include(`Command ${name}-hairpin`);
    }
  });

  it("measure with the credentials of each host's own account", () => {
    const { targets, pairs } = system.outputs["verification"] as VerificationRequest;
    const ids = { ...idsByName(security.run.mocks, tokens.instance), ...idsByName(system.mocks, tokens.instance) };
    const hosts = [...targets, ...pairs.map(({ source }) => source)].map(({ name, host }) => [name, host] as const);
    expect(hosts).to.have.length(2 + 4);
    for (const [name, host] of hosts) {
      const profile = name.startsWith("security") ? "security" : "system";
      expect(host, name).to.deep.equal({ instanceId: ids[name], region, profile });
    }
  });

  it("start hosts when the way to SSM's endpoints is there", () => {
    const waits = dependenciesOf(
      security.run.mocks,
      "gwlb-inspection:index:InspectionTarget",
      "security-target-apne1-az4",
    );
    expect(waits).to.include.members(["VpcEndpoint security-s3", "VpcEndpoint security-ssm"]);
  });

  it("show in a preview the same resources", async () => {
    const preview = await runStack("system", { ...security, preview: true });
    expect(registeredNames(preview.mocks)).to.have.members(registeredNames(system.mocks));
  });

  describe("with targets that are reached with the environment's credentials", () => {
    let stacks: Awaited<ReturnType<typeof deployedSecurity>>;
    before(async () => (stacks = await deployedSecurity({ profile: "" })));

    it("refuse a consumer of another account that has its own credentials from there, with nothing made", async () => {
      const { message, registered } = await refusalOf("system", { ...stacks, config: { profile: "" } });
      expect(message).to.include(
        'profile: "": the environment\'s credentials, which the targets of security are reached with by SSM: ' +
          "expected credentials of 111111111111 for them, by profile or assumeRole in that stack's settings",
      );
      expect(registered).to.deep.equal(["pulumi:pulumi:StackReference security"]);
    });

    it("take a consumer that has a profile of its own: the environment's may be the targets' account's", async () => {
      const { outputs } = await runStack("system", stacks);
      const [target] = (outputs["verification"] as { targets: (VerificationTarget & { host: SsmHost })[] }).targets;
      expect(target?.host).to.have.all.keys("instanceId", "region");
    });
  });
});

import { expect } from "chai";
import type { Properties } from "../../../lab/cloud/core/properties";
import { packagesOnly } from "../../../components/endpointPolicies";
import { stackTag } from "../../../path/net/ownership";
import { dependenciesOf, hub, idsByName, inputsByName, keys, publicHalf, region, tokens } from "../components/run";
import { countsOf, keysInClear, namesOf, registeredNames, without } from "./registrations";
import { bySsh, contractOf, deployedSecurity, hairpinResult, refusalOf, runStack, type StackRun } from "./run";

const azIds = ["apne1-az4", "apne1-az1"];

describe("the security stack, its hosts reached by ssh", () => {
  let run: StackRun;
  before(async () => {
    run = await runStack("security", bySsh());
  });

  it("consists of just these resources", () => {
    expect(countsOf(run.mocks)).to.deep.equal({
      "pulumi:providers:aws": 1,
      [tokens.vpc]: 1,
      // GWLB and target in two AZs, and the bastion's.
      [tokens.subnet]: 5,
      [tokens.routeTable]: 5,
      [tokens.association]: 5,
      [tokens.internetGateway]: 1,
      [tokens.route]: 1,
      [tokens.endpoint]: 1,
      [tokens.keyPair]: 1,
      // A bastion and two targets.
      [tokens.instance]: 3,
      [tokens.securityGroup]: 3,
      [tokens.ingress]: 11,
      [tokens.egress]: 7,
      [tokens.loadBalancer]: 1,
      [tokens.targetGroup]: 1,
      [tokens.listener]: 1,
      [tokens.service]: 1,
      [tokens.principal]: 2,
      [tokens.attachment]: 2,
      [tokens.remote]: 2,
      // Waits until a target lets us in, and one that looks for consumers before anything is deleted.
      [tokens.local]: 3,
    });
  });

  it("is in its own account and Region, with one provider that refuses any other account", () => {
    expect(inputsByName(run.mocks, "pulumi:providers:aws")).to.deep.equal({
      security: {
        region,
        profile: "security",
        allowedAccountIds: JSON.stringify([hub]),
        defaultTags: JSON.stringify({ tags: { [stackTag]: "security" } }),
        skipCredentialsValidation: "false",
        skipRegionValidation: "true",
      },
    });
    const ofAws = run.mocks.registrations.filter(({ type }) => type.startsWith("aws:"));
    expect(ofAws).to.have.length(52);
    for (const each of ofAws) {
      expect(each, each.name).to.deep.include({
        provider: "security",
        caller: { accountId: hub, region, defaultTags: { [stackTag]: "security" } },
      });
    }
    expect(run.mocks.calls.map(({ token }) => token).sort()).to.deep.equal([
      "aws:ec2/getNetworkInterface:getNetworkInterface",
      "aws:ec2/getNetworkInterface:getNetworkInterface",
      "aws:ssm/getParameter:getParameter",
      "pulumi:pulumi:readStackOutputs",
    ]);
    for (const { token, caller } of run.mocks.calls.filter(({ token }) => token.startsWith("aws:"))) {
      expect(caller, token).to.deep.include({ accountId: hub, region });
    }
  });

  it("names resources after the stack and tags them", () => {
    for (const { type, name, inputs } of run.mocks.registrations) {
      expect(name, type).to.match(/^security(-|$)/);
      if ("tags" in inputs) expect(inputs["tags"], type).to.deep.equal({ Name: name });
    }
  });

  it("registers each target when its hairpin is set up, with the rules for the GWLB's addresses of all AZs", () => {
    for (const azId of azIds) {
      const name = `security-target-${azId}`;
      expect(dependenciesOf(run.mocks, tokens.attachment, name)).to.include(`Command ${name}-hairpin`);
      expect(dependenciesOf(run.mocks, tokens.remote, `${name}-hairpin`)).to.include(
        `Command ${name}-hairpin-reachable`,
      );
      const { create, update } = run.mocks.find(tokens.remote, `${name}-hairpin`).inputs;
      const own = run.states.find(({ urn }) => urn.endsWith(`${tokens.instance}::${name}`))?.outputs?.["privateIp"];
      const options = `--address ${String(own)} --gateway-address 10.1.10.16 --gateway-address 10.1.11.16`;
      expect(create).to.equal(`sudo -n timeout 900 sh -s -- ${options}`);
      expect(update).to.equal(create);
    }
  });

  it("offers its service when all that serves it is there: deleted in reverse, it goes before any part of the path", () => {
    const dependencies = dependenciesOf(run.mocks, tokens.service, "security");
    expect(dependencies).to.include.members([
      "LoadBalancer security",
      "Listener security",
      ...azIds.flatMap((azId) => [
        `TargetGroupAttachment security-target-${azId}`,
        `Command security-target-${azId}-hairpin`,
        `Instance security-target-${azId}`,
        `SecurityGroup security-target-${azId}`,
        `SecurityGroupIngressRule security-target-${azId}-in-udp-6081-10.1.10.0-24`,
      ]),
    ]);
  });

  it("looks for consumers before anything is deleted: it waits for every other resource, by itself or by others", () => {
    const ofAws = run.mocks.registrations.filter(({ type }) => type.startsWith("aws:") || type === tokens.remote);
    const nameOf = ({ type, name }: { type: string; name: string }): string =>
      `${type.split(":").at(-1) ?? ""} ${name}`;
    const before = new Set(dependenciesOf(run.mocks, "gwlb-inspection:index:ConsumerGuard", "security-consumers"));
    // Sets give what is added while they are walked through.
    for (const each of before) {
      const found = ofAws.find((registration) => nameOf(registration) === each);
      if (found === undefined) continue;
      for (const further of dependenciesOf(run.mocks, found.type, found.name)) before.add(further);
    }
    expect(ofAws.map(nameOf).filter((each) => !before.has(each))).to.deep.equal([]);
    expect(run.mocks.find(tokens.local, "security-consumers").inputs).to.deep.include({
      stdin: JSON.stringify({ serviceId: run.outputs["serviceId"], region, profile: "security" }),
    });
  });

  it("starts targets when the whole network is there, for packages come through it", () => {
    for (const azId of azIds) {
      // What a component waits for, its children wait for.
      expect(
        dependenciesOf(run.mocks, "gwlb-inspection:index:InspectionTarget", `security-target-${azId}`),
      ).to.include.members([
        "VpcEndpoint security-s3",
        `RouteTableAssociation security-target-${azId}`,
        "Route security-public-internet",
      ]);
    }
  });

  it("opens targets to the GWLB's subnets and the bastion, and lets them answer and fetch packages", () => {
    const s3 = Object.values(run.cloud.snapshot().prefixLists).find(
      (list) => list.name === `com.amazonaws.${region}.s3`,
    )?.id;
    expect(s3).to.match(/^pl-/);
    for (const azId of azIds) {
      const name = `security-target-${azId}`;
      const securityGroupId = idsByName(run.mocks, tokens.securityGroup)[name];
      const rule = (ipProtocol: string, port: number, peer: Properties): Properties => ({
        securityGroupId,
        ipProtocol,
        fromPort: port,
        toPort: port,
        ...peer,
      });
      const of = (type: string): Properties[] =>
        Object.values(inputsByName(run.mocks, type)).filter((each) => each["securityGroupId"] === securityGroupId);
      expect(of(tokens.ingress)).to.have.deep.members([
        rule("udp", 6081, { cidrIpv4: "10.1.10.0/24" }),
        rule("udp", 6081, { cidrIpv4: "10.1.11.0/24" }),
        rule("tcp", 80, { cidrIpv4: "10.1.10.0/24" }),
        rule("tcp", 80, { cidrIpv4: "10.1.11.0/24" }),
        rule("tcp", 22, { cidrIpv4: "10.1.0.0/28" }),
      ]);
      expect(of(tokens.egress)).to.have.deep.members([
        rule("udp", 6081, { cidrIpv4: "10.1.10.0/24" }),
        rule("udp", 6081, { cidrIpv4: "10.1.11.0/24" }),
        rule("tcp", 443, { prefixListId: s3 }),
      ]);
    }
  });

  it("gives targets, and nobody else, the way to S3", () => {
    const tables = idsByName(run.mocks, tokens.routeTable);
    expect(inputsByName(run.mocks, tokens.endpoint)).to.deep.equal({
      "security-s3": {
        vpcId: idsByName(run.mocks, tokens.vpc)["security"],
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: azIds.map((azId) => tables[`security-target-${azId}`]),
        policy: packagesOnly(region),
        tags: { Name: "security-s3" },
      },
    });
  });

  it("gives only the bastion a public address and a way to the internet", () => {
    const open = Object.entries(inputsByName(run.mocks, tokens.instance)).filter(
      ([, inputs]) => inputs["associatePublicIpAddress"] !== false,
    );
    expect(open.map(([name]) => name)).to.deep.equal(["security-bastion"]);
    expect(Object.keys(inputsByName(run.mocks, tokens.route))).to.deep.equal(["security-public-internet"]);
  });

  it("hands consumers what they need in one secret, and shows what people ask for", () => {
    const { mocks, outputs, secretNames } = run;
    const [service] = Object.values(run.cloud.snapshot().endpointServices);
    const target = (azId: string): string => `security-target-${azId}`;
    const addresses: Record<string, string> = { "apne1-az4": "10.1.20.16", "apne1-az1": "10.1.21.16" };
    expect(secretNames).to.deep.equal(["contract"]);
    const { contract, ...shown } = outputs;
    expect(shown).to.deep.equal({
      accountId: hub,
      region,
      azIds,
      serviceName: service?.serviceName,
      serviceId: service?.id,
    });
    const { targetAccess, path, ...facts } = contract as Record<string, unknown>;
    expect(facts).to.deep.equal({
      accountId: hub,
      region,
      serviceName: service?.serviceName,
      serviceId: service?.id,
      acceptanceRequired: false,
      azIds,
      gatewayAddresses: { "apne1-az4": "10.1.10.16", "apne1-az1": "10.1.11.16" },
      targetGroup: { arn: idsByName(mocks, tokens.targetGroup)["security"], ours: true, region, profile: "security" },
      healthCheck: { interval: 10, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
      targets: azIds.map((azId) => ({
        name: target(azId),
        azId,
        address: addresses[azId],
        instanceId: idsByName(mocks, tokens.instance)[target(azId)],
      })),
    });
    const endpoint = {
      user: "ec2-user",
      privateKey: keys.sshPrivateKey,
      hostKey: publicHalf(keys.sshHostKey),
    };
    expect(targetAccess).to.deep.equal(
      azIds.map((azId) => ({
        name: target(azId),
        azId,
        address: addresses[azId],
        instanceId: idsByName(mocks, tokens.instance)[target(azId)],
        hairpin: true,
        host: { ...endpoint, address: addresses[azId], via: { ...endpoint, address: "198.51.100.1" } },
      })),
    );
    const rules = mocks.registrations.filter(({ type }) => type === tokens.ingress || type === tokens.egress);
    const gateway = [tokens.loadBalancer, tokens.listener].map((type) => idsByName(mocks, type)["security"]);
    expect(gateway.every((arn) => arn?.startsWith("arn:aws:elasticloadbalancing:"))).to.equal(true);
    expect(path).to.deep.include({ gateway, crossZone: false, stickiness: "none", failover: "no_rebalance" });
    const { targets } = path as { targets: { hairpin: string; ruleIds: string[]; attachmentId: string }[] };
    for (const [index, azId] of azIds.entries()) {
      expect(targets[index]?.hairpin).to.equal(hairpinResult);
      expect(targets[index]?.attachmentId).to.equal(idsByName(mocks, tokens.attachment)[target(azId)]);
      expect(targets[index]?.ruleIds).to.have.members(
        rules.filter(({ name }) => name.startsWith(`${target(azId)}-`)).map(({ id }) => id),
      );
    }
  });

  it("has no private key in a place that is not secret", () => {
    expect(keysInClear(run.mocks, without("contract", run.outputs))).to.deep.equal([]);
    // The check itself sees keys: they are in all of these when secrets are not left out.
    expect(keysInClear(run.mocks, run.outputs, () => true).length).to.be.greaterThan(7);
  });

  it("shows the AMI, which is no secret", () => {
    for (const { name, secrets } of run.mocks.registrations.filter(({ type }) => type === tokens.instance)) {
      expect(secrets, name).to.deep.equal(["userData"]);
    }
  });

  it("takes the newest Amazon Linux 2023 of the instance type's architecture, or the config's image without asking", async () => {
    expect(run.mocks.calls.find(({ token }) => token.includes("getParameter"))?.args).to.deep.equal({
      name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    });
    const latest = run.mocks.find(tokens.instance, "security-bastion").inputs["ami"] as string;
    const pinned = await runStack("security", bySsh({ config: { ami: latest } }));
    expect(pinned.mocks.calls.filter(({ token }) => token.includes("getParameter"))).to.deep.equal([]);
    for (const [name, { ami }] of Object.entries(inputsByName(pinned.mocks, tokens.instance))) {
      expect(ami, name).to.equal(latest);
    }
  });

  it("passes its settings on to AWS and to its consumers", async () => {
    const { mocks, outputs } = await runStack("security", {
      config: {
        consumerAccountIds: ["222222222222", hub],
        crossZone: true,
        stickiness: "source_ip_dest_ip",
        failover: "rebalance",
        deregistrationDelay: 0,
        tcpIdleTimeout: 6000,
        acceptanceRequired: true,
        healthCheck: { interval: 5, timeout: 2, healthyThreshold: 3, unhealthyThreshold: 4 },
      },
    });
    expect(
      Object.values(inputsByName(mocks, tokens.principal)).map(({ principalArn }) => principalArn),
    ).to.have.members([
      // Its own account, and each other once.
      `arn:aws:iam::${hub}:root`,
      "arn:aws:iam::222222222222:root",
    ]);
    expect(mocks.find(tokens.loadBalancer, "security").inputs["enableCrossZoneLoadBalancing"]).to.equal(true);
    expect(mocks.find(tokens.service, "security").inputs["acceptanceRequired"]).to.equal(true);
    expect(mocks.find(tokens.listener, "security").inputs["tcpIdleTimeoutSeconds"]).to.equal(6000);
    expect(mocks.find(tokens.targetGroup, "security").inputs).to.deep.include({
      deregistrationDelay: 0,
      stickiness: { enabled: true, type: "source_ip_dest_ip" },
      targetFailovers: [{ onDeregistration: "rebalance", onUnhealthy: "rebalance" }],
    });
    const healthCheck = { interval: 5, timeout: 2, healthyThreshold: 3, unhealthyThreshold: 4 };
    expect(mocks.find(tokens.targetGroup, "security").inputs["healthCheck"]).to.deep.include(healthCheck);
    expect(contractOf({ outputs })["healthCheck"]).to.deep.equal(healthCheck);
    expect(contractOf({ outputs })["path"]).to.deep.include({
      crossZone: true,
      stickiness: "source_ip_dest_ip",
      failover: "rebalance",
    });
  });

  it("has the health check in all that it concerns by one line of the config", async () => {
    const healthCheck = { protocol: "HTTP", port: 8080, path: "/healthz" };
    const { cloud, stacks, run: made } = await deployedSecurity({ healthCheck });
    const { mocks } = made;
    const pace = { interval: 10, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 2 };
    expect(mocks.find(tokens.targetGroup, "security").inputs["healthCheck"]).to.deep.equal({
      enabled: true,
      ...healthCheck,
      port: "8080",
      matcher: "200-399",
      ...pace,
    });
    const ports = Object.values(inputsByName(mocks, tokens.ingress))
      .filter(({ ipProtocol }) => ipProtocol === "tcp")
      .map(({ fromPort, toPort }) => [fromPort, toPort]);
    expect(ports.filter(([from]) => from === 8080)).to.deep.equal(Array(4).fill([8080, 8080]));
    expect(ports.filter(([from]) => from === 80)).to.deep.equal([]);
    for (const azId of azIds) {
      const { stdin } = mocks.find(tokens.local, `security-target-${azId}-hairpin`).inputs;
      const { args } = JSON.parse(String(stdin)) as { args: string[] };
      expect(args.slice(-4)).to.deep.equal(["--health-port", "8080", "--health-path", "/healthz"]);
    }
    expect(contractOf(made)["healthCheck"]).to.deep.equal({ ...healthCheck, ...pace });
    const system = await runStack("system", { cloud, stacks });
    expect(system.outputs["verification"]).to.have.nested.property("health.port", 8080);
  });

  it("takes its credentials from the profile and the role of the config", async () => {
    const roleArn = `arn:aws:iam::${hub}:role/deploy`;
    const assumeRole = { roleArn, sessionName: "ci", externalId: "42" };
    const { mocks } = await runStack("security", { preview: true, config: { profile: "tools", assumeRole } });
    const { profile, assumeRoles } = mocks.find("pulumi:providers:aws", "security").inputs;
    expect(profile).to.equal("tools");
    expect(JSON.parse(String(assumeRoles))).to.deep.equal([assumeRole]);
  });

  it("is refused by AWS's provider with credentials of another account", async () => {
    const { message } = await refusalOf("security", { config: { profile: "of-222222222222" } });
    expect(message).to.match(/^accountId, profile or assumeRole: AWS account ID not allowed: 222222222222: expected/);
    expect(message).not.to.include("ami:");
  });

  it("names no key of what it looks up where it is the credentials that are wrong", async () => {
    const existing = { vpcId: "vpc-0123456789abcdef0", subnetIds: {} };
    const { message } = await refusalOf("security", { config: { profile: "of-222222222222", existing } });
    expect(message).to.match(/^accountId, profile or assumeRole: AWS account ID not allowed: 222222222222: expected/);
    expect(message).not.to.include("vpc");
  });

  it("is refused with the role of another account, with nothing registered", async () => {
    const assumeRole = { roleArn: "arn:aws:iam::222222222222:role/deploy" };
    const { message, registered } = await refusalOf("security", { config: { assumeRole } });
    expect(message).to.include(
      `assumeRole.roleArn: "${assumeRole.roleArn}": expected arn:aws:iam::111111111111:role/NAME`,
    );
    expect(registered).to.deep.equal([]);
  });

  it("registers no target whose hairpin could not be set up", async () => {
    const { message, registered } = await refusalOf(
      "security",
      bySsh({
        command: ({ name }) => {
          if (name === "security-target-apne1-az1-hairpin") throw new Error("exit status 1: no package repository");
          return { stdout: hairpinResult };
        },
      }),
    );
    expect(message).to.include("no package repository");
    expect(registered).to.include(`${tokens.remote} security-target-apne1-az1-hairpin`);
    expect(registered).to.include(`${tokens.attachment} security-target-apne1-az4`);
    expect(registered).to.not.include(`${tokens.attachment} security-target-apne1-az1`);
  });

  it("has as many targets in each AZ as it is told, of which the first keeps its name", async () => {
    const { mocks, outputs } = await runStack("security", { config: { targetsPerAz: 3 } });
    const names = azIds.flatMap((azId) => ["", "-2", "-3"].map((end) => `security-target-${azId}${end}`));
    expect(Object.keys(idsByName(mocks, tokens.attachment))).to.have.members(names);
    const subnets = idsByName(mocks, tokens.subnet);
    const instances = inputsByName(mocks, tokens.instance);
    for (const name of names) {
      expect(instances[name]?.["subnetId"], name).to.equal(subnets[name.replace(/-\d$/, "")]);
    }
    const contract = contractOf({ outputs }) as Record<"targets" | "targetAccess", { name: string; azId: string }[]>;
    for (const each of [contract.targets, contract.targetAccess]) {
      expect(each.map(({ name, azId }) => name.startsWith(`security-target-${azId}`) && name)).to.have.members(names);
    }
    const targets = { "apne1-az4": { instanceId: "i-0123456789abcdef0" } };
    const existing = { vpcId: "vpc-0123456789abcdef0", targets };
    expect((await refusalOf("security", { config: { targetsPerAz: 2, existing } })).message).to.include(
      "targetsPerAz: 2: expected none with existing.targets: none is made",
    );
  });

  it("works with one AZ, and with another stack name", async () => {
    const zones = { "apne1-az2": { gwlb: "10.1.10.0/24", target: "10.1.20.0/24" } };
    const bastion = { azId: "apne1-az1", cidr: "10.1.0.0/28", adminCidrs: ["192.0.2.0/24", "198.51.100.0/24"] };
    const { mocks, outputs } = await runStack("security-lab", bySsh({ config: { zones, bastion } }));
    expect(outputs["azIds"]).to.deep.equal(["apne1-az2"]);
    expect(namesOf(mocks, tokens.subnet)).to.have.members([
      "security-lab-gwlb-apne1-az2",
      "security-lab-target-apne1-az2",
      "security-lab-public-apne1-az1",
    ]);
    expect(namesOf(mocks, tokens.ingress)).to.include.members([
      "security-lab-bastion-in-tcp-22-192.0.2.0-24",
      "security-lab-bastion-in-tcp-22-198.51.100.0-24",
    ]);
  });

  it("shows in a preview the same resources, creates none, and calls unknown what AWS will choose", async () => {
    const preview = await runStack("security", bySsh({ preview: true }));
    expect(registeredNames(preview.mocks)).to.have.members(registeredNames(run.mocks));
    expect(preview.cloud.snapshot().vpcs).to.deep.equal({});
    expect(preview.outputs).to.deep.include({ accountId: hub, region, azIds, serviceName: undefined });
    expect(preview.secretNames).to.include("contract");
    expect(keysInClear(preview.mocks, without("contract", preview.outputs))).to.deep.equal([]);
  });
});

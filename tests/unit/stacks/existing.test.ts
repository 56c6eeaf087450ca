import { expect } from "chai";
import type { ExistingConsumer } from "../../../stacks/existingConsumer";
import { routeProblems } from "../../../stacks/steering";
import { existingConsumer, existingHub, existingProblems, makesHosts } from "../../../stacks/config/existingSchema";
import { parseHostTask } from "../../../verification/hostTask";
import { dependenciesOf, idsByName, region, spoke, tokens } from "../components/run";
import { bySsh, contractOf, deployedSecurity, refusalOf, runStack, type StackRun } from "./run";
import { countsOf } from "./registrations";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8k0mHn8sUy1ZyQ7aFh0cJm3m1JmXWJ3nq8x5l0Zz5x";
const azIds = ["apne1-az4", "apne1-az1"];
const bastion = { address: "203.0.113.5", cidr: "10.1.0.0/28", hostKey };

/** What a system stack registers that is nothing of anybody's account. */
const always = { "pulumi:providers:aws": 1, "pulumi:pulumi:StackReference": 1 };
const perZone = <T>(value: (azId: string) => T): Record<string, T> =>
  Object.fromEntries(azIds.map((azId) => [azId, value(azId)]));
const idOf = (run: StackRun, type: string, name: string): string => {
  const id = idsByName(run.mocks, type)[name];
  if (id === undefined) throw new Error(`no ${type} ${name}`);
  return id;
};

/** Everything of a deployed security stack, as somebody would give it by id. @param how - of each target */
function hubOf(run: StackRun, how: object): Record<string, unknown> {
  return {
    vpcId: idOf(run, tokens.vpc, "security"),
    targetGroupArn: idOf(run, tokens.targetGroup, "security"),
    serviceName: run.outputs["serviceName"],
    targets: perZone((azId) => ({ instanceId: idOf(run, tokens.instance, `security-target-${azId}`), ...how })),
  };
}

/** As `hubOf`, of a system stack. */
function consumerOf(run: StackRun, how: object): Record<string, unknown> {
  const host = (tier: string, azId: string): object => ({
    instanceId: idOf(run, tokens.instance, `system-${tier}-${azId}`),
    ...how,
  });
  return {
    vpcId: idOf(run, tokens.vpc, "system"),
    endpointIds: perZone((azId) => idOf(run, tokens.endpoint, `system-${azId}`)),
    hosts: perZone((azId) => ({ source: host("source", azId), destination: host("destination", azId) })),
    routes: true,
  };
}

/** What ssh takes in addition. */
const hubBySsh = (run: StackRun): Record<string, unknown> => ({ ...hubOf(run, { hostKey }), bastion });
const consumerBySsh = (run: StackRun): Record<string, unknown> => ({
  ...consumerOf(run, { hostKey }),
  bastion: { ...bastion, cidr: "10.2.0.0/28" },
});

describe("stacks on what is already there", () => {
  let theirs: Awaited<ReturnType<typeof deployedSecurity>>;
  let theirSystem: StackRun;
  let ours: StackRun;
  const noBastion = { access: "ssh", bastion: {} };

  before(async () => {
    theirs = await deployedSecurity({ access: "ssh" });
    const { cloud, stacks } = theirs;
    theirSystem = await runStack("system", bySsh({ cloud, stacks }));
    ours = await runStack("security-ours", { cloud, config: { existing: hubBySsh(theirs.run), ...noBastion } });
  });

  const system = (existing: Record<string, unknown>, config: Record<string, unknown> = {}) => ({
    cloud: theirs.cloud,
    stacks: { security: { outputs: ours.outputs, secretNames: ours.secretNames } },
    config: { existing, ...noBastion, ...config },
  });

  it("make nothing in security where everything is given, and hand on what the path is made of", () => {
    expect(countsOf(ours.mocks)).to.deep.equal({ "pulumi:providers:aws": 1 });
    const outputs = contractOf(ours);
    const expected = contractOf(theirs.run);
    for (const key of ["serviceName", "serviceId", "gatewayAddresses", "azIds", "acceptanceRequired"]) {
      if (key === "azIds") expect(outputs[key]).to.have.members(expected[key] as string[]);
      else expect(outputs[key], key).to.deep.equal(expected[key]);
    }
    expect(outputs["healthCheck"]).to.deep.equal({
      protocol: "TCP",
      port: 80,
      interval: 10,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    });
    const hosts = (outputs["targetAccess"] as { host: Record<string, unknown> }[]).map(({ host }) => host);
    expect(hosts.map((host) => host["hostKey"])).to.deep.equal([hostKey, hostKey]);
    for (const { via } of hosts as { via: object }[]) expect(via).to.include({ address: bastion.address, hostKey });
  });

  it("make nothing but the measurement in system where everything is given", async () => {
    const { mocks, outputs } = await runStack("system-ours", system(consumerBySsh(theirSystem)));
    expect(countsOf(mocks)).to.deep.equal({ ...always, "command:local:Command": 1 });
    const { pairs, health } = outputs["verification"] as { pairs: unknown[]; health: { port: number } };
    expect(pairs).to.have.length(4);
    expect(health.port).to.equal(80);
  });

  describe("with mirror: true of a target", () => {
    let mirroring: StackRun;
    before(async () => {
      const existing = hubBySsh(theirs.run) as { targets: Record<string, object> };
      const targets = {
        ...existing.targets,
        "apne1-az4": { instanceId: idOf(theirs.run, tokens.instance, "security-target-apne1-az4"), mirror: true },
      };
      const config = { existing: { ...existing, targets }, ...noBastion };
      mirroring = await runStack("security-ours", { cloud: theirs.cloud, config });
    });

    it("make a collector for that one, beside it, and its sessions, and nothing on or for the other", () => {
      const { mocks } = mirroring;
      expect(countsOf(mocks)).to.deep.equal({
        "pulumi:providers:aws": 1,
        [tokens.keyPair]: 1,
        [tokens.securityGroup]: 1,
        [tokens.ingress]: 2,
        [tokens.instance]: 1,
        [tokens.mirrorFilter]: 1,
        [tokens.mirrorFilterRule]: 6,
        [tokens.mirrorTarget]: 1,
        [tokens.mirrorSession]: 1,
      });
      const name = "security-ours-mirror-apne1-az4";
      const { networkInterfaces, instances } = theirs.cloud.snapshot();
      const appliance = instances[idOf(theirs.run, tokens.instance, "security-target-apne1-az4")];
      const eni = networkInterfaces[appliance?.networkInterfaceId ?? ""];
      const collector = mocks.find(tokens.instance, name);
      expect(collector.inputs["subnetId"]).to.equal(appliance?.subnetId);
      const [session] = mocks.registrations.filter(({ type }) => type === tokens.mirrorSession);
      // The last of all: whoever mirrors this interface, too, loses nothing.
      expect(session?.inputs).to.include({ networkInterfaceId: eni?.id, sessionNumber: 32_766, packetLength: 256 });
      const copies = mocks.registrations.find(({ name: each }) => each.startsWith(`${name}-in-udp-4789`));
      expect(copies?.inputs).to.include({ fromPort: 4789, toPort: 4789, cidrIpv4: `${eni?.privateIpAddress}/32` });
      const [mirrored, other] = contractOf(mirroring)["targetAccess"] as Record<string, unknown>[];
      const vni = (session?.id &&
        theirs.cloud.snapshot().trafficMirrorSessions[session.id]?.virtualNetworkId) as number;
      expect(mirrored).to.deep.include({ mirrored: [{ macAddress: eni?.macAddress, vni }], hairpin: false });
      expect(mirrored).to.include({ address: eni?.privateIpAddress, instanceId: appliance?.id });
      const { privateIpAddress } = networkInterfaces[instances[collector.id ?? ""]?.networkInterfaceId ?? ""] ?? {};
      expect((mirrored?.["host"] as { address: string }).address).to.equal(privateIpAddress);
      expect(other).not.to.have.property("mirrored");
    });

    it("copy GENEVE, ICMP and the GWLB's health checks, in and out, and nothing else", () => {
      const rules = mirroring.mocks.registrations.filter(({ type }) => type === tokens.mirrorFilterRule);
      const [anywhere, vpc] = ["0.0.0.0/0", "10.1.0.0/16"];
      const port = (each: number) => ({ fromPort: each, toPort: each });
      const both = (rule: object) => ["ingress", "egress"].map((trafficDirection) => ({ ...rule, trafficDirection }));
      const all = { sourceCidrBlock: anywhere, destinationCidrBlock: anywhere };
      const said = rules.map(({ inputs }) =>
        Object.fromEntries(
          Object.entries(inputs).filter(
            ([key]) => !["ruleNumber", "ruleAction", "trafficMirrorFilterId"].includes(key),
          ),
        ),
      );
      expect(said).to.have.deep.members([
        ...both({ protocol: 17, destinationPortRange: port(6081), ...all }),
        ...both({ protocol: 1, ...all }),
        {
          protocol: 6,
          destinationPortRange: port(80),
          trafficDirection: "ingress",
          sourceCidrBlock: vpc,
          destinationCidrBlock: anywhere,
        },
        {
          protocol: 6,
          sourcePortRange: port(80),
          trafficDirection: "egress",
          sourceCidrBlock: anywhere,
          destinationCidrBlock: vpc,
        },
      ]);
      expect(rules.map(({ inputs }) => inputs["ruleAction"])).to.deep.equal(rules.map(() => "accept"));
      expect(new Set(rules.map(({ inputs }) => inputs["ruleNumber"])).size).to.equal(6);
    });
  });

  it("inspect the internet behind the gateway that the VPC has, by its endpoints, and make a host for it", async () => {
    const internetInspection = { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"] };
    const given = system(consumerBySsh(theirSystem), { internetInspection });
    const { mocks } = await runStack("system-ours", { ...given, preview: true });
    const made = countsOf(mocks);
    expect(made).to.deep.include({
      [tokens.subnet]: 1,
      [tokens.route]: 3,
      [tokens.instance]: 1,
      [tokens.routeTable]: 2,
    });
    expect(made).not.to.have.any.keys(tokens.vpc, tokens.internetGateway, tokens.endpoint);
    const gatewayId = idOf(theirSystem, tokens.internetGateway, "system");
    expect(mocks.find(tokens.association, "system-ours-edge").inputs["gatewayId"]).to.equal(gatewayId);
    const route = mocks.find(tokens.route, "system-ours-internet-apne1-az4-to-internet").inputs;
    expect(route["vpcEndpointId"]).to.equal(idOf(theirSystem, tokens.endpoint, "system-apne1-az4"));
  });

  it("do not inspect the internet of a VPC that has no gateway to it, and make nothing", async () => {
    const { cloud, stacks } = await deployedSecurity();
    const { id } = await cloud.create({ accountId: spoke, region }, tokens.vpc, {
      cidrBlock: "10.2.0.0/16",
      enableDnsSupport: true,
    });
    const internetInspection = { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"] };
    const existing = { vpcId: id, bastion: { ...bastion, cidr: "10.2.0.0/28" } };
    const config = { existing, ...noBastion, internetInspection };
    const { message, registered } = await refusalOf("system-ours", { cloud, stacks, config });
    expect(message).to.match(/vpcId: "vpc-\w+": .*expected a VPC with an internet gateway/);
    expect(registered.filter((each) => each.startsWith("aws:"))).to.deep.equal([]);
  });

  it("need no host key of their own where they make no host", async () => {
    const { outputs } = await runStack("system-ours", system(consumerBySsh(theirSystem), { sshHostKey: undefined }));
    expect(outputs).to.have.property("verdict", "inspected");
  });

  it("make endpoints and routes only, where hosts and subnets are given", async () => {
    const { hosts, vpcId, bastion: given } = consumerBySsh(theirSystem);
    const subnetIds = perZone((azId) => ({ endpoint: idOf(theirSystem, tokens.subnet, `system-endpoint-${azId}`) }));
    const { mocks } = await runStack("system-ours", {
      ...system({ hosts, vpcId, bastion: given, subnetIds, routes: false }),
      // Their routes lead into their own endpoints already: AWS has no room for ours.
      preview: true,
    });
    expect(countsOf(mocks)).to.deep.equal({
      ...always,
      "command:local:Command": 1,
      [tokens.endpoint]: 2,
      [tokens.route]: 8,
    });
  });

  for (const [what, changes, message] of [
    ["another VPC", { vpcId: "vpc-00000000000000000" }, "is in VPC vpc-\\w+, expected vpc-00000000000000000"],
    [
      "an endpoint in another AZ",
      { endpointIds: "swapped" },
      /existing\.endpointIds\.apne1-az4: "vpce-\w+": is in AZ apne1-az1, expected apne1-az4/,
    ],
  ] as const) {
    it(`refuse ${what}, with nothing made`, async () => {
      const existing = consumerBySsh(theirSystem);
      const ids = existing["endpointIds"] as Record<string, string>;
      const swapped = { "apne1-az4": ids["apne1-az1"], "apne1-az1": ids["apne1-az4"] };
      const given = "endpointIds" in changes ? { endpointIds: swapped } : changes;
      const { message: said, registered } = await refusalOf("system-ours", system({ ...existing, ...given }));
      expect(said).to.match(typeof message === "string" ? new RegExp(message) : message);
      expect(registered.filter((each) => !/^pulumi:/.test(each))).to.deep.equal([]);
    });
  }

  describe("whose hosts SSM reaches", () => {
    let hub: Awaited<ReturnType<typeof deployedSecurity>>;
    let consumer: StackRun;
    before(async () => {
      hub = await deployedSecurity();
      consumer = await runStack("system", hub);
    });

    it("take nothing but ids, make nothing but the measurement, and need no key and no bastion", async () => {
      const ours = await runStack("security-ours", { cloud: hub.cloud, config: { existing: hubOf(hub.run, {}) } });
      expect(countsOf(ours.mocks)).to.deep.equal({ "pulumi:providers:aws": 1 });
      const targets = contractOf(ours)["targetAccess"] as { host: object }[];
      const target = (azId: string): string => idOf(hub.run, tokens.instance, `security-target-${azId}`);
      expect(targets.map(({ host }) => host)).to.deep.equal(
        azIds.map((azId) => ({ instanceId: target(azId), region, profile: "security" })),
      );
      const existing = consumerOf(consumer, {});
      const stacks = { security: { outputs: ours.outputs, secretNames: ours.secretNames } };
      const { mocks, outputs } = await runStack("system-ours", { cloud: hub.cloud, stacks, config: { existing } });
      expect(countsOf(mocks)).to.deep.equal({ ...always, [tokens.local]: 1 });
      const { pairs } = outputs["verification"] as { pairs: { source: { host: object } }[] };
      expect(pairs.map(({ source }) => source.host)).to.deep.equal(
        azIds.flatMap((azId) =>
          azIds.map(() => ({
            instanceId: idOf(consumer, tokens.instance, `system-source-${azId}`),
            region,
            profile: "system",
          })),
        ),
      );
    });

    it("refuse to make and register targets in a target group that is there, with nothing made", async () => {
      const { targets, ...existing } = hubOf(hub.run, {});
      expect(targets).to.be.an("object");
      const refused = await refusalOf("security-ours", { cloud: hub.cloud, config: { existing } });
      expect(refused.message).to.match(/existing\.targets: missing: .*registerNewTargets/);
      expect(refused.registered.filter((each) => !/^pulumi:/.test(each))).to.deep.equal([]);
      const said = { existing: { ...existing, registerNewTargets: true } };
      const { mocks } = await runStack("security-ours", { cloud: hub.cloud, config: said, preview: true });
      expect(countsOf(mocks)).to.deep.include({ [tokens.attachment]: 2 });
    });

    it("set targets up for the health check of the target group that is there, not for that of the settings", async () => {
      const healthCheck = { protocol: "HTTP", port: 8080, path: "/healthz" };
      const theirs = await deployedSecurity({ healthCheck });
      const existing = hubOf(theirs.run, { setUp: true });
      const { mocks, outputs } = await runStack("security-ours", { cloud: theirs.cloud, config: { existing } });
      for (const azId of azIds) {
        const { stdin } = mocks.find(tokens.local, `security-ours-target-${azId}-hairpin`).inputs;
        const { args } = parseHostTask(String(stdin));
        expect(args.slice(-4)).to.deep.equal(["--health-port", "8080", "--health-path", "/healthz"]);
      }
      expect(contractOf({ outputs })["healthCheck"]).to.include(healthCheck);
    });

    it("set targets up and register them where that is asked for, and make nothing else", async () => {
      const existing = hubOf(hub.run, { setUp: true, register: true });
      const { mocks } = await runStack("security-ours", { cloud: hub.cloud, config: { existing }, preview: true });
      expect(countsOf(mocks)).to.deep.equal({
        "pulumi:providers:aws": 1,
        [tokens.local]: 2,
        [tokens.attachment]: 2,
      });
      for (const azId of azIds) {
        const name = `security-ours-target-${azId}`;
        const instanceId = idOf(hub.run, tokens.instance, `security-target-${azId}`);
        const { host, args } = parseHostTask(String(mocks.find(tokens.local, `${name}-hairpin`).inputs["stdin"]));
        expect(host).to.deep.equal({ instanceId, region, profile: "security" });
        const [option, address, ...others] = args;
        const instance = hub.run.states.find(({ id }) => id === instanceId);
        expect([option, address]).to.deep.equal(["--address", instance?.outputs?.["privateIp"]]);
        expect(others.filter((arg) => !arg.startsWith("--"))).to.have.members(["10.1.10.16", "10.1.11.16"]);
        expect(mocks.find(tokens.attachment, name).inputs).to.deep.include({ targetId: instanceId });
        expect(dependenciesOf(mocks, tokens.attachment, name)).to.include(`Command ${name}-hairpin`);
      }
    });
  });

  describe("routes of tables that are there", () => {
    const consumer = (target: string, routes: boolean, endpoints = true): ExistingConsumer => ({
      network: {
        vpcId: "vpc-1",
        cidrBlock: "10.2.0.0/16",
        subnets: {
          source: {
            a: {
              id: "subnet-1",
              azId: "a",
              cidrBlock: "10.2.1.0/24",
              routeTableId: "rtb-1",
              routes: [{ destinationCidrBlock: "10.2.2.0/24", target }],
            },
          },
        },
      },
      endpoints: endpoints ? { a: { id: "vpce-1", azId: "a", subnetId: "subnet-2", state: "available" } } : {},
      hosts: { source: {}, destination: {} },
      routes,
    });
    const needed = [{ tier: "source", subnetAzId: "a", destinationCidrBlock: "10.2.2.0/24", azId: "a" }];
    const table = "route table rtb-1 of source subnet subnet-1 in AZ a";

    it("fit when they lead into the endpoint that is given", () => {
      expect(routeProblems(consumer("vpce-1", true), needed)).to.deep.equal([]);
    });

    it("are in the way when they lead elsewhere, but not into an endpoint that may be the one that was made", () => {
      expect(routeProblems(consumer("nat-1", false), needed)).to.deep.equal([
        `${table}: has route 10.2.2.0/24 to nat-1, expected vpce-1`,
      ]);
      expect(routeProblems(consumer("nat-1", false, false), needed)).to.deep.equal([
        `${table}: has route 10.2.2.0/24 to nat-1, expected the endpoint of AZ a`,
      ]);
      expect(routeProblems(consumer("vpce-9", false, false), needed)).to.deep.equal([]);
    });

    it("are missing only where they are said to be there", () => {
      const other = [{ ...needed[0], tier: "source", subnetAzId: "a", destinationCidrBlock: "10.2.9.0/24", azId: "a" }];
      expect(routeProblems(consumer("vpce-1", false), other)).to.deep.equal([]);
      expect(routeProblems(consumer("vpce-1", true), other)).to.deep.equal([
        `${table}: has no route 10.2.9.0/24, expected vpce-1`,
      ]);
    });
  });

  describe("the key existing", () => {
    const vpcId = "vpc-0123456789abcdef0";
    const parse = (value: object) => existingHub.parse({ vpcId, ...value });

    it("names everything that ssh needs and is not given", () => {
      const given = parse({
        targets: { "apne1-az9": { instanceId: "i-0123456789abcdef0" } },
        serviceName: "com.amazonaws.vpce.x.vpce-svc-0123456789abcdef0",
      });
      expect(existingProblems(given, azIds, "ssh")).to.deep.equal([
        "existing.targets.apne1-az9: expected an AZ ID of zones: apne1-az4, apne1-az1",
        "existing.serviceName: expected its load balancer or target group, too: loadBalancerArn, targetGroupArn",
        "existing.bastion: missing: expected { address, cidr, hostKey }, since access is ssh",
        "existing.targets.apne1-az9.hostKey: missing: expected its public key, since access is ssh",
      ]);
      expect(
        existingProblems(parse({ targets: { "apne1-az4": { instanceId: "i-0123456789abcdef0" } } }), azIds, "ssm"),
      ).to.deep.equal([]);
    });

    it("takes nothing to log in with of a target that is mirrored, and makes a host for it", () => {
      const mirrored = parse({
        bastion,
        targets: { "apne1-az4": { instanceId: "i-0123456789abcdef0", mirror: true } },
      });
      expect(existingProblems(mirrored, azIds, "ssh")).to.deep.equal([]);
      expect(makesHosts(mirrored, azIds)).to.equal(true);
      const both = { instanceId: "i-0123456789abcdef0", mirror: true, setUp: true, hostKey };
      expect(existingProblems(parse({ bastion, targets: { "apne1-az4": both } }), azIds, "ssh")).to.deep.equal(
        ["setUp: true", `hostKey: "${hostKey}"`].map(
          (given) =>
            `existing.targets.apne1-az4.${given}: expected none with mirror: true, which is for targets that let nobody in`,
        ),
      );
    });

    const targetGroupArn = "arn:aws:elasticloadbalancing:r:111111111111:targetgroup/a/b";
    const targets = { "apne1-az4": { instanceId: "i-0123456789abcdef0" } };

    it("puts nothing into a target group that is there, unless it says so by name", () => {
      const [refused, ...others] = existingProblems(parse({ targetGroupArn }), azIds, "ssm");
      expect(others).to.deep.equal([]);
      expect(refused).to.match(/^existing\.targets: missing: expected the targets .* or registerNewTargets: true/);
      for (const said of [{ targetGroupArn, registerNewTargets: true }, { targetGroupArn, targets }, {}]) {
        expect(existingProblems(parse(said), azIds, "ssm"), JSON.stringify(said)).to.deep.equal([]);
      }
      for (const idle of [{ registerNewTargets: true }, { targetGroupArn, targets, registerNewTargets: true }]) {
        expect(existingProblems(parse(idle), azIds, "ssm"), JSON.stringify(idle)).to.deep.equal([
          "existing.registerNewTargets: true: expected with targetGroupArn and without targets only",
        ]);
      }
    });

    it("puts no route into a table that is there, unless it says so by name", () => {
      const consumer = (value: object) => existingConsumer.parse({ vpcId, ...value });
      const given = [
        [{ subnetIds: { "apne1-az4": { source: "subnet-0123456789abcdef0" } } }, "existing.subnetIds.apne1-az4.source"],
        [
          { hosts: { "apne1-az1": { destination: { instanceId: "i-0123456789abcdef0" } } } },
          "existing.hosts.apne1-az1.destination",
        ],
      ] as const;
      for (const [value, key] of given) {
        const [refused, ...others] = existingProblems(consumer(value), azIds, "ssm");
        expect(others).to.deep.equal([]);
        expect(refused).to.match(/^existing\.routes: missing: expected true .* or false/);
        expect(refused).to.include(key);
        for (const routes of [true, false]) {
          expect(existingProblems(consumer({ ...value, routes }), azIds, "ssm")).to.deep.equal([]);
        }
      }
      // These tables are the stack's own, or get no route.
      const endpoint = { subnetIds: { "apne1-az4": { endpoint: "subnet-0123456789abcdef0" } } };
      for (const value of [{}, endpoint]) expect(existingProblems(consumer(value), azIds, "ssm")).to.deep.equal([]);
    });

    it("takes ids of the right kind only", () => {
      const messages = (value: object): string[] =>
        existingHub.safeParse({ vpcId, ...value }).error?.issues.map(({ message }) => message) ?? [];
      expect(messages({ vpcId: "subnet-0123456789abcdef0" })).to.deep.equal([
        "expected an id as vpc-0123456789abcdef0",
      ]);
      expect(
        messages({ targetGroupArn: "arn:aws:elasticloadbalancing:r:111111111111:loadbalancer/gwy/a/b" })[0],
      ).to.match(/^expected arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/);
      expect(messages({ targets: {} })).to.deep.equal(["expected at least one target, or no targets at all"]);
    });

    it("leaves no host to be made when all are given", () => {
      expect(makesHosts(undefined, azIds)).to.equal(true);
      expect(makesHosts(parse({}), azIds)).to.equal(true);
      expect(makesHosts(parse({ targets: { "apne1-az4": { instanceId: "i-0123456789abcdef0" } } }), azIds)).to.equal(
        false,
      );
    });
  });
});

import { expect } from "chai";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Properties } from "../../../lab/cloud/core/properties";
import type { ReferencedStack } from "../../../lab/mocks";
import { packagesOnly } from "../../../components/endpointPolicies";
import { stackTag } from "../../../path/net/ownership";
import type { VerificationRequest } from "../../../path/proof/request";
import { parseRequest } from "../../../path/proof/requestSchema";
import {
  dependenciesOf,
  hub,
  idsByName,
  inputsByName,
  keys,
  publicHalf,
  region,
  spoke,
  tokens,
} from "../components/run";
import { countsOf, keysInClear, namesOf, registeredNames, without } from "./registrations";
import {
  bySsh,
  contractOf,
  deployedSecurity,
  inspected,
  refusalOf,
  runStack,
  type StackRun,
  type StackRunOptions,
} from "./run";

const azIds = ["apne1-az4", "apne1-az1"];
const root = path.join(__dirname, "../../..");

/** One security stack for all: each test's consumer is one more of its service. */
let security: Awaited<ReturnType<typeof deployedSecurity>>;

function deploySystem(options: StackRunOptions = {}, stack = "system"): Promise<StackRun> {
  return runStack(stack, bySsh({ ...deployed(), ...options }));
}

function deployed(): Pick<StackRunOptions, "cloud" | "stacks"> {
  return { cloud: security.cloud, stacks: security.stacks };
}

/** The value with the keys of all its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** The security stack's outputs with something of the contract changed. */
function withOutputs(changes: Properties): Record<string, ReferencedStack> {
  const { outputs = {}, secretNames = [] } = security.stacks["security"] ?? {};
  const contract = { ...(outputs["contract"] as Properties), ...changes };
  return { security: { outputs: { ...outputs, contract }, secretNames } };
}

describe("the system stack, its hosts reached by ssh", () => {
  let run: StackRun;
  before(async () => {
    security = await deployedSecurity({ access: "ssh" });
    run = await deploySystem();
  });

  it("consists of just these resources", () => {
    expect(countsOf(run.mocks)).to.deep.equal({
      "pulumi:pulumi:StackReference": 1,
      "pulumi:providers:aws": 1,
      [tokens.vpc]: 1,
      // Source, destination and endpoint in two AZs, and the bastion's.
      [tokens.subnet]: 7,
      [tokens.routeTable]: 7,
      [tokens.association]: 7,
      [tokens.internetGateway]: 1,
      // Four pairs, both ways, and the bastion's.
      [tokens.route]: 9,
      // Two into the GWLB, and S3.
      [tokens.endpoint]: 3,
      [tokens.keyPair]: 1,
      [tokens.instance]: 5,
      [tokens.securityGroup]: 5,
      [tokens.ingress]: 9,
      [tokens.egress]: 9,
      [tokens.local]: 1,
    });
  });

  it("is in its own account and Region, functions too", () => {
    expect(run.mocks.find("pulumi:providers:aws", "system").inputs).to.deep.include({
      region,
      allowedAccountIds: JSON.stringify([spoke]),
    });
    const ofAws = run.mocks.registrations.filter(({ type }) => type.startsWith("aws:"));
    expect(ofAws).to.have.length(64);
    const caller = { accountId: spoke, region, defaultTags: { [stackTag]: "system" } };
    for (const each of ofAws) {
      expect(each, each.name).to.deep.include({ provider: "system", caller });
    }
    const calls = run.mocks.calls.filter(({ token }) => token.startsWith("aws:"));
    expect(calls.map(({ token }) => token.split(":").at(-1))).to.have.members([
      "getParameter",
      "getVpcEndpointService",
    ]);
    for (const call of calls) expect(call.caller, call.token).to.deep.equal(caller);
  });

  it("has in each AZ an endpoint of the service, alone in its subnet", () => {
    const { serviceName } = security.run.outputs;
    const subnets = idsByName(run.mocks, tokens.subnet);
    const vpcId = idsByName(run.mocks, tokens.vpc)["system"];
    const { "system-s3": s3, ...endpoints } = inputsByName(run.mocks, tokens.endpoint);
    expect(endpoints).to.deep.equal(
      Object.fromEntries(
        azIds.map((azId) => [
          `system-${azId}`,
          {
            vpcId,
            serviceName,
            vpcEndpointType: "GatewayLoadBalancer",
            subnetIds: [subnets[`system-endpoint-${azId}`]],
            tags: { Name: `system-${azId}` },
          },
        ]),
      ),
    );
    // Endpoint and bastion subnets have no hosts that install packages from S3.
    const tables = idsByName(run.mocks, tokens.routeTable);
    expect(s3).to.deep.equal({
      vpcId,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: ["source", "destination"].flatMap((tier) => azIds.map((azId) => tables[`system-${tier}-${azId}`])),
      policy: packagesOnly(region),
      tags: { Name: "system-s3" },
    });
    const inEndpointSubnets = Object.values(inputsByName(run.mocks, tokens.instance)).filter(({ subnetId }) =>
      azIds.some((azId) => subnets[`system-endpoint-${azId}`] === subnetId),
    );
    expect(inEndpointSubnets).to.deep.equal([]);
  });

  it("leads both directions of every pair into the endpoint of the source's AZ", () => {
    const tables = idsByName(run.mocks, tokens.routeTable);
    const endpoints = idsByName(run.mocks, tokens.endpoint);
    const route = (table: string, destinationCidrBlock: string, azId: string): object => ({
      routeTableId: tables[`system-${table}`],
      destinationCidrBlock,
      vpcEndpointId: endpoints[`system-${azId}`],
    });
    const { "system-public-internet": internet, ...routes } = inputsByName(run.mocks, tokens.route);
    expect(routes).to.deep.equal({
      "system-source-apne1-az4-to-apne1-az4": route("source-apne1-az4", "10.2.20.0/24", "apne1-az4"),
      "system-source-apne1-az4-to-apne1-az1": route("source-apne1-az4", "10.2.21.0/24", "apne1-az4"),
      "system-source-apne1-az1-to-apne1-az4": route("source-apne1-az1", "10.2.20.0/24", "apne1-az1"),
      "system-source-apne1-az1-to-apne1-az1": route("source-apne1-az1", "10.2.21.0/24", "apne1-az1"),
      "system-destination-apne1-az4-to-apne1-az4": route("destination-apne1-az4", "10.2.10.0/24", "apne1-az4"),
      "system-destination-apne1-az1-to-apne1-az4": route("destination-apne1-az1", "10.2.10.0/24", "apne1-az4"),
      "system-destination-apne1-az4-to-apne1-az1": route("destination-apne1-az4", "10.2.11.0/24", "apne1-az1"),
      "system-destination-apne1-az1-to-apne1-az1": route("destination-apne1-az1", "10.2.11.0/24", "apne1-az1"),
    });
    expect(internet).to.deep.equal({
      routeTableId: tables["system-public-apne1-az4"],
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: idsByName(run.mocks, tokens.internetGateway)["system"],
    });
  });

  it("lets sources ping destinations and send them flows, and nothing else, by CIDR", () => {
    const rules = { ...inputsByName(run.mocks, tokens.ingress), ...inputsByName(run.mocks, tokens.egress) };
    const groups = idsByName(run.mocks, tokens.securityGroup);
    const of = (host: string): string[] =>
      Object.entries(rules)
        .filter(([, { securityGroupId }]) => securityGroupId === groups[`system-${host}`])
        .map(([name, { ipProtocol, fromPort, toPort, cidrIpv4 }]) =>
          [name.split("-in-").length > 1 ? "in" : "out", ipProtocol, fromPort, toPort, cidrIpv4].join(" "),
        );
    for (const azId of azIds) {
      expect(of(`source-${azId}`)).to.have.members([
        "in tcp 22 22 10.2.0.0/28",
        "out icmp -1 -1 10.2.20.0/24",
        "out icmp -1 -1 10.2.21.0/24",
        "out udp 33434 33434 10.2.20.0/24",
        "out udp 33434 33434 10.2.21.0/24",
      ]);
      expect(of(`destination-${azId}`)).to.have.members([
        "in tcp 22 22 10.2.0.0/28",
        "in icmp -1 -1 10.2.10.0/24",
        "in icmp -1 -1 10.2.11.0/24",
      ]);
    }
    expect(of("bastion")).to.have.members(["in tcp 22 22 203.0.113.10/32", "out tcp 22 22 10.2.0.0/16"]);
  });

  it("lets other probes through to the very port, and into its own destinations, and measures them beside the others", async () => {
    const probe = { protocol: "tcp", port: 443 };
    const destinations = [{ address: "10.2.20.77" }, { address: "10.2.20.77", probe }, { address: "10.9.0.5", probe }];
    const probed = await deploySystem({ config: { verification: { destinations } } });
    const groups = idsByName(probed.mocks, tokens.securityGroup);
    const of = (host: string, token: string): string[] =>
      Object.values(inputsByName(probed.mocks, token))
        .filter(({ securityGroupId }) => securityGroupId === groups[`system-${host}`])
        .map(({ ipProtocol, fromPort, toPort, cidrIpv4 }) => [ipProtocol, fromPort, toPort, cidrIpv4].join(" "))
        .filter((rule) => rule.startsWith("tcp 443"));
    expect(of("source-apne1-az4", tokens.egress)).to.have.members([
      "tcp 443 443 10.2.20.77/32",
      "tcp 443 443 10.9.0.5/32",
    ]);
    expect(of("source-apne1-az4", tokens.ingress)).to.deep.equal([]);
    expect(of("destination-apne1-az4", tokens.ingress)).to.have.members([
      "tcp 443 443 10.2.10.0/24",
      "tcp 443 443 10.2.11.0/24",
    ]);
    expect(of("destination-apne1-az1", tokens.ingress)).to.deep.equal([]);
    const { inputs } = probed.mocks.find(tokens.local, "system-path");
    const { pairs } = parseRequest(String(inputs["stdin"]));
    const ends = pairs.filter((pair) => pair.probe).map(({ source, destination }) => [source.azId, destination.name]);
    expect(ends).to.have.deep.members([
      ["apne1-az4", "10.2.20.77 tcp/443"],
      ["apne1-az4", "10.9.0.5 tcp/443"],
      ["apne1-az1", "10.2.20.77 tcp/443"],
      ["apne1-az1", "10.9.0.5 tcp/443"],
    ]);
    expect(pairs.filter(({ destination }) => destination.name === "10.2.20.77")).to.have.length(2);
  });

  it("measures every pair, with the hosts of both stacks, when everything else is in place", () => {
    const { inputs, secrets } = run.mocks.find(tokens.local, "system-path");
    const request = parseRequest(String(inputs["stdin"]));
    const endpoint = { user: "ec2-user", privateKey: keys.sshPrivateKey, hostKey: publicHalf(keys.sshHostKey) };
    const sources: Record<string, string> = { "apne1-az4": "10.2.10.16", "apne1-az1": "10.2.11.16" };
    const destinations: Record<string, string> = { "apne1-az4": "10.2.20.16", "apne1-az1": "10.2.21.16" };
    const expected = {
      targets: contractOf(security.run)["targetAccess"],
      targetGroup: contractOf(security.run)["targetGroup"],
      gatewayAddresses: { "apne1-az4": "10.1.10.16", "apne1-az1": "10.1.11.16" },
      crossZone: false,
      pairs: azIds.flatMap((from) =>
        azIds.map((to) => ({
          source: {
            name: `system-source-${from}`,
            azId: from,
            address: sources[from],
            host: { ...endpoint, address: sources[from], via: { ...endpoint, address: "198.51.100.2" } },
          },
          destination: { name: `system-destination-${to}`, azId: to, address: destinations[to] },
          expectReply: true,
        })),
      ),
      ping: { count: 5, interval: 0.2, timeout: 5 },
      health: { interval: 10, threshold: 2, deadline: 120 },
    };
    expect(request).to.deep.equal(expected);
    expect(run.outputs["verification"]).to.deep.equal(expected);
    expect(secrets).to.deep.equal(["stdin"]);
    expect(inputs["environment"]).to.deep.equal({ VERIFICATION_REPORT: "path-report-system.json" });
    const waits = dependenciesOf(run.mocks, "gwlb-inspection:index:PathVerification", "system-path");
    expect(waits).to.include.members([
      ...namesOf(run.mocks, tokens.route)
        .filter((name) => name !== "system-public-internet")
        .map((name) => `Route ${name}`),
      ...["source", "destination"].flatMap((tier) => azIds.map((azId) => `Instance system-${tier}-${azId}`)),
    ]);
  });

  it("tells the measurement whether the GWLB crosses AZs, and measures with a security stack that does not tell, too", async () => {
    const crossZoneOf = async (path: Properties): Promise<unknown> => {
      const { mocks } = await deploySystem({ stacks: withOutputs({ path }) });
      return parseRequest(String(mocks.find(tokens.local, "system-path").inputs["stdin"])).crossZone;
    };
    expect(await crossZoneOf({ crossZone: true, stickiness: "none" })).to.equal(true);
    expect(await crossZoneOf({})).to.equal(undefined);
  });

  it("has verdict, time and the place of the report as outputs, and only the request as a secret", () => {
    expect(run.secretNames).to.deep.equal(["verification"]);
    expect(without("verification", run.outputs)).to.deep.equal({
      accountId: spoke,
      region,
      endpointIds: Object.fromEntries(
        azIds.map((azId) => [azId, idsByName(run.mocks, tokens.endpoint)[`system-${azId}`]]),
      ),
      verdict: inspected.verdict,
      measuredAt: inspected.measuredAt,
      reportFile: "path-report-system.json",
    });
  });

  it("has no private key in a place that is not secret", () => {
    expect(keysInClear(run.mocks, without("verification", run.outputs))).to.deep.equal([]);
    expect(keysInClear(run.mocks, run.outputs, () => true)).to.include(`${tokens.local} system-path stdin`);
  });

  it("names everything after the stack, so that there can be a further consumer", async () => {
    const { mocks } = await deploySystem({}, "system-tokyo");
    for (const { type, name } of mocks.registrations.filter(({ type }) => type !== "pulumi:pulumi:StackReference")) {
      expect(name, type).to.match(/^system-tokyo(-|$)/);
    }
    expect(mocks.find(tokens.local, "system-tokyo-path").inputs["environment"]).to.deep.equal({
      VERIFICATION_REPORT: "path-report-system-tokyo.json",
    });
  });

  it("refers to the security stack that the config names", async () => {
    const securityStack = "acme/gwlb-inspection/security-eu";
    const stacks = { [securityStack]: security.stacks["security"] ?? { outputs: {} } };
    const { mocks } = await deploySystem({ stacks, config: { securityStack } });
    expect(namesOf(mocks, "pulumi:pulumi:StackReference")).to.deep.equal([securityStack]);
  });

  it("pings further destinations, all of them through the endpoint of the source's AZ", async () => {
    // The original procedure: the target's own private address, from which no reply comes back.
    const destinations = [{ address: "10.1.20.16", expectReply: false }, { address: "10.2.20.77" }];
    const { mocks, outputs } = await deploySystem({ config: { verification: { destinations } } });
    const routes = inputsByName(mocks, tokens.route);
    expect(Object.keys(routes)).to.have.length(11);
    for (const azId of azIds) {
      expect(routes[`system-source-${azId}-to-10.1.20.16`]).to.deep.equal({
        routeTableId: idsByName(mocks, tokens.routeTable)[`system-source-${azId}`],
        destinationCidrBlock: "10.1.20.16/32",
        vpcEndpointId: idsByName(mocks, tokens.endpoint)[`system-${azId}`],
      });
      const rule = mocks.find(tokens.egress, `system-source-${azId}-out-icmp-10.1.20.16-32`).inputs;
      expect(without("securityGroupId", rule)).to.deep.equal({
        ipProtocol: "icmp",
        fromPort: -1,
        toPort: -1,
        cidrIpv4: "10.1.20.16/32",
      });
    }
    const { pairs } = outputs["verification"] as VerificationRequest;
    expect(
      pairs.map(({ source, destination, expectReply }) => [source.azId, destination.name, expectReply]),
    ).to.deep.equal(
      azIds.flatMap((azId) => [
        [azId, "system-destination-apne1-az4", true],
        [azId, "system-destination-apne1-az1", true],
        [azId, "10.1.20.16", false],
        [azId, "10.2.20.77", true],
      ]),
    );
  });

  it("hands on that the appliances keep no state only where somebody says so", async () => {
    const requestOf = ({ outputs }: { outputs: Record<string, unknown> }): VerificationRequest =>
      outputs["verification"] as VerificationRequest;
    expect(requestOf(run)).not.to.have.property("statelessAppliances");
    const stateless = await deploySystem({ config: { verification: { statelessAppliances: true } } });
    expect(requestOf(stateless).statelessAppliances).to.equal(true);
  });

  it("shows in a preview the same resources, creates none, and calls unknown what AWS will choose", async () => {
    const { cloud } = security;
    const before = Object.keys(cloud.snapshot().vpcs);
    const preview = await deploySystem({ preview: true });
    expect(registeredNames(preview.mocks)).to.have.members(registeredNames(run.mocks));
    expect(Object.keys(cloud.snapshot().vpcs)).to.deep.equal(before);
    expect(preview.outputs).to.deep.include({ accountId: spoke, region, verdict: undefined });
    expect(preview.secretNames).to.include("verification");
    expect(keysInClear(preview.mocks, without("verification", preview.outputs))).to.deep.equal([]);
  });

  it("fails with the verdict, and has no report, when the path is not inspected", async () => {
    const { message, registered } = await refusalOf("system", {
      ...deployed(),
      command: () => {
        throw new Error("exit status 1: bypassed");
      },
    });
    expect(message).to.equal(`${tokens.local} system-path: exit status 1: bypassed`);
    expect(registered).to.include(`${tokens.local} system-path`);
  });

  it("measures the path again when any of what it is made of changes, the scripts do, or somebody asks for it", async () => {
    const { mocks, outputs } = await deploySystem({ config: { verification: { runId: "again" } } });
    const {
      serviceId,
      serviceName,
      gatewayAddresses,
      targets,
      targetGroup,
      healthCheck,
      path: settings,
    } = contractOf(security.run);
    const routes = azIds.flatMap((from) =>
      azIds.flatMap((to) => [
        mocks.find(tokens.route, `system-source-${from}-to-${to}`),
        mocks.find(tokens.route, `system-destination-${to}-to-${from}`),
      ]),
    );
    const rules = mocks.registrations.filter(({ type }) => type === tokens.ingress || type === tokens.egress);
    const endpoints = idsByName(mocks, tokens.endpoint);
    const { interval, healthyThreshold } = healthCheck as { interval: number; healthyThreshold: number };
    const made = {
      security: {
        accountId: hub,
        serviceId,
        acceptanceRequired: false,
        serviceName,
        region,
        azIds,
        // Keys of what was another stack's output come in order.
        gatewayAddresses: sorted(gatewayAddresses),
        targets,
        targetGroup,
        healthCheck: { interval, healthyThreshold },
        path: sorted(settings),
      },
      endpoints: Object.fromEntries(azIds.map((azId) => [azId, endpoints[`system-${azId}`]])),
      routes: routes.map(({ id }) => id),
      steering: routes.map(({ name, inputs }) => ({
        route: name.replace("system-", ""),
        destinationCidrBlock: inputs["destinationCidrBlock"],
        azId: azIds.find((azId) => endpoints[`system-${azId}`] === inputs["vpcEndpointId"]),
      })),
      hosts: ["source", "destination"].flatMap((tier) =>
        azIds.map((azId) => [
          idsByName(mocks, tokens.instance)[`system-${tier}-${azId}`],
          rules.filter(({ name }) => name.startsWith(`system-${tier}-${azId}-`)).map(({ id }) => id),
        ]),
      ),
    };
    const [fingerprint, scripts, runId] = mocks.find(tokens.local, "system-path").inputs["triggers"] as string[];
    expect(fingerprint).to.equal(
      createHash("sha256")
        .update(JSON.stringify([outputs["verification"], made]))
        .digest("hex"),
    );
    const hash = createHash("sha256");
    for (const file of fs.readdirSync(path.join(root, "hosts")).sort()) {
      hash.update(file).update(fs.readFileSync(path.join(root, "hosts", file)));
    }
    expect(scripts).to.equal(hash.digest("hex"));
    expect(runId).to.equal("again");
  });

  describe("does not fit its service and is refused", () => {
    /** What is there to be refused: nothing but the reference that was read. */
    const readOnly = ["pulumi:pulumi:StackReference security"];

    it("when the security stack is not there yet, with nothing registered", async () => {
      const { message, registered } = await refusalOf("system");
      expect(message).to.equal(
        "The stack's configuration is not valid:\n" +
          '  securityStack: "security": unknown stack "security": expected a security stack, deployed before this one',
      );
      expect(registered).to.deep.equal([]);
    });

    it("when the stack is there and is no security stack, or not deployed to its end", async () => {
      const empty = await refusalOf("system", { stacks: { security: { outputs: {} } } });
      expect(empty.message).to.include('securityStack: "security": it has no output contract: ');
      expect(empty.registered).to.deep.equal(readOnly);
      // As before there was a contract: each output for itself.
      const older = await refusalOf("system", {
        stacks: { security: { outputs: contractOf(security.run), secretNames: ["targetAccess"] } },
      });
      expect(older.message).to.include("with an older version of this program, deploy it again first");
      const wrong = await refusalOf("system", { stacks: withOutputs({ azIds: "apne1-az4" }) });
      expect(wrong.message).to.match(/ {2}securityStack: "security": azIds: "apne1-az4": .*expected array/);
      expect(wrong.registered).to.deep.equal(readOnly);
    });

    it("when the service lacks one of its AZs", async () => {
      const zones = {
        "apne1-az4": { source: "10.2.10.0/24", destination: "10.2.20.0/24", endpoint: "10.2.30.0/28" },
        "apne1-az2": { source: "10.2.11.0/24", destination: "10.2.21.0/24", endpoint: "10.2.31.0/28" },
      };
      const { message, registered } = await refusalOf("system", { ...deployed(), config: { zones } });
      expect(message).to.equal(
        "The stack's configuration is not valid:\n" +
          "  zones.apne1-az2: the service is not in this AZ, expected one of apne1-az4, apne1-az1",
      );
      expect(registered).to.deep.equal(readOnly);
    });

    it("when it is in another Region", async () => {
      const stacks = withOutputs({ region: "us-east-1" });
      const { message, registered } = await refusalOf("system", { ...deployed(), stacks });
      expect(message).to.include('  region: "ap-northeast-1": expected the service\'s Region us-east-1');
      expect(registered).to.deep.equal(readOnly);
    });

    it("when Region and AZs are others, naming all of it at once", async () => {
      const stacks = withOutputs({ region: "us-east-1", azIds: ["use1-az1"] });
      const { message, registered } = await refusalOf("system", { ...deployed(), stacks });
      expect(message.split("\n").slice(1)).to.deep.equal([
        '  region: "ap-northeast-1": expected the service\'s Region us-east-1',
        "  zones.apne1-az4: the service is not in this AZ, expected one of use1-az1",
        "  zones.apne1-az1: the service is not in this AZ, expected one of use1-az1",
      ]);
      expect(registered).to.deep.equal(readOnly);
    });

    it("when its account is not among the service's principals, with AWS's error and no endpoint or route", async () => {
      const { cloud, stacks } = await deployedSecurity({ consumerAccountIds: ["333333333333"] });
      const { message, registered } = await refusalOf("system", { cloud, stacks });
      const { serviceName } = stacks["security"]?.outputs ?? {};
      expect(message).to.match(/^aws:ec2\/getVpcEndpointService:getVpcEndpointService: .*InvalidServiceName/);
      expect(message).to.include(`The Vpc Endpoint Service '${String(serviceName)}' does not exist`);
      for (const unwanted of [`${tokens.endpoint} system-apne1-az4`, `${tokens.local} system-path`]) {
        expect(registered).to.not.include(unwanted);
      }
      expect(registered.filter((each) => each.startsWith(`${tokens.route} `))).to.deep.equal([]);
    });
  });
});

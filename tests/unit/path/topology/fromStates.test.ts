import { expect } from "chai";
import {
  isKnown,
  parseStackExport,
  readStackExport,
  StateFileError,
  topologyFromStates,
  type ResourceState,
} from "../../../../path/topology";
import { keys } from "../../components/run";
import { deployedStates, Deployment, source, target } from "./deployment";

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "AAAA" };
const notYet = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("topology from states", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  const made = (): Deployment => new Deployment(states);

  it("holds both accounts' networks, by account, Region and AZ ID", () => {
    const topology = made().topology;
    expect(Object.values(topology.vpcs).map(({ name, accountId, region }) => [name, accountId, region])).to.deep.equal([
      ["security", "111111111111", "ap-northeast-1"],
      ["system", "222222222222", "ap-northeast-1"],
    ]);
    const subnet = topology.subnets[made().id("subnet", "system-endpoint-apne1-az1")];
    expect(subnet).to.deep.include({ azId: "apne1-az1", cidrBlock: "10.2.31.0/28", stack: "system" });
    expect(subnet?.routeTableId).to.equal(made().id("table", "system-endpoint-apne1-az1"));
    const table = topology.routeTables[made().id("table", "system-source-apne1-az4")];
    expect(table?.routes.map(({ destination, target: { kind } }) => [destination, kind])).to.deep.equal([
      ["10.2.0.0/16", "local"],
      ["10.2.20.0/24", "vpc-endpoint"],
      ["10.2.21.0/24", "vpc-endpoint"],
      // The S3 gateway endpoint's.
      [made().output("endpoint", "system-s3", "prefixListId"), "vpc-endpoint"],
    ]);
  });

  it("holds the GWLB with its addresses, targets and what their set-up reported", () => {
    const topology = made().topology;
    const [balancer] = Object.values(topology.loadBalancers);
    expect(balancer?.gatewayAddresses).to.deep.equal({ "apne1-az4": "10.1.10.16", "apne1-az1": "10.1.11.16" });
    expect(balancer?.crossZone).to.equal(false);
    const [group] = Object.values(topology.targetGroups);
    expect(group).to.deep.include({ port: 6081, stickiness: "none", failover: "no_rebalance" });
    expect(group?.healthCheck).to.deep.equal({ protocol: "TCP", port: 80 });
    expect(group?.targets).to.deep.include({ id: made().id("instance", target), health: { unknown: true } });
    expect(topology.instances[made().id("instance", target)]?.hairpin).to.deep.equal({
      interface: "ens5",
      gatewayAddresses: ["10.1.10.16", "10.1.11.16"],
      ipForward: true,
    });
    const [service] = Object.values(topology.endpointServices);
    expect(service?.principals).to.have.members(["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]);
  });

  it("does not depend on the order of the states", () => {
    const sorted = (topology: object): unknown =>
      JSON.parse(JSON.stringify(topology), (_, value: unknown) => {
        if (Array.isArray(value))
          return [...(value as unknown[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
      });
    expect(sorted(topologyFromStates([...states].reverse()))).to.deep.equal(sorted(topologyFromStates(states)));
  });

  it("holds no secret", () => {
    const text = JSON.stringify(made().topology);
    for (const key of Object.values(keys)) {
      for (const line of key.split("\n").filter((each) => each.length > 40)) expect(text).not.to.include(line);
    }
    expect(text).not.to.include("userData");
  });

  it("takes secrets and what is known after a deployment only for unknown", () => {
    for (const hidden of [secret, notYet]) {
      const topology = made()
        .change("instance", source, { privateIp: hidden, publicIp: hidden })
        .change("endpoint", "system-apne1-az4", { state: hidden, serviceName: hidden })
        .change("loadBalancer", "security", { enableCrossZoneLoadBalancing: hidden }).topology;
      const instance = topology.instances[made().id("instance", source)];
      const endpoint = topology.endpoints[made().id("endpoint", "system-apne1-az4")];
      const values = [
        instance?.address,
        endpoint?.state,
        endpoint?.serviceName,
        Object.values(topology.loadBalancers)[0]?.crossZone,
      ];
      for (const value of values) expect(isKnown(value ?? "absent")).to.equal(false);
      expect(JSON.stringify(topology)).not.to.include(notYet).and.not.to.include("ciphertext");
    }
  });

  it("finds the set-up's report when the command's own output is secret", () => {
    const topology = made().change("command", `${target}-hairpin`, { stdout: secret }).topology;
    expect(topology.instances[made().id("instance", target)]?.hairpin?.interface).to.equal("ens5");
    const hidden = made()
      .change("command", `${target}-hairpin`, { stdout: secret })
      .change("hairpin", `${target}-hairpin`, { result: secret });
    expect(hidden.trace().findings[0]?.code).to.equal("TARGET_SETUP_UNKNOWN");
  });

  it("finds the set-up's report also where hosts are reached by SSM", async () => {
    const bySsm = new Deployment(await deployedStates("ssm"));
    const { hairpin } = bySsm.topology.instances[bySsm.id("instance", target)] ?? {};
    expect(hairpin).to.deep.equal({
      interface: "ens5",
      gatewayAddresses: ["10.1.10.16", "10.1.11.16"],
      ipForward: true,
    });
    expect(bySsm.trace()).to.deep.include({ verdict: "inspected", findings: [] });
  });

  it("leaves out what was replaced and waits to be deleted", () => {
    const replaced = made();
    const old = structuredClone(replaced.find("route", "system-source-apne1-az4-to-apne1-az1"));
    replaced.remove("route", "system-source-apne1-az4-to-apne1-az1").states.push({ ...old, delete: true });
    expect(replaced.trace().verdict).to.equal("one-way");
  });

  it("tells accounts by ARN or owner, else by the provider, else not at all", () => {
    const accounts = (changed: Deployment): unknown[] =>
      [
        ...new Set(Object.values(changed.topology.routeTables).map(({ accountId }) => JSON.stringify(accountId))),
      ].sort();
    const anonymous = made();
    for (const state of anonymous.states) delete state.outputs?.["arn"];
    for (const state of anonymous.states) delete state.outputs?.["ownerId"];
    expect(accounts(anonymous)).to.deep.equal(['"111111111111"', '"222222222222"']);
    for (const state of anonymous.states) delete state.provider;
    expect(accounts(anonymous)).to.deep.equal(['{"unknown":true}']);
  });

  it("reads routes, rules and entries that are written inline", () => {
    const id = made().id("table", "system-source-apne1-az4");
    const group = made().id("group", source);
    const topology = made()
      .change("table", "system-source-apne1-az4", {
        routes: [
          { cidrBlock: "192.0.2.0/24", natGatewayId: "nat-1" },
          { cidrBlock: "10.2.20.0/24", gatewayId: "igw-1" },
        ],
      })
      .change("group", source, {
        ingress: [
          { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8", "192.0.2.0/24"], self: true },
        ],
      }).topology;
    const routes = topology.routeTables[id]?.routes.filter(({ id: route }) => route === "");
    // One with a state of its own counts as that says.
    expect(routes?.map(({ destination }) => destination))
      .to.include("192.0.2.0/24")
      .and.not.include("10.2.20.0/24");
    const rules = topology.securityGroups[group]?.rules.filter(({ id: rule }) => rule === "").map(({ peer }) => peer);
    expect(rules).to.deep.equal([
      { kind: "cidr", cidr: "10.0.0.0/8" },
      { kind: "cidr", cidr: "192.0.2.0/24" },
      { kind: "security-group", id: group },
    ]);
  });

  it("reads a VPC's main route table, and who uses it", () => {
    const name = "system-source-apne1-az4";
    const without = made().remove("association", name);
    const { topology } = without;
    const main = Object.values(topology.vpcs).find((vpc) => vpc.name === "system")?.mainRouteTableId;
    expect(topology.subnets[made().id("subnet", name)]?.routeTableId).to.equal(main);
    expect(without.trace().findings[0]?.code).to.equal("FORWARD_PATH_BYPASSES_ENDPOINT");
  });

  it("refuses what is no export, naming file and place, and quoting nothing of it", () => {
    const refusals = [
      [() => parseStackExport("{ secret", "a.json"), /a\.json is not JSON/],
      [
        () => readStackExport({ version: 2, deployment: {} }, "a.json"),
        /a\.json is not the export of a stack.*version/,
      ],
      [
        () => readStackExport({ version: 3, deployment: { resources: [{ urn: "x", type: "t" }] } }, "a.json"),
        /deployment\.resources\.0\.urn/,
      ],
      [
        () => readStackExport({ version: 4, features: ["views"], deployment: {} }, "a.json"),
        /a\.json is not the export of a stack.*features\.0/,
      ],
      [() => readStackExport(undefined, "a.json"), /expected what `pulumi stack export` writes/],
    ] as const;
    for (const [read, message] of refusals)
      expect(read).to.throw(StateFileError, message).with.property("message").that.does.not.include("secret");
    expect(readStackExport({ version: 3, deployment: {} }, "an empty stack")).to.deep.equal([]);
    // As Pulumi writes it where resources have hooks, which a consumer's have.
    const resources = [{ urn: "urn:pulumi:a::b::t::n", type: "t", resourceHooks: { afterCreate: ["h"] } }];
    const hooked = readStackExport(
      { version: 4, features: ["hooks", "replaceWith", "taint", "refreshBeforeUpdate"], deployment: { resources } },
      "with features",
    );
    expect(hooked.map(({ urn }) => urn)).to.deep.equal(["urn:pulumi:a::b::t::n"]);
  });
});

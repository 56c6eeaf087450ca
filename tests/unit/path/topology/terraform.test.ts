import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { pulumiProperties, pulumiTypes } from "../../../../path/topology/terraform/pulumiForm";
import {
  isKnown,
  parseTerraformState,
  TerraformFileError,
  topologyFromStates,
  trace,
  withStates,
  type ResourceState,
  type Topology,
} from "../../../../path/topology";
import { deployedStates, destination, source } from "./deployment";
import { dualStack, inspectedIpv6 } from "./dualStack";
import { shownOf, stateOf } from "./terraformForm";

const root = path.resolve(__dirname, "../../../..");
const fixture = fs.readFileSync(path.join(root, "tests/fixtures/terraform/appliance.tfstate"), "utf8");
const read = (state: unknown): Topology =>
  topologyFromStates(parseTerraformState(JSON.stringify(state), `--terraform "a.tfstate"`));

/** What only Pulumi's states have: names of what has no tag, stacks, what the program's own components tell. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const ignored = ["name", "stack", "hairpin", "gatewayAddresses"];
  const entries = Object.entries(value).filter(([key]) => !ignored.includes(key));
  return Object.fromEntries(entries.map(([key, each]) => [key, comparable(each)]));
}

describe("a topology of Terraform's states", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  /** An account for each file. */
  const files = (form: (states: readonly ResourceState[]) => object, of = states): Topology => {
    const texts = ["security", "system"].map((stack) =>
      JSON.stringify(form(of.filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}:`)))),
    );
    return topologyFromStates(texts.flatMap((text) => parseTerraformState(text, "a file")));
  };

  for (const [name, form] of [
    ["terraform.tfstate", stateOf],
    ["terraform show -json", shownOf],
  ] as const) {
    it(`is that of Pulumi's states of the same network, with IPv6: ${name}`, () => {
      const made = inspectedIpv6(dualStack(states)).states;
      const expected = topologyFromStates(made);
      expect(Object.values(expected.routeTables).flatMap(({ ipv6Routes = [] }) => ipv6Routes).length).to.be.above(2);
      const told = files(form, made);
      for (const table of Object.keys(expected) as (keyof Topology)[]) {
        expect(comparable(told[table]), table).to.deep.equal(comparable(expected[table]));
      }
      const names = Object.values(told.subnets).map(({ name: each }) => each);
      expect(names).to.have.members(Object.values(expected.subnets).map(({ name: each }) => each));
    });
  }

  it("is traced as Pulumi's states are, and says what no state tells", () => {
    const ends = { source, destination, protocol: "icmp" } as const;
    const [told, expected] = [trace(files(stateOf), ends), trace(topologyFromStates(states), ends)];
    const hops = ({ paths }: typeof told) => paths.map(({ request }) => request.hops.map(({ kind, id }) => [kind, id]));
    expect(told.verdict).to.equal("inspected");
    expect(hops(told)).to.deep.equal(hops(expected));
    expect(told.assumptions.join("\n"))
      .to.match(
        /the address of security in subnet security-gwlb-apne1-az4, which no state tells, is 10\.1\.10\.4, one of/,
      )
      .and.include("security-target-apne1-az4 sends back what it gets from the GWLB: what runs on it cannot be read");
  });

  it("names types as @pulumi/aws does, and all properties that are read", () => {
    const aws = path.join(root, "node_modules/@pulumi/aws");
    const reader = path.join(root, "path/topology/read");
    const isRead = (key: string): boolean => readers.some((text) => text.includes(`"${key}"`));
    const readers = fs.readdirSync(reader).map((file) => fs.readFileSync(path.join(reader, file), "utf8"));
    const properties: Record<string, string> = {};
    for (const token of Object.values(pulumiTypes)) {
      const [, module = "", type = ""] = token.split(":");
      const [file, types] = [`${module}.d.ts`, fs.readFileSync(path.join(aws, `${module}.d.ts`), "utf8")];
      expect(types, file).to.include(`class ${type} extends`);
      properties[token] = types;
    }
    const translated = [
      ...parseTerraformState(JSON.stringify(stateOf(states)), ""),
      ...parseTerraformState(fixture, ""),
    ];
    for (const { type, outputs = {} } of translated) {
      for (const [key, value] of Object.entries(outputs)) {
        if (!isRead(key) || key.startsWith("tags")) continue;
        const form = new RegExp(`readonly ${key}: pulumi\\.Output<(.*)>;`).exec(properties[type] ?? "")?.[1];
        expect(form, `${type} ${key}`).to.be.a("string");
        // One block is none of a list.
        const isList = /\[\]( \| undefined)?$/.test(form ?? "");
        expect(Array.isArray(value), `${type} ${key}: ${form}`).to.equal(isList);
      }
    }
  });

  it("is that of a network with an appliance, as Terraform writes it", () => {
    const topology = topologyFromStates(parseTerraformState(fixture, "the fixture"));
    const traced = trace(topology, { source: "client", destination: "10.2.20.10", protocol: "icmp" });
    expect(traced.findings).to.deep.equal([]);
    expect(traced.verdict).to.equal("inspected");
    // The appliance's security group names the GWLB's address.
    expect(traced.assumptions.join("\n")).to.include("is 10.1.10.77, which a target's security group names");
    const { vpcs, subnets, instances, networkInterfaces, networkAcls, prefixLists, transitGatewayRouteTables } =
      topology;
    expect(Object.values(vpcs).map(({ accountId, region }) => [accountId, region])).to.deep.equal([
      ["111111111111", "ap-northeast-1"],
      ["222222222222", "ap-northeast-1"],
    ]);
    expect(subnets["subnet-0e0000000000000003"]?.routeTableId).to.equal("rtb-0e0000000000000003");
    expect(Object.keys(instances)).to.have.members([
      "i-0a0000000000000001",
      "i-0b0000000000000001",
      "i-0b0000000000000002",
    ]);
    expect(networkInterfaces["eni-0a0000000000000002"]).to.deep.include({
      address: "10.1.30.10",
      sourceDestCheck: false,
      owner: { kind: "instance", id: "i-0a0000000000000001" },
    });
    expect(networkAcls["acl-0b0000000000000001"]?.entries.map(({ direction }) => direction)).to.deep.equal([
      "ingress",
      "egress",
    ]);
    expect(transitGatewayRouteTables["tgw-rtb-0a0000000000000002"]).to.deep.include({
      attachmentIds: ["tgw-attach-0b0000000000000001"],
      routes: [
        { destination: "192.168.0.0/16", type: "static" },
        { destination: "10.2.0.0/16", type: "propagated", attachmentId: "tgw-attach-0b0000000000000001" },
      ],
    });
    expect(topology.transitGatewayAttachments["tgw-attach-0b0000000000000001"]).to.deep.include({
      accountId: "222222222222",
      region: "ap-northeast-1",
      applianceMode: true,
      state: "available",
    });
    expect(prefixLists["pl-0b0000000000000001"]).to.deep.equal(["10.2.20.0/24", "10.2.21.0/24"]);
  });

  it("hides what the state marks as sensitive, and shows nothing of it", () => {
    const topology = topologyFromStates(parseTerraformState(fixture, "the fixture"));
    expect(isKnown(topology.endpointServices["vpce-svc-0a0000000000000001"]?.acceptanceRequired ?? "")).to.equal(false);
    expect(JSON.stringify(topology)).not.to.match(/hunter2|user_data/);
    const [vpc] = Object.values(
      read({
        format_version: "1.0",
        values: {
          root_module: {
            resources: [
              {
                address: "aws_vpc.a",
                mode: "managed",
                type: "aws_vpc",
                values: { id: "vpc-1", main_route_table_id: "hunter2", tags: { Name: "hunter2" } },
                sensitive_values: { main_route_table_id: true, tags: { Name: true } },
              },
            ],
          },
        },
      }).vpcs,
    );
    expect(vpc?.name).to.equal("aws_vpc.a");
    expect(JSON.stringify(vpc)).not.to.include("hunter2");
  });

  it("refuses what is no state, and says what was expected, without a word of it", () => {
    const refused = (text: string, why: RegExp): void => {
      expect(() => parseTerraformState(text, `--terraform "a.json"`), text)
        .to.throw(TerraformFileError, why)
        .and.to.satisfy(
          ({ message }: Error) => message.startsWith(`--terraform "a.json" `) && !message.includes("hunter2"),
        );
    };
    refused("hunter2", /is not JSON, expected a state of version 4/);
    refused("null", /is no state of Terraform or OpenTofu/);
    refused(
      '{"version":3,"modules":[{"hunter2":1}]}',
      /expected version 4, which Terraform 0\.12 and later write at version/,
    );
    refused('{"version":4,"resources":[{"mode":"managed","type":"hunter2"}]}', /at resources\.0\.name/);
    refused('{"format_version":"1.2","planned_values":{"root_module":{}}}', /is a plan, expected a state/);
    refused('{"format_version":"2.0","values":{}}', /expected format 1\.x at format_version/);
    refused(
      '{"serial":1,"lineage":"","encrypted_data":"hunter2"}',
      /is encrypted, expected what `tofu show -json` prints/,
    );
    // Before anything was applied.
    expect(
      parseTerraformState('{"format_version":"1.0"}', "").filter(({ type }) => type.startsWith("aws:")),
    ).to.deep.equal([]);
  });

  it("stands beside AWS's own word, which counts where it tells as much", () => {
    const [security, system] = ["security", "system"].map((stack) =>
      topologyFromStates(states.filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}:`))),
    ) as [Topology, Topology];
    const renamed = JSON.parse(JSON.stringify(system).replaceAll("system-source", "as-recorded")) as Topology;
    const live: Topology = { ...system, origin: "live", unread: ["ec2:DescribeVpcs, …"] };
    const joined = withStates(live, topologyFromStates(parseTerraformState(JSON.stringify(stateOf(states)), "")));
    expect(joined).to.deep.include({ origin: "live", unread: ["ec2:DescribeVpcs, …"] });
    expect(Object.keys(joined.vpcs)).to.have.members([...Object.keys(security.vpcs), ...Object.keys(system.vpcs)]);
    expect(JSON.stringify(withStates(live, renamed))).not.to.include("as-recorded");
  });

  it("leaves keys of tags as they are", () => {
    expect(pulumiProperties({ tags: { cost_center: "a" }, vpc_id: "vpc-1", gone: null })).to.deep.equal({
      tags: { cost_center: "a" },
      vpcId: "vpc-1",
    });
  });
});

import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { snapshotTopology } from "../../../../cli/snapshot";
import type { Policy } from "../../../../iam/policy";
import type { Cloud } from "../../../../lab/cloud/cloud";
import { LiveError, Questions } from "../../../../live/questions";
import { readLoadBalancing } from "../../../../live/readLoadBalancing";
import { readNetwork } from "../../../../live/readNetwork";
import { readTransitGateways } from "../../../../live/readTransitGateways";
import {
  AnswersFileError,
  answersOfDescribed,
  isDescribed,
  isKnown,
  parseAnswers,
  topologyFromAnswers,
  topologyFromStates,
  trace,
} from "../../../../path/topology";
import type { Answers, OrUnknown, Topology } from "../../../../path/topology";
import { hub, region, spoke, tokens } from "../../../fixtures/aws";
import { schemaProblems } from "../../../fixtures/writtenJson";
import { runStack } from "../../stacks/run";
import { command, destination, source } from "./deployment";

const root = path.resolve(__dirname, "../../../..");

interface Command {
  constructor: { name: string };
  input: object;
}

/** As policies name them. */
const called = new Set<string>();

/** A client of the SDK that the cloud model answers, a page of two at a time where there are pages. */
function client(cloud: Cloud, service: "ec2" | "elasticloadbalancing", accountId: string, fails: Failures): object {
  return {
    send: ({ constructor, input }: Command): Promise<object> =>
      Promise.resolve().then(() => {
        const action = constructor.name.replace(/Command$/, "");
        called.add(`${service}:${action}`);
        const failure = fails[`${service}:${action}`];
        if (failure !== undefined) throw Object.assign(new Error("no"), { name: failure });
        const operation = cloud.operation(service, action);
        if (operation === undefined) throw new Error(`the model has no ${action}`);
        const all = operation.call({ accountId, region }, without(input)) as Record<string, unknown>;
        const [key, items] = Object.entries(all).find(([, value]) => Array.isArray(value)) ?? [];
        if (key === undefined || !("NextToken" in input || "Marker" in input)) return all;
        const { NextToken, Marker } = input as { NextToken?: string; Marker?: string };
        const at = Number(NextToken ?? Marker ?? 0);
        const next = at + 2 < (items as unknown[]).length ? String(at + 2) : "";
        return {
          [key]: (items as unknown[]).slice(at, at + 2),
          ["Marker" in input ? "NextMarker" : "NextToken"]: next,
        };
      }),
  };
}

/** What only the wire has. */
const without = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([key]) => !["MaxResults", "NextToken", "Marker"].includes(key)));

/** Names of errors, by action. */
type Failures = Record<string, string>;

async function answersOf(cloud: Cloud, accountId: string, fails: Failures = {}): Promise<Answers> {
  const questions = new Questions(accountId, {});
  const ec2 = client(cloud, "ec2", accountId, fails) as EC2Client;
  const network = { ...(await readNetwork(ec2, questions)), ...(await readTransitGateways(ec2, questions)) };
  const elb = client(cloud, "elasticloadbalancing", accountId, fails) as ElasticLoadBalancingV2Client;
  const loadBalancing = await readLoadBalancing(elb, questions);
  const readAt = "2026-11-27T10:00:00.000Z";
  return { source: accountId, region, readAt, unread: questions.unread, ...network, ...loadBalancing };
}

/** What both readers tell: names of AWS's own things, ids of rules and health are the one's or the other's alone. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(comparable).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const isRule = "peer" in value || "destination" in value;
  const ignored = ["name", "stack", "health", "hairpin", ...(isRule ? ["id"] : [])];
  const entries = Object.entries(value).filter(([key]) => !ignored.includes(key));
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, comparable(each)]));
}

const tables = [
  ...(["vpcs", "subnets", "routeTables", "internetGateways", "securityGroups", "networkInterfaces"] as const),
  ...(["instances", "loadBalancers", "targetGroups", "listeners", "endpointServices", "endpoints"] as const),
] as const satisfies (keyof Topology)[];

describe("a topology of AWS's answers", () => {
  let cloud: Cloud;
  let fromStates: Topology;

  before(async function () {
    this.timeout(60_000);
    const security = await runStack("security", { command, config: { access: "ssh" } });
    cloud = security.cloud;
    const { outputs, secretNames } = security;
    const stacks = { security: { outputs, secretNames } };
    const system = await runStack("system", { command, config: { access: "ssh" }, cloud, stacks });
    fromStates = topologyFromStates([...security.states, ...system.states]);
  });

  const live = async (fails: Failures = {}): Promise<Topology> =>
    topologyFromAnswers(await Promise.all([hub, spoke].map((account) => answersOf(cloud, account, fails))));

  for (const table of tables) {
    it(`is that of the states: ${table}`, async () => {
      const told: Record<string, object> = (await live())[table];
      const expected: Record<string, object> = fromStates[table];
      expect(Object.keys(told)).to.include.members(Object.keys(expected));
      for (const [id, each] of Object.entries(expected)) {
        const unknownThere = Object.entries(each).filter(([, value]) => !isKnown(value as OrUnknown<unknown>));
        const known = { ...told[id], ...Object.fromEntries(unknownThere) };
        expect(comparable(known), id).to.deep.equal(comparable(each));
      }
      // What comes with a VPC is in no state: its default security group.
      const more = Object.keys(told).filter((id) => !(id in expected));
      if (table !== "securityGroups") expect(more).to.deep.equal([]);
    });
  }

  it("is traced as the states are, and says what of a target it takes for true", async () => {
    const ends = { source, destination, protocol: "icmp" } as const;
    const [told, expected] = [trace(await live(), ends), trace(fromStates, ends)];
    const hops = ({ paths }: typeof told) => paths.map(({ request }) => request.hops.map(({ kind, id }) => [kind, id]));
    expect(told.verdict).to.equal("inspected");
    expect(hops(told)).to.deep.equal(hops(expected));
    expect(told.assumptions.join()).to.include("what runs on it cannot be read");
  });

  for (const [action, verdict] of [
    ["ec2:DescribeNetworkAcls", "inconclusive"],
    ["ec2:DescribeRouteTables", "inconclusive"],
    ["ec2:DescribeSecurityGroups", "inconclusive"],
    ["ec2:DescribeVpcEndpoints", "inconclusive"],
    ["elasticloadbalancing:DescribeLoadBalancers", "inconclusive"],
    ["elasticloadbalancing:DescribeTargetGroups", "inconclusive"],
    ["elasticloadbalancing:DescribeListeners", "inconclusive"],
    ["ec2:DescribeVpcEndpointServiceConfigurations", "inconclusive"],
    ["elasticloadbalancing:DescribeTargetHealth", "inconclusive"],
  ] as const) {
    it(`proves nothing without ${action}, and names it`, async () => {
      const topology = await live({ [action]: "UnauthorizedOperation" });
      const result = trace(topology, { source, destination, protocol: "icmp" });
      expect(result.assumptions.join("\n")).to.match(new RegExp(`${action}, (${hub}|${spoke}): UnauthorizedOperation`));
      expect(result.verdict).to.equal(verdict);
    });
  }

  /** The consumer's VPC attached to a transit gateway of the hub's, whose one table has a route of each kind. */
  async function transitGateway(): Promise<{ gateway: string; attachment: string; table: string }> {
    const [vpc] = Object.values(cloud.snapshot().vpcs).filter(({ accountId }) => accountId === spoke);
    const [subnet] = Object.values(cloud.snapshot().subnets).filter(({ vpcId }) => vpcId === vpc?.id);
    const create = async (accountId: string, type: string, inputs: object): Promise<string> =>
      (await cloud.create({ accountId, region }, type, { ...inputs })).id;
    const gateway = await create(hub, tokens.transitGateway, { autoAcceptSharedAttachments: "enable" });
    const resourceShareArn = await create(hub, tokens.resourceShare, { name: "spokes" });
    const resourceArn = `arn:aws:ec2:${region}:${hub}:transit-gateway/${gateway}`;
    await create(hub, tokens.shareOfResource, { resourceShareArn, resourceArn });
    await create(hub, tokens.shareWithPrincipal, { resourceShareArn, principal: spoke });
    const attachment = await create(spoke, tokens.transitAttachment, {
      transitGatewayId: gateway,
      vpcId: vpc?.id,
      subnetIds: [subnet?.id],
      applianceModeSupport: "enable",
    });
    const table = cloud.snapshot().transitGateways[gateway]?.associationDefaultRouteTableId ?? "";
    const route = { transitGatewayRouteTableId: table, transitGatewayAttachmentId: attachment };
    await create(hub, tokens.transitRoute, { ...route, destinationCidrBlock: "0.0.0.0/0" });
    await create(hub, tokens.transitRoute, {
      transitGatewayRouteTableId: table,
      destinationCidrBlock: "10.99.0.0/16",
      blackhole: true,
    });
    return { gateway, attachment, table };
  }

  async function withoutTransitGateway(made: { gateway: string; attachment: string }): Promise<void> {
    await cloud.delete({ accountId: spoke, region }, tokens.transitAttachment, made.attachment);
    await cloud.delete({ accountId: hub, region }, tokens.transitGateway, made.gateway);
  }

  it("has transit gateways, with the routes of each table, and says what it was not told", async () => {
    const made = await transitGateway();
    try {
      const told = await live();
      expect(told.transitGatewayAttachments[made.attachment]).to.deep.include({
        accountId: spoke,
        state: "available",
        applianceMode: true,
      });
      expect(told.transitGatewayRouteTables[made.table]?.attachmentIds).to.deep.equal([made.attachment]);
      expect(told.transitGatewayRouteTables[made.table]?.routes).to.have.deep.members([
        { destination: "0.0.0.0/0", type: "static", attachmentId: made.attachment },
        { destination: "10.99.0.0/16", type: "static" },
        { destination: "10.2.0.0/16", type: "propagated", attachmentId: made.attachment },
      ]);
      const refused = await live({ "ec2:SearchTransitGatewayRoutes": "UnauthorizedOperation" });
      expect(isKnown(refused.transitGatewayRouteTables[made.table]!.routes)).to.equal(false);
      expect(refused.unread?.join()).to.include("ec2:SearchTransitGatewayRoutes");
    } finally {
      await withoutTransitGateway(made);
    }
  });

  it("takes what docs/policies/live.json allows, and nothing else", async () => {
    called.clear();
    const made = await transitGateway();
    const answers = await answersOf(cloud, hub).finally(() => withoutTransitGateway(made));
    // The model has no prefix list of a customer's, whose entries would be asked for.
    called.add("ec2:GetManagedPrefixListEntries");
    expect(answers.unread).to.deep.equal([]);
    const policy = JSON.parse(fs.readFileSync(path.join(root, "docs/policies/live.json"), "utf8")) as Policy;
    expect(policy.Statement.flatMap(({ Action }) => Action)).to.have.members([...called]);
  });

  it("is the same from a snapshot's files", async () => {
    const all = await Promise.all([hub, spoke].map((account) => answersOf(cloud, account)));
    const written = all.map((answers) => JSON.stringify({ schemaVersion: 1, ...answers }));
    for (const text of written) expect(schemaProblems("snapshot.v1.json", JSON.parse(text))).to.deep.equal([]);
    const kept = written.map((text) => parseAnswers(text, "a file"));
    expect(topologyFromAnswers(kept)).to.deep.equal(topologyFromAnswers(all));
  });

  for (const [text, why] of [
    ["{", /^x\.json is not JSON, expected a file that `gwlb-inspection snapshot` wrote$/],
    ["[]", /^x\.json holds no answers of AWS, .*expected object/],
    ['{"schemaVersion": 2}', /schemaVersion/],
    ['{"Vpcs": []}', /schemaVersion/],
    [
      '{"schemaVersion":1,"source":"a","region":"b","readAt":"2026-11-27T10:00:00Z","unread":[],"vpcs":[1]}',
      /at vpcs\.0$/,
    ],
  ] as const) {
    it(`is none of ${text}`, () => {
      expect(() => parseAnswers(text, "x.json")).to.throw(AnswersFileError, why);
    });
  }

  it("is none where AWS cannot be asked", async () => {
    const failure = await live({ "ec2:DescribeVpcs": "ExpiredToken" }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(LiveError);
    expect((failure as Error).message).to.match(/^ec2:DescribeVpcs, \d{12}: ExpiredToken: no$/);
  });

  describe("of plain `aws … describe-*` files", () => {
    const readAt = "2026-11-27T10:00:00.000Z";

    const bare = (item: object, ...keys: string[]): object =>
      Object.fromEntries(Object.entries(item).filter(([key]) => !keys.includes(key)));

    /** As AWS's command line prints each answer, of both accounts, each in a file of any name. */
    async function files(): Promise<Record<string, unknown>[]> {
      const all = await Promise.all([hub, spoke].map((account) => answersOf(cloud, account)));
      return all.flatMap((answers) => [
        { Vpcs: answers.vpcs },
        { Subnets: answers.subnets },
        { RouteTables: answers.routeTables },
        { InternetGateways: answers.internetGateways },
        { NatGateways: answers.natGateways },
        { SecurityGroups: answers.securityGroups },
        { NetworkAcls: answers.networkAcls },
        { NetworkInterfaces: answers.networkInterfaces },
        { Reservations: [{ Instances: answers.instances }] },
        { VpcEndpoints: answers.vpcEndpoints },
        { ServiceConfigurations: answers.services?.map((each) => bare(each, "Principals")) },
        ...(answers.services ?? []).map(({ ServiceId, Principals = [] }) => ({
          AllowedPrincipals: Principals.map((Principal) => ({ ServiceId, Principal })),
        })),
        { PrefixLists: answers.prefixLists },
        { TransitGateways: answers.transitGateways ?? [] },
        { TransitGatewayVpcAttachments: answers.transitGatewayAttachments ?? [] },
        { LoadBalancers: answers.loadBalancers?.map((each) => bare(each, "Attributes", "Listeners")) },
        ...(answers.loadBalancers ?? []).flatMap(({ Attributes, Listeners }) => [{ Attributes }, { Listeners }]),
        { TargetGroups: answers.targetGroups?.map((each) => bare(each, "Attributes", "Targets")) },
        ...(answers.targetGroups ?? []).flatMap(({ Attributes, Targets }) => [
          { Attributes },
          { TargetHealthDescriptions: Targets },
        ]),
      ]);
    }

    const read = (all: Record<string, unknown>[]): Topology => {
      expect(all.filter((content) => !isDescribed(content))).to.deep.equal([]);
      const described = all.map((content, place) => ({ what: `file ${place}`, content }));
      return topologyFromAnswers([answersOfDescribed(described, "a folder", readAt)]);
    };

    it("is that of the API's answers", async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "described-"));
      try {
        for (const [place, content] of (await files()).entries()) {
          fs.writeFileSync(path.join(folder, `${place}.json`), JSON.stringify(content));
        }
        const told = snapshotTopology(folder);
        const { savedAt = {} } = told;
        expect(Object.keys(savedAt)).to.deep.equal([`--snapshot "${folder}"`]);
        expect(told).to.deep.equal({ ...(await live()), savedAt });
        expect(trace(told, { source, destination, protocol: "icmp" }).verdict).to.equal("inspected");
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });

    for (const key of ["RouteTables", "NetworkAcls", "TargetHealthDescriptions", "Attributes", "Listeners"]) {
      it(`proves nothing without ${key}, and names the action`, async () => {
        const all = (await files()).filter((content) => !(key in content));
        const { verdict, assumptions } = trace(read(all), { source, destination, protocol: "icmp" });
        expect(verdict).to.equal("inconclusive");
        expect(assumptions.join("\n")).to.match(
          /(ec2|elasticloadbalancing):Describe\w+, a folder: no file has its answer/,
        );
      });
    }

    it("proves nothing by health or attributes that may be of something else", async () => {
      const all = await files();
      const [other] = all.flatMap(({ TargetGroups = [] }) => TargetGroups as { TargetGroupArn: string }[]);
      const second = { TargetGroups: [{ ...other, TargetGroupArn: `${other?.TargetGroupArn}0`, Protocol: "TCP" }] };
      expect(trace(read([...all, second]), { source, destination, protocol: "icmp" }).verdict).to.equal("inconclusive");
      const attributes = { Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }] };
      expect(trace(read([...all, attributes]), { source, destination, protocol: "icmp" }).verdict).to.equal(
        "inconclusive",
      );
    });

    it("says that a file ends before the last page", async () => {
      const { unread = [] } = read([...(await files()), { Vpcs: [], NextToken: "more" }]);
      expect(unread.join()).to.match(/file \d+: it ends before the last page/);
    });

    it("is none of several Regions, or of none", async () => {
      const subnet = { SubnetArn: "arn:aws:ec2:us-east-1:333333333333:subnet/subnet-1" };
      const all = [...(await files()), { Subnets: [subnet] }];
      expect(() => read(all)).to.throw(AnswersFileError, /a folder: ARNs of ap-northeast-1, us-east-1, expected/);
      expect(() => read([{ Vpcs: [] }])).to.throw(AnswersFileError, /no ARN tells the Region/);
    });
  });

  it("has a shared subnet as its owner sees it, whoever was read last", async () => {
    const owners = await Promise.all([hub, spoke].map((account) => answersOf(cloud, account)));
    const { vpcs = [], subnets = [] } = owners[1]!;
    const readAt = "2026-11-27T10:00:00.000Z";
    const seen = { vpcs, subnets, routeTables: [], networkAcls: [] };
    const participant: Answers = { source: "333333333333", region, readAt, unread: [], ...seen };
    expect(Object.values(topologyFromAnswers([participant]).subnets)).to.have.length.above(0);
    const alone = topologyFromAnswers(owners);
    for (const all of [
      [...owners, participant],
      [participant, ...owners],
    ]) {
      expect({ ...topologyFromAnswers(all), savedAt: alone.savedAt }).to.deep.equal(alone);
    }
  });

  it("shows a network ACL that somebody changed", async () => {
    const answers = await answersOf(cloud, spoke);
    for (const acl of answers.networkAcls ?? []) {
      acl.Entries?.push({
        RuleNumber: 90,
        Egress: false,
        Protocol: "-1",
        RuleAction: "deny",
        CidrBlock: "10.2.0.0/16",
      });
    }
    const topology = topologyFromAnswers([await answersOf(cloud, hub), answers]);
    const result = trace(topology, { source, destination, protocol: "icmp" });
    expect(result.findings.map(({ code }) => code)).to.deep.equal(["SUBNET_ACL_RESTRICTION"]);
  });
});

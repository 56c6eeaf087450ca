import { expect } from "chai";
import type { VerificationRequest } from "../../../path/proof/request";
import { hub, region, tokens } from "../../fixtures/aws";
import { dependenciesOf, inputsByName } from "../components/run";
import { centralisedStacks, deployCentralised } from "./centralisedRun";
import { topologyFromStates, trace } from "../../../path/topology";
import { refusalOf, runStack } from "./run";

const zones = ["apne1-az4", "apne1-az1"];

describe("the stacks of the centralised design", () => {
  let made: Awaited<ReturnType<typeof deployCentralised>>;
  before(async () => {
    made = await deployCentralised();
  });

  it("measure every host of a spoke with every host of the other, both ways, also in other AZs", () => {
    const { pairs, targets } = made.runs.proof.outputs["verification"] as VerificationRequest;
    const hosts = (spoke: string): string[] => zones.map((azId) => `spoke-${spoke}-host-${azId}`);
    const expected = [
      ["a", "b"],
      ["b", "a"],
    ].flatMap(([from = "", to = ""]) => hosts(from).flatMap((one) => hosts(to).map((other) => `${one} → ${other}`)));
    expect(pairs.map(({ source, destination }) => `${source.name} → ${destination.name}`)).to.deep.equal(expected);
    expect(targets.map(({ name }) => name)).to.deep.equal(zones.map((azId) => `security-target-${azId}`));
  });

  it("make nothing in another account but what belongs to the spoke's attachment", () => {
    for (const [stack, own] of [
      ["spoke-a", "222222222222"],
      ["spoke-b", "333333333333"],
    ] as const) {
      const { registrations } = made.runs[stack].mocks;
      const elsewhere = registrations.filter(({ caller }) => caller !== undefined && caller.accountId !== own);
      expect(elsewhere.every(({ caller }) => caller?.accountId === "111111111111")).to.equal(true);
      expect(elsewhere.map(({ type }) => type)).to.have.members([
        tokens.transitAccepter,
        tokens.transitAssociation,
        tokens.transitPropagation,
      ]);
    }
    const { registrations } = made.runs.proof.mocks;
    expect(registrations.filter(({ type }) => type.startsWith("aws:"))).to.deep.equal([]);
  });

  it("look for spokes before anything of the transit stack is deleted", () => {
    const { mocks, outputs } = made.runs.transit;
    const ofAws = mocks.registrations.filter(({ type }) => type.startsWith("aws:"));
    const nameOf = ({ type, name }: { type: string; name: string }): string =>
      `${type.split(":").at(-1) ?? ""} ${name}`;
    const before = new Set(dependenciesOf(mocks, "gwlb-inspection:index:SpokeGuard", "transit-spokes"));
    for (const each of before) {
      const found = ofAws.find((registration) => nameOf(registration) === each);
      if (found === undefined) continue;
      for (const further of dependenciesOf(mocks, found.type, found.name)) before.add(further);
    }
    expect(ofAws.map(nameOf).filter((each) => !before.has(each))).to.deep.equal([]);
    const { transitGatewayId, path } = outputs["contract"] as {
      transitGatewayId: string;
      path: { attachmentId: string };
    };
    expect(JSON.parse(String(mocks.find(tokens.local, "transit-spokes").inputs["stdin"]))).to.deep.equal({
      transitGatewayId,
      ownAttachmentId: path.attachmentId,
      region,
      profile: "security",
    });
  });

  it("hand on what is secret as a secret", () => {
    for (const stack of centralisedStacks.slice(0, -1)) expect(made.runs[stack].secretNames).to.include("contract");
    expect(made.runs.proof.secretNames).to.deep.equal(["verification"]);
  });

  it("send to all spokes but themselves, where these are named one by one", async () => {
    const spokeCidrs = ["10.16.0.0/16", "10.17.0.0/16"];
    const { runs } = await deployCentralised({ transit: { spokeCidrs } }, "spoke-a");
    expect(Object.keys(inputsByName(runs["spoke-a"].mocks, tokens.route))).to.have.members(
      zones.map((azId) => `spoke-a-host-${azId}-to-10.17.0.0/16`),
    );
  });

  const refused: [what: string, stack: "transit" | "spoke-a" | "proof", config: object, message: string][] = [
    ["a Region that the service is not in", "transit", { region: "eu-west-1" }, "expected one as euw1-az1"],
    [
      "an AZ that the service is not in",
      "transit",
      { zones: { "apne1-az2": { attachment: "10.9.1.0/28", endpoint: "10.9.2.0/28" } } },
      "zones.apne1-az2: the service is not in this AZ",
    ],
    [
      "no acceptance",
      "spoke-a",
      { attachmentAcceptance: {} },
      "attachmentAcceptance: the transit gateway is of another",
    ],
    [
      "acceptance by a role of another account",
      "spoke-a",
      { attachmentAcceptance: { assumeRole: { roleArn: "arn:aws:iam::333333333333:role/a" } } },
      "expected a role of the transit gateway's 111111111111",
    ],
    [
      "a VPC that no route leads to",
      "spoke-a",
      { vpcCidr: "10.66.0.0/16", zones: { "apne1-az4": { attachment: "10.66.1.0/28", host: "10.66.2.0/24" } } },
      'vpcCidr: "10.66.0.0/16": expected a part of the spokeCidrs of transit, 10.16.0.0/12',
    ],
    [
      "an account that the transit gateway is not shared with",
      "spoke-a",
      { accountId: "444444444444" },
      'accountId: "444444444444": expected one of the spokeAccountIds of transit',
    ],
    ["a transit stack that is none", "spoke-a", { transitStack: "security" }, 'transitStack: "security"'],
    ["a spoke that is not there", "proof", { spokeStacks: ["spoke-a", "spoke-c"] }, 'spokeStacks: "spoke-c"'],
  ];
  for (const [what, stack, config, message] of refused) {
    it(`refuse ${what} before anything is made`, async () => {
      const refusal = await refusalOf(stack, {
        cloud: made.runs.proof.cloud,
        stacks: made.stacks,
        config: { ...config },
      });
      expect(refusal.message).to.include(message);
      expect(refusal.registered.filter((each) => each.startsWith("aws:"))).to.deep.equal([]);
    });
  }

  it("refuse a spoke whose account has not accepted the share, with the command that accepts it", async () => {
    const { stacks, runs } = await deployCentralised({}, "transit");
    const { cloud } = runs.transit;
    const [accept] = cloud.edit.transit.invite({ accountId: hub, region });
    const attempt = { cloud, stacks };
    const { message, registered } = await refusalOf("spoke-a", attempt);
    const share = /arn:aws:ram:ap-northeast-1:111111111111:resource-share\/[\w-]+/.exec(message)?.[0];
    expect(share).not.to.equal(undefined);
    expect(message).to.match(/accountId: "222222222222": AWS shows this account no tgw-\w+ of 111111111111/);
    expect(message).to.include(`has accepted resource share ${share}`);
    expect(message).to.include(
      `aws ram accept-resource-share-invitation --region ap-northeast-1 --resource-share-invitation-arn "$(aws ram get-resource-share-invitations --region ap-northeast-1 --resource-share-arns ${share} `,
    );
    expect(registered.filter((each) => each.startsWith("aws:"))).to.deep.equal([]);
    accept?.();
    await runStack("spoke-a", attempt);
  });

  it("say likewise of a transit gateway that somebody else shares", async () => {
    const existing = await deployCentralised({}, "transit");
    const { cloud, outputs } = existing.runs.transit;
    cloud.edit.transit.invite({ accountId: hub, region });
    const contract = { ...(outputs["contract"] as Record<string, unknown>) };
    delete contract["shareArn"];
    delete contract["sharedWith"];
    const stacks = { ...existing.stacks, transit: { outputs: { ...outputs, contract }, secretNames: ["contract"] } };
    const { message } = await refusalOf("spoke-a", { cloud, stacks });
    expect(message).to.match(
      /"222222222222": AWS shows this account no tgw-\w+ of 1{12}: expected an account that it is shared with/,
    );
  });

  for (const [what, vpcCidr, zone] of [
    ["the CIDR", "10.16.0.0/16", { attachment: "10.16.10.0/28", host: "10.16.20.0/24" }],
    ["a part of the CIDR", "10.16.64.0/20", { attachment: "10.16.64.0/28", host: "10.16.65.0/24" }],
  ] as const) {
    it(`refuse a spoke that has ${what} of one that is attached, before anything is made`, async () => {
      const config = { vpcCidr, zones: { "apne1-az4": zone } };
      const { stacks, runs } = await deployCentralised({}, "spoke-a");
      const { message, registered } = await refusalOf("spoke-b", { cloud: runs["spoke-a"].cloud, stacks, config });
      expect(message).to.match(
        new RegExp(`vpcCidr: "${vpcCidr}": overlaps with 10.16.0.0/16, which a VPC that is attached to tgw-\\w+ has`),
      );
      expect(registered.filter((each) => each.startsWith("aws:"))).to.deep.equal([]);
    });
  }

  it("do not take a spoke's own VPC, which is attached, for another one", async () => {
    const { stacks, runs } = await deployCentralised({}, "spoke-a");
    const config = { tags: { Team: "network" }, vpcCidr: "10.16.0.0/17", zones: {} };
    config.zones = { "apne1-az4": { attachment: "10.16.10.0/28", host: "10.16.20.0/24" } };
    await runStack("spoke-a", { cloud: runs["spoke-a"].cloud, stacks, config });
  });

  it("refuse a spoke in the inspection VPC's own CIDR", async () => {
    const transit = { spokeCidrs: ["10.0.0.0/12"] };
    const { stacks, runs } = await deployCentralised({ transit }, "transit");
    const zones = { "apne1-az4": { attachment: "10.9.64.0/28", host: "10.9.65.0/24" } };
    const config = { vpcCidr: "10.9.64.0/20", zones };
    const { message } = await refusalOf("spoke-a", { cloud: runs.transit.cloud, stacks, config });
    expect(message).to.include('vpcCidr: "10.9.64.0/20": overlaps with the inspection VPC\'s 10.9.0.0/16');
  });

  it("measure no spokes whose CIDRs overlap: an answer would not tell whose it is", async () => {
    const { outputs } = made.runs["spoke-b"];
    const contract = { ...(outputs["contract"] as object), vpcCidr: "10.16.64.0/20" };
    const stacks = { ...made.stacks, "spoke-b": { outputs: { ...outputs, contract }, secretNames: ["contract"] } };
    const { message } = await refusalOf("proof", { cloud: made.runs.proof.cloud, stacks });
    expect(message).to.include("spokeStacks: spoke-a has 10.16.0.0/16, spoke-b 10.16.64.0/20: expected spokes whose");
  });

  it("refuse hosts of several accounts with the environment's credentials", async () => {
    const none = { profile: "" };
    const { stacks, runs } = await deployCentralised({ "spoke-a": none, "spoke-b": none }, "spoke-b");
    const { message } = await refusalOf("proof", { cloud: runs["spoke-b"].cloud, stacks });
    expect(message).to.include("spoke-a of 222222222222, spoke-b of 333333333333");
  });

  describe("with NAT gateways", () => {
    const natSubnets = { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" };
    const egressTo = ["192.0.2.10"];
    let egress: Awaited<ReturnType<typeof deployCentralised>>;
    before(async () => {
      egress = await deployCentralised({ transit: { natSubnets }, "spoke-a": { egressTo } });
    });

    it("lead what spokes send to the internet through the endpoint and the NAT gateway of an AZ, both ways", () => {
      const states = Object.values(egress.runs).flatMap((run) => run.states);
      const topology = topologyFromStates(states, "plan");
      for (const azId of zones) {
        const traced = trace(topology, { source: `spoke-a-host-${azId}`, destination: "192.0.2.10", protocol: "icmp" });
        expect(traced.possibleVerdicts, JSON.stringify(traced.findings)).to.deep.equal(["inspected"]);
        expect(traced.paths).to.have.length(2);
        for (const { request, reply } of traced.paths) {
          expect(request.hops.map(({ kind }) => kind)).to.include("nat-gateway");
          expect(reply?.endpointIds).to.deep.equal(request.endpointIds);
        }
      }
    });

    it("measure each host of a spoke that has addresses for it", () => {
      const { pairs } = egress.runs.proof.outputs["verification"] as VerificationRequest;
      const outwards = pairs.filter(({ destination }) => destination.address === "192.0.2.10");
      expect(outwards.map(({ source }) => source.name)).to.deep.equal(zones.map((azId) => `spoke-a-host-${azId}`));
      expect(pairs).to.have.length(10);
    });

    it("make nothing of the sort without subnets for them", () => {
      const types = made.runs.transit.mocks.registrations.map(({ type }) => type);
      expect(types).not.to.include.oneOf([tokens.natGateway, tokens.eip, tokens.internetGateway]);
      const routes = inputsByName(made.runs["spoke-a"].mocks, tokens.route);
      expect(Object.values(routes).map(({ destinationCidrBlock }) => destinationCidrBlock)).not.to.include("0.0.0.0/0");
    });

    for (const [what, address, own, message] of [
      ["are not there", "192.0.2.10", false, 'egressTo.0: "192.0.2.10": expected none: transit has no natSubnets'],
      ["are there", "198.18.0.9", true, "expected an address outside of the spokes' CIDRs"],
    ] as const) {
      it(`refuse an address in the internet where they ${what}, with nothing made`, async () => {
        const spokeCidrs = ["10.16.0.0/12", "198.18.0.0/15"];
        const { runs, stacks } = own
          ? await deployCentralised({ transit: { natSubnets, spokeCidrs } }, "transit")
          : made;
        const attempt = { cloud: runs.transit.cloud, stacks, config: { egressTo: [address] } };
        const refusal = await refusalOf("spoke-a", attempt);
        expect(refusal.message).to.include(message);
        expect(refusal.registered.filter((each) => each.startsWith("aws:"))).to.deep.equal([]);
      });
    }
  });
});

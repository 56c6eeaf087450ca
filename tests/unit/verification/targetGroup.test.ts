import type { DescribeTargetHealthInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { serveApi } from "../../../lab/api/server";
import type { Context } from "../../../lab/cloud/core/model";
import { DescribeTargetGroups } from "../../../lab/cloud/operations/targetGroups";
import { DescribeTargetHealth } from "../../../lab/cloud/operations/targetHealth";
import type { TargetGroup } from "../../../lab/cloud/core/records";
import { State } from "../../../lab/cloud/core/state";
import type { TargetHealth } from "../../../lab/gateway/config";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { operatorAccount, profileOf, sdkEnvironment } from "../../../lab/sts/credentials";
import { Identities } from "../../../lab/sts/identities";
import { type Finding, type PathReport } from "../../../path/proof";
import { renderSummary } from "../../../path/render";
import type { MeasuredTargetGroup, VerificationRequest } from "../../../path/proof/request";
import { unhealthyUntil } from "../../../verification/targetGroup";
import { verify } from "../../../verification/verify";
import { FakeHosts, good } from "./fakeHosts";

const account = "111111111111";
const region = "ap-northeast-1";
const arn = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/hers/0123456789abcdef`;
const ids = ["i-00000000000000001", "i-00000000000000002", "i-00000000000000003"] as const;

/** By the real AWS SDK over real HTTP, with hosts by real ssh. */
describe("What AWS says of the targets", () => {
  const before = { ...process.env };
  let hosts: FakeHosts;
  let server: LoopbackServer;
  let folder: string;
  let group: TargetGroup;
  /** One answer after the other; the last one stays. */
  let health: TargetHealth[][];
  /** Whether a listener forwards to the group. */
  let forwards: (does: boolean) => void;
  const logged: string[] = [];

  beforeEach(async () => {
    hosts = await FakeHosts.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "target-group-"));
    health = [ids.slice(0, 2).map((targetId) => ({ targetId, state: "healthy" }))];
    group = {
      arn,
      accountId: account,
      region,
      name: "hers",
      vpcId: "vpc-1",
      port: 6081,
      targetType: "instance",
      deregistrationDelay: 300,
      stickiness: { enabled: false, type: "source_ip_dest_ip" },
      tags: {},
      targets: [],
      targetFailover: { onDeregistration: "no_rebalance", onUnhealthy: "no_rebalance" },
      healthCheck: {
        protocol: "HTTP",
        port: "80",
        path: "/healthz",
        interval: 10,
        timeout: 5,
        healthyThreshold: 3,
        unhealthyThreshold: 2,
      },
    };
    const state = new State();
    state.tables.targetGroups[arn] = group;
    const listener = arn.replace("targetgroup/hers", "listener/gwy/hers");
    const owned = { accountId: account, region, tags: {} };
    const loadBalancerArn = arn.replace("targetgroup/hers", "loadbalancer/gwy/hers");
    forwards = (does) => {
      if (!does) delete state.tables.listeners[listener];
      else
        state.tables.listeners[listener] = {
          ...owned,
          arn: listener,
          loadBalancerArn,
          targetGroupArn: arn,
          tcpIdleTimeoutSeconds: 350,
        };
    };
    forwards(true);
    const operations = { DescribeTargetGroups, DescribeTargetHealth };
    server = await serveApi({
      services: {
        elasticloadbalancing: (action) => ({
          call: (caller, input) => {
            if (action === "DescribeTargetHealth") {
              state.health[arn] = health.length > 1 ? (health.shift() ?? []) : (health[0] ?? []);
            }
            const context = { caller, state } as unknown as Context;
            return operations[action as keyof typeof operations].run(context, input as DescribeTargetHealthInput);
          },
        }),
      },
      identities: new Identities([account, operatorAccount]),
      accountIds: [account],
      log: (line) => void logged.push(line),
    });
    Object.assign(process.env, sdkEnvironment(folder, [account], server.url));
  });

  afterEach(async () => {
    for (const key of Object.keys(process.env)) if (key.startsWith("AWS_")) Reflect.deleteProperty(process.env, key);
    Object.assign(process.env, before);
    await Promise.all([hosts.close(), server.close()]);
    fs.rmSync(folder, { recursive: true });
    expect(logged.splice(0)).to.deep.equal([]);
  });

  /** The second target is known by its instance id, the first by its address, too. */
  function request(asked: Partial<MeasuredTargetGroup> = {}): VerificationRequest {
    const all = hosts.request();
    const targets = all.targets.map((target, index) => ({ ...target, instanceId: ids[index] ?? "" }));
    return { ...all, targets, targetGroup: { arn, ours: false, region, profile: profileOf(account), ...asked } };
  }

  const findingsOf = (report: PathReport, code: string): Finding[] =>
    (report.pairs[0]?.findings ?? []).filter((found) => found.code === code);
  const bypassing = { ...good, inspects: { request: false, reply: false } };

  it("tells when the one that takes another's place is healthy, and how it is where it does not become so", async () => {
    const asked = { arn, ours: true, region, profile: profileOf(account) };
    const [old, next, other] = ids;
    const seen = (state: "initial" | "healthy"): TargetHealth[] => [
      { targetId: old, state: "healthy" },
      { targetId: next, state },
    ];
    health = [seen("initial"), seen("initial"), seen("healthy")];
    expect(await unhealthyUntil(Date.now() + 60_000, next, asked)).to.equal(undefined);
    expect(health).to.have.length(1);
    health = [seen("initial")];
    expect(await unhealthyUntil(Date.now(), next, asked)).to.match(/^initial/);
    expect(await unhealthyUntil(Date.now(), other, asked)).to.equal("it is not registered");
  });

  it("is in the report, and leaves a proof what it is", async () => {
    const report = await verify(request());
    expect(report.verdict).to.equal("inspected");
    expect(report.pairs.flatMap(({ findings }) => findings)).to.deep.equal([]);
    expect(report.targetGroup).to.deep.equal({
      arn,
      healthCheck: {
        protocol: "HTTP",
        port: 80,
        path: "/healthz",
        matcher: "200-399",
        interval: 10,
        timeout: 5,
        healthyThreshold: 3,
        unhealthyThreshold: 2,
      },
      registered: [
        { id: ids[0], state: "healthy", watchedAs: "target-1" },
        { id: ids[1], state: "healthy", watchedAs: "target-2" },
      ],
    });
    expect(renderSummary(report)).to.include("2 of 2 registered targets watched");
    // AWS has told: no host is asked.
    expect(hosts.events.filter((event) => event.startsWith("health.sh"))).to.deep.equal([]);
  });

  it("knows a target by its address, in a group of addresses", async () => {
    health = [["10.1.1.10", "10.1.2.10"].map((targetId) => ({ targetId, state: "healthy" }))];
    const { targetGroup } = await verify(request());
    expect(targetGroup?.registered.map(({ watchedAs }) => watchedAs)).to.deep.equal(["target-1", "target-2"]);
  });

  it("makes what was seen on no target inconclusive where one is registered that nobody watched", async () => {
    hosts.behaviour = bypassing;
    expect((await verify(request())).verdict).to.equal("bypassed");
    health = [ids.map((targetId) => ({ targetId, state: "healthy" }))];
    const report = await verify(request());
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill("inconclusive"));
    expect(findingsOf(report, "TARGETS_NOT_WATCHED")).to.have.length(1);
    expect(findingsOf(report, "TARGETS_NOT_WATCHED")[0]).to.include({
      hop: "hers",
      seen: `2 of 3 registered targets watched; not ${ids[2]} (healthy)`,
    });
    expect(renderSummary(report)).to.include("2 of 3 registered targets watched");
    // No advice about routes, of which nothing is known.
    expect(JSON.stringify(report)).not.to.include("BYPASSES_ENDPOINT");
  });

  it("leaves the proof of a pair what it is where another target is registered, and the whole inconclusive", async () => {
    health = [ids.map((targetId) => ({ targetId, state: "healthy" }))];
    const report = await verify(request());
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill("inspected"));
    expect(findingsOf(report, "TARGETS_NOT_WATCHED")).to.have.length(1);
    // The next flow may be that target's.
    expect(report.verdict).to.equal("inconclusive");
  });

  it("counts a target that was registered, or deregistered, while the path was measured", async () => {
    hosts.behaviour = bypassing;
    const [two, three] = [health[0] ?? [], ids.map((targetId): TargetHealth => ({ targetId, state: "healthy" }))];
    for (const readings of [
      [two, three],
      [three, two],
    ]) {
      health = readings;
      expect((await verify(request())).verdict).to.equal("inconclusive");
    }
  });

  it("does not count one that gets no packets", async () => {
    hosts.behaviour = bypassing;
    health = [[...(health[0] ?? []), { targetId: ids[2], state: "unused", reason: "Target.NotInUse" }]];
    expect((await verify(request())).verdict).to.equal("bypassed");
  });

  it("has AWS's reason for a target that is not healthy, and what AWS asks it", async () => {
    health = [
      [
        { targetId: ids[0], state: "healthy" },
        { targetId: ids[1], state: "unhealthy", reason: "Target.ResponseCodeMismatch" },
      ],
    ];
    const report = await verify({ ...request(), health: { threshold: 2, deadline: 1 } });
    const [found, ...more] = findingsOf(report, "TARGET_UNHEALTHY");
    expect(more).to.deep.equal([]);
    expect(found).to.include({
      hop: "target-2",
      seen: "unhealthy, Target.ResponseCodeMismatch: Health checks failed",
      expected: "healthy: HTTP GET /healthz on port 80 answered with 200-399",
    });
    expect(report.verdict).to.equal("inspected");
  });

  it("leaves a good ping inconclusive where no new flow gets to a target: nothing forwards to the group, or all are going", async () => {
    const quick = { ...request(), health: { threshold: 2, deadline: 1 } };
    forwards(false);
    const report = await verify(quick);
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill("inconclusive"));
    expect(findingsOf(report, "NO_NEW_FLOWS")[0]?.seen).to.match(/^AWS gives it none: unused, Target\.NotInUse: /);
    forwards(true);
    const draining = { state: "draining", reason: "Target.DeregistrationInProgress" } as const;
    health = [health[0] ?? [], ids.slice(0, 2).map((targetId) => ({ targetId, ...draining }))];
    expect((await verify(quick)).verdict, "while it was measured").to.equal("inconclusive");
  });

  it("waits for a target that becomes healthy, and not for one that is not registered", async () => {
    health = [[{ targetId: ids[0], state: "initial", reason: "Elb.InitialHealthChecking" }], health[0] ?? []];
    expect(findingsOf(await verify(request()), "TARGET_UNHEALTHY")).to.deep.equal([]);
    health = [[{ targetId: ids[0], state: "healthy" }]];
    const started = Date.now();
    const report = await verify({ ...request(), health: { threshold: 2, deadline: 60 } });
    expect(Date.now() - started).to.be.lessThan(30_000);
    expect(findingsOf(report, "TARGET_UNHEALTHY")[0]).to.include({
      hop: "target-2",
      seen: "unused, Target.NotRegistered",
    });
  });

  const refusals: [string, Partial<MeasuredTargetGroup>, RegExp][] = [
    [
      "allowed to",
      { profile: undefined },
      /^elasticloadbalancing:DescribeTargetHealth with credentials of the environment: AccessDenied: User: arn:aws:iam::999999999999:user\/lab is not authorized to perform: elasticloadbalancing:DescribeTargetHealth/,
    ],
    ["of an account", { profile: profileOf("444444444444") }, /profile lab-444444444444: CredentialsProviderError: /],
    ["of its account", { arn: arn.replace("hers", "his") }, /: TargetGroupNotFound/],
  ];
  for (const [what, asked, why] of refusals) {
    it(`is missing without credentials that are ${what}: then hosts are asked, and "not seen" is "not there" in our group only`, async () => {
      hosts.behaviour = bypassing;
      const theirs = await verify(request(asked));
      expect(theirs.verdict).to.equal("inconclusive");
      expect(theirs).not.to.have.property("targetGroup");
      const found = findingsOf(theirs, "TARGET_GROUP_NOT_READ");
      expect(found.map(({ seen }) => /DescribeTarget\w+/.exec(seen)?.[0]).sort()).to.deep.equal([
        "DescribeTargetGroups",
        "DescribeTargetHealth",
      ]);
      expect(found.find(({ seen }) => seen.includes("DescribeTargetHealth"))?.seen).to.match(why);
      expect(hosts.events).to.include("health.sh target-1");
      expect((await verify(request({ ...asked, ours: true }))).verdict).to.equal("bypassed");
      hosts.behaviour = good;
      expect((await verify(request(asked))).verdict).to.equal("inspected");
    });
  }
});

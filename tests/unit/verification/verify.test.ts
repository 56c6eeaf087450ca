import { expect } from "chai";
import { setTimeout } from "node:timers/promises";
import { decodePcap } from "../../../path/net/pcap";
import { type HostEvidence, type PathReport } from "../../../path/proof";
import { renderJson } from "../../../path/render";
import type { VerificationRequest } from "../../../path/proof/request";
import { verify } from "../../../verification/verify";
import { FakeHosts, good, healthyEvidence, type Behaviour } from "./fakeHosts";
import { SshServer } from "./sshServer";
import { keyPair } from "../../fixtures/keyPair";

function verdictsOf(report: PathReport): Record<string, string> {
  return Object.fromEntries(
    report.pairs.map(({ source, destination, verdict }) => [
      `${source.name.slice(-1)}→${destination.name.slice(-1)}`,
      verdict,
    ]),
  );
}

function codesOf(report: PathReport): string[] {
  return [...new Set(report.pairs.flatMap(({ findings }) => findings.map(({ code }) => code)))].sort();
}

describe("Verification over ssh", () => {
  let hosts: FakeHosts;
  beforeEach(async () => {
    hosts = await FakeHosts.start();
  });
  afterEach(() => hosts.close());

  const all = (verdict: string) => ({ "1→1": verdict, "1→2": verdict, "2→1": verdict, "2→2": verdict });

  it("proves every pair and has nothing to find", async () => {
    const report = await verify(hosts.request());
    expect(report.verdict).to.equal("inspected");
    expect(verdictsOf(report)).to.deep.equal(all("inspected"));
    expect(codesOf(report)).to.deep.equal([]);
    const [first] = report.pairs;
    expect(first?.ping).to.deep.equal({
      transmitted: 3,
      received: 3,
      loss: 0,
      rtt: { min: 0.1, avg: 0.2, max: 0.3, mdev: 0.05 },
      large: { size: 8500, transmitted: 3, received: 3 },
    });
    expect(
      first?.targets.map(({ target, requestIn, requestOut, replyIn, replyOut }) => [
        target,
        requestIn,
        requestOut,
        replyIn,
        replyOut,
      ]),
    ).to.deep.equal([
      ["target-1", 3, 3, 3, 3],
      ["target-2", 0, 0, 0, 0],
    ]);
    expect(first?.targets[0]?.samples?.map(({ kind }) => kind)).to.deep.equal([
      "requestIn",
      "replyIn",
      "requestOut",
      "replyOut",
    ]);
    expect(new Date(report.measuredAt).getTime()).to.be.closeTo(Date.now(), 20_000);
    expect(JSON.stringify(report)).not.to.include("PRIVATE KEY");
  });

  it("pings a destination's public address, and counts the packets by the private one that they have at the target", async () => {
    const request = hosts.request();
    const [pair] = request.pairs;
    if (pair === undefined) throw new Error("the request has no pair");
    pair.destination.publicAddress = "198.51.100.7";
    hosts.translations.set("198.51.100.7", pair.destination.address);
    const report = await verify({ ...request, pairs: [pair] });
    expect(report.verdict).to.equal("inspected");
    expect(report.pairs[0]?.destination).to.deep.equal(pair.destination);
    expect(hosts.server("source-1").commands.join()).to.include("'--destination' '198.51.100.7'");
    // Without the gateway's translation the packets belong to another ping.
    hosts.translations.clear();
    expect((await verify({ ...request, pairs: [pair] })).verdict).to.equal("bypassed");
  });

  it("watches a mirrored target on its collector alone: no set-up, no health and no rules are asked of anybody there", async () => {
    const request = hosts.request();
    const mirrored = [{ macAddress: "06:00:00:00:00:01", vni: 42 }];
    const [one, two] = request.targets as [VerificationRequest["targets"][0], VerificationRequest["targets"][0]];
    request.targets = [{ ...one, mirrored, hairpin: false }, two];
    request.health = { ...request.health, interval: 20 };
    const report = await verify(request);
    const { commands } = hosts.server("target-1");
    const started = commands.find((command) => command.includes("'start'")) ?? "";
    expect(started).to.match(
      /'--mirrored' '10\.1\.1\.10' '--gateway-address' '10\.1\.1\.27' '--gateway-address' '10\.1\.2\.119' '--health-port' '80' '--wait' '25'/,
    );
    expect(started).not.to.include("canary");
    expect(hosts.events.filter((event) => /(evidence|health)\.sh target-1/.test(event))).to.deep.equal([]);
    expect(hosts.events.filter((event) => /(evidence|health)\.sh target-2/.test(event))).to.have.length(2);
    // What the made-up collector has are no copies.
    expect(verdictsOf(report)).to.deep.equal(all("inconclusive"));
    expect(codesOf(report)).to.deep.equal(["HEALTH_NOT_MEASURED", "MIRROR_BLIND"]);
  });

  it("keeps the order health, capture, ping, collect, and leaves no capture behind", async () => {
    await verify(hosts.request());
    const steps = hosts.events.map((event) => event.replace(/ \S+-\d$/, ""));
    const first = (step: string) => steps.indexOf(step);
    const last = (step: string) => steps.lastIndexOf(step);
    expect(last("health.sh")).to.be.lessThan(first("capture.sh start"));
    expect(last("capture.sh start")).to.be.lessThan(first("ping.sh"));
    expect(last("ping.sh")).to.be.lessThan(first("capture.sh stop"));
    expect(steps.filter((step) => step === "ping.sh")).to.have.length(4);
    expect(hosts.captures.size).to.equal(0);
    expect(hosts.bastion.connectionCount).to.equal(1);
  });

  describe("with flows beside the pings", () => {
    const crossZone = (): VerificationRequest => ({ ...hosts.request(), crossZone: true });
    const flowsOf = (report: PathReport): string[] =>
      (report.exercise ?? []).map(
        (each) => `${each.target} from ${each.gatewayAzId}: ${each.flowsIn} ${each.flowsOut} of ${each.flowsSent}`,
      );
    const spread = (keeps: string[] = []) => ({
      ...good,
      flows: { to: ["target-1", "target-2"], keeps, sent: true },
    });

    it("exercises every target that the GWLB may choose, though pings come to one in each AZ only", async () => {
      hosts.behaviour = spread();
      const report = await verify(crossZone());
      expect(report.verdict).to.equal("inspected");
      expect(codesOf(report)).to.deep.equal([]);
      expect(flowsOf(report)).to.deep.equal([
        "target-1 from apne1-az1: 16 16 of 32",
        "target-2 from apne1-az1: 16 16 of 32",
        "target-1 from apne1-az4: 16 16 of 32",
        "target-2 from apne1-az4: 16 16 of 32",
      ]);
    });

    it("is partial where one of two targets does not send back, though every ping went to the other one", async () => {
      hosts.behaviour = spread(["target-2"]);
      const [first, second] = hosts.request().pairs;
      if (first === undefined || second === undefined) throw new Error("no pairs");
      const report = await verify({ ...crossZone(), pairs: [first, second] });
      expect(verdictsOf(report)).to.deep.equal({ "1→1": "partial", "1→2": "partial" });
      expect(report.verdict).to.equal("partial");
      expect(report.pairs[0]?.findings[0]).to.deep.include({
        code: "TARGET_KEEPS_FLOWS",
        hop: "target-2",
        seen: "from the GWLB in apne1-az4: 16 flows in, 0 out",
      });
    });

    it("names the cause on a target that flows alone came to", async () => {
      hosts.behaviour = spread(["target-2"]);
      const evidence = { ...healthyEvidence("10.1.2.10", ["10.1.1.27", "10.1.2.119"]), ipForward: 0 };
      hosts.overrides.set("evidence.sh target-2", () => ({ stdout: `${JSON.stringify(evidence)}\n` }));
      const report = await verify({ ...crossZone(), pairs: hosts.request().pairs.slice(0, 1) });
      expect(report.pairs[0]?.findings[0]).to.deep.include({ code: "IP_FORWARDING_OFF", hop: "target-2" });
      expect(report.verdict).to.equal("partial");
    });

    const silent: [string, Behaviour["flows"]][] = [
      ["drops them on the way", { to: [], keeps: [], sent: true }],
      ["has no bash", { keeps: [], sent: false }],
    ];
    for (const [what, flows] of silent) {
      it(`claims nothing of the other targets where the source ${what}`, async () => {
        hosts.behaviour = { ...good, flows };
        const report = await verify(crossZone());
        expect(verdictsOf(report)).to.deep.equal(all("inspected"));
        expect(report.verdict).to.equal("inconclusive");
        expect(codesOf(report)).to.deep.equal(["TARGET_NOT_EXERCISED"]);
        expect(report.pairs[0]?.findings.map(({ hop }) => hop)).to.deep.equal(["target-2"]);
        // Without cross-zone the pings have been everywhere.
        expect((await verify(hosts.request())).verdict).to.equal("inspected");
      });
    }

    it("leaves to an appliance what it drops, and claims nothing of one that sends none back", async () => {
      hosts.behaviour = spread(["target-1", "target-2"]);
      const request = crossZone();
      const appliances = { ...request, targets: request.targets.map((target) => ({ ...target, hairpin: false })) };
      expect((await verify(appliances)).verdict).to.equal("inconclusive");
      const onlyOwn = await verify({ ...appliances, crossZone: false });
      expect(verdictsOf(onlyOwn)).to.deep.equal(all("inspected"));
      expect(codesOf(onlyOwn)).to.deep.equal([]);
    });

    it("sends none into the internet, and none from this machine", async () => {
      const request = hosts.request();
      const [first] = request.pairs;
      if (first === undefined) throw new Error("no pair");
      first.destination.address = "198.51.100.7";
      await verify({ ...request, pairs: [first] });
      expect(hosts.server("source-1").commands.join()).not.to.include("--flows");
    });

    it("says nothing of them where a capture is missing", async () => {
      hosts.behaviour = spread(["target-2"]);
      hosts.overrides.set("capture.sh stop target-1", () => ({ exitCode: 1 }));
      const report = await verify(crossZone());
      expect(report.exercise).to.equal(undefined);
      expect(codesOf(report)).to.deep.equal(["CAPTURE_FAILED"]);
    });
  });

  it("hands over each target's capture as the file that it is", async () => {
    const request = hosts.request();
    const captures = new Map<string, Buffer>();
    await verify(request, { onCapture: (target, pcap) => void captures.set(target, pcap) });
    expect([...captures.keys()].sort()).to.deep.equal(request.targets.map(({ name }) => name).sort());
    for (const pcap of captures.values()) expect(decodePcap(pcap).packets).to.not.be.empty;
  });

  it("gives each ping a nonce of its own, in no report", async () => {
    await verify(hosts.request());
    const patterns = ["source-1", "source-2"].flatMap((name) =>
      hosts.server(name).commands.map((command) => /'--pattern' '([0-9a-f]{32})'/.exec(command)?.[1]),
    );
    expect(new Set(patterns).size).to.equal(4);
    expect(patterns).not.to.include(undefined);
    // Targets keep what has the measurement's marker, and nothing else.
    const markers = ["target-1", "target-2"].map((name) =>
      hosts
        .server(name)
        .commands.map((command) => /'--marker' '([0-9a-f]{16})'/.exec(command)?.[1])
        .find(Boolean),
    );
    expect(new Set([...markers, ...patterns.map((pattern) => pattern?.slice(0, 16))]).size).to.equal(1);
  });

  it("does not take an answered ping for a proof: everything bypasses", async () => {
    hosts.behaviour = { ...good, inspects: { request: false, reply: false } };
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal(all("bypassed"));
    expect(codesOf(report)).to.deep.equal(["FORWARD_PATH_BYPASSES_ENDPOINT", "RETURN_PATH_BYPASSES_ENDPOINT"]);
  });

  it("sees the replies bypass", async () => {
    hosts.behaviour = { ...good, inspects: { request: true, reply: false } };
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal(all("one-way"));
    expect(codesOf(report)).to.deep.equal(["RETURN_PATH_BYPASSES_ENDPOINT"]);
  });

  it("sees one AZ's hairpin rule missing, in the pairs of that AZ only", async () => {
    hosts.behaviour = { ...good, keeps: ["10.1.2.119"] };
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal({
      "1→1": "inspected",
      "1→2": "inspected",
      "2→1": "lost-at-target",
      "2→2": "lost-at-target",
    });
    expect(report.verdict).to.equal("lost-at-target");
    // The cause comes first; what is wrong with the rules of the other AZ does not concern these pairs.
    expect(codesOf(report)).to.deep.equal(["HAIRPIN_RULE_MISSING", "NOT_SENT_BACK", "RULES_NOT_SAVED"]);
    for (const { verdict, findings } of report.pairs) {
      const rules = findings.filter(({ code }) => code === "HAIRPIN_RULE_MISSING");
      const seen = rules.map((each) => each.seen);
      const missing = ["no DNAT rule for 10.1.2.119", "no MASQUERADE rule for 10.1.2.119"];
      expect(seen).to.deep.equal(verdict === "inspected" ? [] : missing);
    }
  });

  it("asks targets for their rules and settings, also where every packet was seen", async () => {
    expect((await verify(hosts.request())).verdict).to.equal("inspected");
    expect(hosts.events.filter((event) => event.startsWith("evidence.sh")).sort()).to.deep.equal([
      "evidence.sh target-1",
      "evidence.sh target-2",
    ]);
  });

  const told = (change: Partial<HostEvidence>): void => {
    const evidence = { ...healthyEvidence("10.1.1.10", ["10.1.1.27", "10.1.2.119"]), ...change };
    hosts.overrides.set("evidence.sh target-1", () => ({ stdout: `${JSON.stringify(evidence)}\n` }));
  };
  const lacking = (healthyEvidence("10.1.1.10", ["10.1.1.27", "10.1.2.119"]).rules ?? []).filter(
    (rule) => !(rule.includes("DNAT") && rule.includes("10.1.1.27")),
  );
  const accepting = "nat [9:900] -A PREROUTING -p udp -m udp --dport 6081 -j ACCEPT";

  const stale: [string, Partial<HostEvidence>, string][] = [
    ["lacks a rule for them", { rules: lacking }, "HAIRPIN_RULE_MISSING"],
    ["has a rule that takes them first", { rules: [accepting, ...lacking] }, "HAIRPIN_RULE_MISSING"],
    [
      "has a rule before its own",
      { rules: [accepting, ...(healthyEvidence("10.1.1.10", ["10.1.1.27", "10.1.2.119"]).rules ?? [])] },
      "HAIRPIN_RULE_OVERRIDDEN",
    ],
    ["forwards nothing", { ipForward: 0 }, "IP_FORWARDING_OFF"],
    ["does not tell its rules", { rules: null }, "CARRIED_BY_OLD_STATE"],
  ];
  for (const [what, change, code] of stale) {
    it(`takes packets that came through for no proof where the target now ${what}`, async () => {
      told(change);
      const report = await verify(hosts.request());
      expect(verdictsOf(report)).to.deep.equal({
        "1→1": "inconclusive",
        "1→2": "inconclusive",
        "2→1": "inspected",
        "2→2": "inspected",
      });
      expect(report.verdict).to.equal("inconclusive");
      expect(report.pairs[0]?.findings[0]?.code).to.equal(code);
      expect(report.pairs[0]?.findings.map((each) => each.code)).to.include("CARRIED_BY_OLD_STATE");
    });
  }

  it("takes them for none either where the target does not answer", async () => {
    hosts.overrides.set("evidence.sh target-1", () => ({ stderr: "no\n", exitCode: 1 }));
    expect(verdictsOf(await verify(hosts.request()))).to.include({ "1→1": "inconclusive", "2→2": "inspected" });
  });

  it("does not take captures that see nothing for a bypass", async () => {
    hosts.behaviour = { ...good, sees: false };
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal(all("inconclusive"));
    expect(report.pairs[0]?.findings[0]).to.deep.include({ code: "CAPTURE_BLIND", hop: "target-1" });
  });

  it("takes an appliance's packets for the proof, whatever its rules are", async () => {
    told({ rules: lacking });
    const request = hosts.request();
    const targets = request.targets.map((target) => ({ ...target, hairpin: false }));
    const report = await verify({ ...request, targets });
    expect(verdictsOf(report)).to.deep.equal(all("inspected"));
    expect(report.pairs.flatMap(({ findings }) => findings)).to.deep.equal([]);
  });

  it("finds that large packets alone are lost, and first of all the target whose interface is too narrow for them", async () => {
    hosts.behaviour = { ...good, largeAnswered: false, mtu: 1500 };
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal(all("inspected"));
    for (const { ping, findings } of report.pairs) {
      expect(ping?.large).to.deep.equal({ size: 8500, transmitted: 3, received: 0 });
      expect(findings[0]?.code).to.equal("INTERFACE_MTU_TOO_SMALL");
      expect(findings.at(-1)?.code).to.equal("LARGE_PACKETS_LOST");
    }
    hosts.behaviour = { ...good, largeAnswered: false };
    const elsewhere = await verify(hosts.request());
    expect(elsewhere.pairs.map(({ findings }) => findings.map(({ code }) => code))).to.deep.equal(
      elsewhere.pairs.map(() => ["LARGE_PACKETS_LOST"]),
    );
  });

  it("sends no large packets through an internet gateway, which would not take them", async () => {
    const request = hosts.request();
    const [first, second] = request.pairs;
    if (first === undefined || second === undefined) throw new Error("no pairs");
    first.destination.publicAddress = "203.0.113.7";
    second.destination.address = "198.51.100.7";
    const report = await verify(request);
    expect(report.pairs.map(({ ping }) => ping?.large?.size)).to.deep.equal([undefined, undefined, 8500, 8500]);
  });

  it("says so when a target does not tell", async () => {
    hosts.behaviour = { ...good, inspects: { request: false, reply: false } };
    hosts.overrides.set("evidence.sh target-1", () => ({ stderr: "evidence: error: broken\n", exitCode: 1 }));
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.deep.equal(all("bypassed"));
    expect(codesOf(report)).to.include("REMOTE_COMMAND_FAILED");
  });

  it("takes requests alone for the proof where no reply is expected", async () => {
    hosts.behaviour = { ...good, answered: false };
    const request = hosts.request();
    for (const pair of request.pairs) pair.expectReply = false;
    expect((await verify(request)).verdict).to.equal("inspected");
    expect(verdictsOf(await verify(hosts.request()))).to.deep.equal(all("lost-after-target"));
  });

  it("loses only the pairs of a source that cannot be reached", async () => {
    const request = hosts.request();
    await hosts.server("source-2").close();
    const report = await verify(request, { connectDeadline: 0.5 });
    expect(verdictsOf(report)).to.deep.equal({
      "1→1": "inspected",
      "1→2": "inspected",
      "2→1": "inconclusive",
      "2→2": "inconclusive",
    });
    expect(codesOf(report)).to.deep.equal(["HOST_UNREACHABLE"]);
  });

  it("does not ping from a host with another host key, and says so", async () => {
    const request = hosts.request();
    for (const pair of request.pairs) {
      if (pair.source.name === "source-1") Object.assign(pair.source.host, { hostKey: keyPair().public });
    }
    const report = await verify(request);
    expect(verdictsOf(report)).to.include({ "1→1": "inconclusive", "2→2": "inspected" });
    expect(codesOf(report)).to.deep.equal(["HOST_KEY_DIFFERS"]);
    expect(hosts.server("source-1").commands).to.deep.equal([]);
  });

  it("is inconclusive when a target cannot be reached, with the ping's statistics and the other target's counts", async () => {
    const request = hosts.request();
    await hosts.server("target-2").close();
    const report = await verify(request, { connectDeadline: 0.5 });
    expect(verdictsOf(report)).to.deep.equal(all("inconclusive"));
    expect(codesOf(report)).to.deep.equal(["HOST_UNREACHABLE"]);
    expect(report.pairs[0]?.ping?.received).to.equal(3);
    expect(report.pairs[0]?.targets[0]).to.include({ requestIn: 3, replyOut: 3 });
  });

  it("goes on when a target is not healthy, and says so", async () => {
    hosts.overrides.set("health.sh target-1", () => ({ stdout: '{"healthy":false,"seen":1,"failed":4}\n' }));
    hosts.overrides.set("health.sh target-2", () => ({
      stderr: "health: error: tcpdump is not installed\n",
      exitCode: 69,
    }));
    const report = await verify(hosts.request());
    expect(report.verdict).to.equal("inspected");
    expect(codesOf(report)).to.deep.equal(["HEALTH_NOT_MEASURED", "TARGET_UNHEALTHY"]);
    const [unhealthy, unmeasured] = report.pairs[0]!.findings.sort((a, b) => b.code.localeCompare(a.code));
    expect(unhealthy?.seen).to.equal("1 health checks of 10.1.1.27 answered in a row within 5 s");
    expect(unmeasured?.seen).to.include(
      "hosts/health.sh on target-2 failed (exit code 69): health: error: tcpdump is not",
    );
  });

  it("does not take a connection for an answer where health checks ask for one, and AWS does not tell", async () => {
    const { health, ...request } = hosts.request();
    expect(codesOf(await verify({ ...request, health: { ...health, protocol: "TCP" } }))).to.deep.equal([]);
    const asked = { ...health, protocol: "HTTP", path: "/healthz" } as const;
    const report = await verify({ ...request, health: asked });
    expect(report.verdict).to.equal("inspected");
    expect(codesOf(report)).to.deep.equal(["HEALTH_NOT_MEASURED"]);
    expect(report.pairs[0]?.findings[0]).to.include({
      nature: "risk",
      seen: "connections on TCP port 80 are taken; not looked at: HTTP GET /healthz on port 80 answered with 200-399",
    });
    hosts.overrides.set("health.sh target-1", () => ({ stdout: '{"healthy":false,"seen":0,"failed":4}\n' }));
    const codes = codesOf(await verify({ ...request, health: asked }));
    expect(codes).to.deep.equal(["HEALTH_NOT_MEASURED", "TARGET_UNHEALTHY"]);
  });

  const [begin, end] = ["-----BEGIN PCAP-----\n", "\n-----END PCAP-----\n"];
  const broken: [string, string, () => { stdout?: string; stderr?: string; exitCode?: number }, string][] = [
    [
      "a capture that does not start",
      "capture.sh start target-1",
      () => ({ stderr: "no tcpdump", exitCode: 69 }),
      "CAPTURE_FAILED",
    ],
    ["a capture that is not returned", "capture.sh stop target-1", () => ({ exitCode: 1 }), "CAPTURE_FAILED"],
    [
      "bytes that are no capture",
      "capture.sh stop target-1",
      () => ({
        stdout:
          '-----BEGIN PCAP-----\nbm9uc2Vuc2Ugbm9uc2Vuc2Ugbm9uc2Vuc2U=\n-----END PCAP-----\n{"id":"x","packets":0}\n',
      }),
      "CAPTURE_FAILED",
    ],
    [
      "output without its last line",
      "capture.sh stop target-1",
      () => ({ stdout: "-----BEGIN PCAP-----\n" }),
      "CAPTURE_FAILED",
    ],
    [
      "a capture that lost packets",
      "capture.sh stop target-1",
      () => ({
        stdout:
          '-----BEGIN PCAP-----\n1MOyoQIABAAAAAAAAAAAAAABAAABAAAA\n-----END PCAP-----\n{"id":"x","packets":0,"dropped":7}\n',
      }),
      // It has lost the canary, too.
      "CAPTURE_BLIND, CAPTURE_INCOMPLETE",
    ],
    [
      "a capture that lost an impossible number of packets",
      "capture.sh stop target-1",
      () => ({ stdout: `${begin}1MOyoQIABAAAAAAAAAAAAAAABAABAAAA${end}{"id":"x","packets":0,"dropped":-7}\n` }),
      "CAPTURE_FAILED",
    ],
    [
      "a capture of which every line begins a capture",
      "capture.sh stop target-1",
      () => ({ stdout: "-----BEGIN PCAP-----\n".repeat(500_000) }),
      "CAPTURE_FAILED",
    ],
  ];
  for (const [what, step, answer, code] of broken) {
    it(`is inconclusive after ${what}`, async () => {
      hosts.overrides.set(step, answer);
      const report = await verify(hosts.request());
      expect(verdictsOf(report)).to.deep.equal(all("inconclusive"));
      expect(codesOf(report).join(", ")).to.equal(code);
      expect(report.pairs[3]?.targets[1]?.requestIn, "the other target's evidence is kept").to.equal(3);
    });
  }

  it("is inconclusive where a capture was full, or lost packets, though nothing in it says so", async () => {
    for (const [fields, seen] of [
      ['"dropped":0,"truncated":true', "an unknown number of packets are missing"],
      ['"dropped":1', "1 packets are missing"],
    ] as const) {
      hosts.edited = (json) => json.replace(/"dropped".*(?=})/, fields);
      const report = await verify(hosts.request());
      expect(verdictsOf(report)).to.deep.equal(all("inconclusive"));
      expect(codesOf(report)).to.deep.equal(["CAPTURE_INCOMPLETE"]);
      expect(report.pairs[0]?.findings.map((found) => found.seen)).to.deep.equal([seen, seen]);
    }
  });

  const floods = {
    "lines without an end": "x".repeat(1024 * 1024),
    "short lines": `${"y".repeat(98)}\n`.repeat(5000),
    "what is no text": Buffer.from([0, 27, 155, 255, 13]).toString("latin1").repeat(50_000),
  };
  const steps: [string, string, string][] = [
    ["health.sh target-1", "HEALTH_NOT_MEASURED", "inspected"],
    ["capture.sh start target-1", "CAPTURE_FAILED", "inconclusive"],
    ["capture.sh stop target-1", "CAPTURE_FAILED", "inconclusive"],
    ["evidence.sh target-1", "REMOTE_COMMAND_FAILED", "inconclusive"],
    ["ping.sh source-1", "PING_FAILED", "inconclusive"],
  ];
  for (const [step, code, verdict] of steps) {
    for (const [what, text] of Object.entries(floods)) {
      it(`comes to its end where ${step} prints ${what} for ever`, async () => {
        hosts.overrides.set(step, ({ channel }) => SshServer.flood(channel, text));
        const report = await verify(hosts.request());
        expect(report.pairs[0]?.verdict).to.equal(verdict);
        expect(codesOf(report)).to.include(code);
        expect(report.pairs[3]?.ping?.received, "the others' results are kept").to.equal(3);
        expect(report.pairs.flatMap(({ findings }) => findings).find((found) => found.code === code)?.seen).to.match(
          /printed more than \d+ bytes, expected at most these$/,
        );
      });
    }
  }

  it("quotes the end of what a host says for ever on standard error, and no more than a line's worth", async () => {
    hosts.overrides.set("ping.sh source-1", () => ({ stderr: `${"x".repeat(3_000_000)} the end`, exitCode: 1 }));
    const report = await verify(hosts.request());
    const seen = report.pairs[0]?.findings.find(({ code }) => code === "PING_FAILED")?.seen ?? "";
    expect(seen).to.match(/^hosts\/ping.sh on source-1 failed \(exit code 1\): x+… \(16384 characters\)$/);
    expect(seen.length).to.be.lessThan(500);
  });

  it("takes no more of a line than a finding has room for", async () => {
    const evidence = { ...healthyEvidence("10.1.1.10", ["10.1.1.27", "10.1.2.119"]) };
    const rules = evidence.rules?.map((rule) =>
      rule.replace("nat [3:252] -A PREROUTING", "nat [3:252] -A PREROUTING -m x"),
    );
    rules?.unshift(`nat [9:9] -A PREROUTING -j DROP -m comment --comment "${"c".repeat(3_500)}"`);
    hosts.overrides.set("evidence.sh target-1", () => ({ stdout: `${JSON.stringify({ ...evidence, rules })}\n` }));
    const report = await verify(hosts.request());
    const longest = report.pairs.flatMap(({ findings }) => findings.map(({ seen }) => seen.length));
    expect(Math.max(...longest)).to.be.within(1000, 1100);
    const endless = [`nat -A PREROUTING -m comment --comment "${"c".repeat(100_000)}"`];
    hosts.overrides.set("evidence.sh target-1", () => ({
      stdout: `${JSON.stringify({ ...evidence, rules: endless })}\n`,
    }));
    const other = await verify(hosts.request());
    expect(other.verdict).to.equal("inconclusive");
    expect(codesOf(other)).to.include("REMOTE_COMMAND_FAILED");
    const lengths = renderJson(other)
      .split("\n")
      .map(({ length }) => length);
    expect(Math.max(...lengths), "a line of the report").to.be.lessThan(60_000);
  });

  it("takes no ping for real that answers what was never asked", async () => {
    const lies = [
      { sent: 3000, received: 3, answered: [1, 2, 3] },
      { sent: 3, received: 3, answered: [1, 2, 4] },
      { sent: 3, received: 3, answered: [0, 1, 2] },
    ];
    for (const { sent, received, answered } of lies) {
      const counts = `${sent} packets transmitted, ${received} received, 0% packet loss, time 400ms`;
      const json = JSON.stringify({ exit: 0, answered, duplicates: 0 });
      hosts.overrides.set("ping.sh source-1", () => ({ stdout: `${counts}\n${json}\n` }));
      const report = await verify(hosts.request());
      expect(verdictsOf(report)).to.include({ "1→1": "inconclusive", "2→2": "inspected" });
      expect(codesOf(report)).to.include("PING_FAILED");
    }
  });

  it("is inconclusive for a ping that cannot be run", async () => {
    hosts.overrides.set("ping.sh source-1", () => ({
      stdout: '{"exit":2,"answered":[],"duplicates":0}\n',
      stderr: "ping: connect: Network is unreachable\n",
    }));
    const report = await verify(hosts.request());
    expect(verdictsOf(report)).to.include({ "1→1": "inconclusive", "2→2": "inspected" });
    expect(report.pairs[0]?.findings[0]).to.deep.include({ code: "PING_FAILED", hop: "source-1" });
    expect(report.pairs[0]?.findings[0]?.seen).to.include("Network is unreachable");
  });

  it("collects and reports when it is interrupted during a ping", async () => {
    const interruption = new AbortController();
    hosts.overrides.set("ping.sh source-1", () => {
      interruption.abort();
      return undefined;
    });
    const report = await verify(hosts.request(), { signal: interruption.signal });
    expect(report.verdict).to.equal("inconclusive");
    expect(codesOf(report)).to.include("ABORTED");
    expect(hosts.captures.size, "captures that still run").to.equal(0);
    expect(hosts.events.filter((event) => event.startsWith("capture.sh stop"))).to.have.length(2);
  });

  it("blames no target that it could not ask since it was interrupted, and proves nothing", async () => {
    const interruption = new AbortController();
    hosts.overrides.set("evidence.sh target-1", () => {
      interruption.abort();
      return undefined;
    });
    const report = await verify(hosts.request(), { signal: interruption.signal });
    expect(report.pairs.map(({ verdict }) => verdict)).to.not.include("inspected");
    expect([...new Set(codesOf(report))]).to.deep.equal(["ABORTED"]);
  });

  it("leaves no capture behind when it is interrupted while they start", async () => {
    const interruption = new AbortController();
    hosts.beforeCapture = async () => {
      interruption.abort();
      await setTimeout(100);
    };
    const report = await verify(hosts.request(), { signal: interruption.signal });
    expect(report.verdict).to.equal("inconclusive");
    await setTimeout(200);
    expect(hosts.captures.size, "captures that still run").to.equal(0);
  });

  it("touches nothing when it is interrupted before it begins", async () => {
    const report = await verify(hosts.request(), { signal: AbortSignal.abort() });
    expect(report.verdict).to.equal("inconclusive");
    expect(codesOf(report)).to.deep.equal(["ABORTED"]);
    expect(hosts.events).to.deep.equal([]);
  });

  it("reports its steps", async () => {
    const lines: string[] = [];
    await verify(hosts.request(), { onProgress: (line) => lines.push(line) });
    expect(lines.join("\n"))
      .to.include("source-1 → destination-2: 3 of 3 answered")
      .and.include("capturing on target-2");
  });
});

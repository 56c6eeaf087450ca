import { expect } from "chai";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { explanation, findingCodes, similarNames } from "../../../../path/proof/explanation";
import { finding, findingKinds } from "../../../../path/proof/findings";
import {
  largePacketFindings,
  pathFindings,
  type GatewayCounts,
  type MeasuredPair,
} from "../../../../path/proof/pathFindings";
import { judge, sequences, sumCounts } from "../../../../path/proof/verdict";

type Counts = [number, number, number, number];

const gateways = { "10.1.1.27": "apne1-az4", "10.1.2.119": "apne1-az1" } as const;

/** One target that sees the given counts from each gateway. */
function measured(received: number, seen: Record<string, Counts>, edit: Partial<MeasuredPair> = {}): MeasuredPair {
  const byGateway: GatewayCounts[] = Object.entries(seen).map(([gatewayAddress, counts]) => ({
    target: "target-1",
    gatewayAddress,
    gatewayAzId: (gateways as Record<string, string>)[gatewayAddress],
    requestIn: counts[0],
    requestOut: counts[1],
    replyIn: counts[2],
    replyOut: counts[3],
  }));
  const sum = sumCounts(byGateway);
  const ping = { transmitted: 5, received, loss: 100 - received * 20 };
  const expectReply = edit.expectReply ?? true;
  return {
    source: { name: "source", azId: "apne1-az4", address: "10.0.1.10" },
    destination: { name: "destination", azId: "apne1-az1", address: "10.0.3.10" },
    expectReply,
    ping,
    targets: [{ target: "target-1", azId: "apne1-az4", ...sum }],
    judgement: judge({
      ping: { transmitted: 5, answered: sequences(received) },
      seen: {
        requestIn: sequences(sum.requestIn),
        requestOut: sequences(sum.requestOut),
        replyIn: sequences(sum.replyIn),
        replyOut: sequences(sum.replyOut),
      },
      expectReply,
      captured: true,
      oneEndpoint: true,
    }),
    byGateway,
    endpoints: { request: {}, reply: {} },
    bare: [],
    ...edit,
  };
}

function codes(pair: MeasuredPair): string[] {
  return pathFindings(pair).map(({ code }) => code);
}

describe("Findings of a pair", () => {
  it("has none to an inspected path", () => {
    expect(codes(measured(5, { "10.1.1.27": [5, 5, 5, 5] }))).to.deep.equal([]);
  });

  it("names the endpoints when replies came through another one than requests, inspected or not", () => {
    const through = (request: Record<string, number>, reply: Record<string, number>, received = 5) =>
      pathFindings(measured(received, { "10.1.1.27": [5, 5, 5, 5] }, { endpoints: { request, reply } }));
    const [found, ...others] = through({ "vpce-1": 5 }, { "vpce-2": 5 });
    expect(others).to.deep.equal([]);
    expect(found).to.deep.include({
      code: "RETURN_THROUGH_OTHER_ENDPOINT",
      hop: "route destination → source",
      seen: "requests through vpce-1 (5), replies through vpce-2 (5)",
    });
    expect(through({ "vpce-1": 5 }, { "vpce-1": 3, "vpce-2": 2 }).map(({ seen }) => seen)).to.deep.equal([
      "requests through vpce-1 (5), replies through vpce-1 (3), vpce-2 (2)",
    ]);
    const lost = through({ "vpce-1": 5 }, { "vpce-2": 5 }, 0).map(({ code }) => code);
    expect(lost).to.include("RETURN_THROUGH_OTHER_ENDPOINT");
  });

  it("says that large packets alone are lost, and nothing where small ones are lost, too, or large ones were not sent", () => {
    const lost = (received: number, large?: { size: number; transmitted: number; received: number }) => {
      const ping = { transmitted: 5, received, loss: 100 - received * 20, ...(large && { large }) };
      return largePacketFindings({ ...measured(received, {}), ping });
    };
    expect(lost(5, { size: 8500, transmitted: 3, received: 0 })).to.deep.equal([
      finding("LARGE_PACKETS_LOST", "source → destination", "0 of 3 packets of 8500 bytes answered, 5 of 5 small ones"),
    ]);
    expect(lost(5, { size: 8500, transmitted: 3, received: 1 })).to.deep.equal([]);
    expect(lost(4, { size: 8500, transmitted: 3, received: 0 })).to.deep.equal([]);
    expect(lost(5)).to.deep.equal([]);
  });

  it("says nothing of endpoints when replies came through the same ones, or one direction was not seen", () => {
    const seen = { "10.1.1.27": [5, 5, 5, 5] } satisfies Record<string, Counts>;
    for (const [request, reply] of [
      [{ "vpce-1": 5 }, { "vpce-1": 5 }],
      [{ "vpce-1": 5 }, {}],
      [{}, { "vpce-1": 5 }],
    ] as const) {
      expect(codes(measured(5, seen, { endpoints: { request, reply } }))).to.deep.equal([]);
    }
  });

  it("says which packets went round the targets where others did not", () => {
    const found = pathFindings(measured(5, { "10.1.1.27": [2, 2, 3, 3] }));
    expect(found.map(({ code, seen }) => [code, seen])).to.deep.equal([
      ["FORWARD_PATH_BYPASSES_ENDPOINT", "5 of 5 requests answered, requests 3–5 seen on no target"],
      ["RETURN_PATH_BYPASSES_ENDPOINT", "5 replies received, those to requests 4, 5 seen on no target"],
    ]);
  });

  it("says what was seen more than once, on targets and by ping, whatever the verdict", () => {
    const pair = measured(5, { "10.1.1.27": [5, 5, 5, 5] });
    const judgement = { ...pair.judgement, repeated: ["request 1 in 2 times"] };
    const found = pathFindings({ ...pair, judgement, ping: { transmitted: 5, received: 5, loss: 0, duplicates: 3 } });
    expect(found.map(({ code, seen }) => [code, seen])).to.deep.equal([
      ["PACKETS_DUPLICATED", "request 1 in 2 times; ping got 3 answers more than once"],
    ]);
  });

  it("names the bypassing direction, and both when nothing was seen", () => {
    expect(codes(measured(5, { "10.1.1.27": [5, 5, 0, 0] }))).to.deep.equal(["RETURN_PATH_BYPASSES_ENDPOINT"]);
    expect(codes(measured(5, { "10.1.1.27": [0, 0, 5, 5] }))).to.deep.equal(["FORWARD_PATH_BYPASSES_ENDPOINT"]);
    expect(codes(measured(5, {}))).to.deep.equal(["FORWARD_PATH_BYPASSES_ENDPOINT", "RETURN_PATH_BYPASSES_ENDPOINT"]);
  });

  it("names the gateway whose packets a target kept, and only that one", () => {
    const found = pathFindings(measured(0, { "10.1.1.27": [2, 2, 0, 0], "10.1.2.119": [3, 0, 0, 0] }));
    expect(found).to.have.length(1);
    expect(found[0]).to.deep.include({
      code: "NOT_SENT_BACK",
      hop: "target-1",
      seen: "from 10.1.2.119 (apne1-az1): requests 3 in / 0 out, replies 0 in / 0 out",
    });
  });

  it("says when no target is in the source's AZ, only if nothing reached any", () => {
    const pair = measured(0, {});
    expect(codes(pair)).to.deep.equal(["NOT_SEEN_AT_ANY_TARGET"]);
    const elsewhere = { ...pair, targets: pair.targets.map((target) => ({ ...target, azId: "apne1-az1" })) };
    expect(codes(elsewhere)).to.deep.equal(["NOT_SEEN_AT_ANY_TARGET", "ELBV2_NO_TARGETS_IN_AZ"]);
    expect(codes({ ...measured(0, { "10.1.1.27": [5, 0, 0, 0] }), targets: elsewhere.targets })).to.deep.equal([
      "NOT_SENT_BACK",
    ]);
  });

  it("tells the three ways to be lost after the target apart", () => {
    expect(codes(measured(0, { "10.1.1.27": [5, 5, 0, 0] }))).to.deep.equal(["DESTINATION_DOES_NOT_ANSWER"]);
    expect(codes(measured(0, { "10.1.1.27": [5, 5, 5, 0] }))).to.deep.equal(["NOT_SENT_BACK"]);
    expect(codes(measured(0, { "10.1.1.27": [5, 5, 5, 5] }))).to.deep.equal(["REPLY_LOST_AFTER_TARGET"]);
  });

  it("shows the counts of a partial path and what does not fit of a contradicting one", () => {
    const [partial] = pathFindings(measured(3, { "10.1.1.27": [5, 5, 3, 3] }));
    expect(partial).to.deep.include({
      code: "PACKETS_LOST",
      seen: "3 of 5 answered; requests 5 in / 5 out, replies 3 in / 3 out",
    });
    const [contradicting] = pathFindings(measured(5, { "10.1.1.27": [10, 10, 5, 5] }));
    expect(contradicting?.code).to.equal("EVIDENCE_CONTRADICTS_ITSELF");
    expect(contradicting?.seen).to.match(/requests 6–10 .* 5 requests/);
  });

  it("names GENEVE from an address that is none of the GWLB's", () => {
    const found = pathFindings(measured(5, { "10.1.9.9": [5, 5, 5, 5] }));
    expect(found.map(({ code, seen }) => [code, seen])).to.deep.equal([
      ["UNKNOWN_GATEWAY_ADDRESS", "10 from 10.1.9.9"],
    ]);
  });

  it("says nothing about bypass where no reply was expected and none came", () => {
    expect(codes(measured(0, { "10.1.1.27": [5, 5, 0, 0] }, { expectReply: false }))).to.deep.equal([]);
  });

  it("always says what was seen, what was expected and how to mend it, and docs/findings.md has every code", () => {
    for (const code of findingCodes()) {
      const made = finding(code, "hop", "seen");
      for (const text of [made.expected, made.remedy, findingKinds[code].meaning]) {
        expect(text, code).to.have.length.greaterThan(10);
      }
    }
    // By `npm run findings`, and formatted as all documents are.
    const page = readFileSync(path.join(__dirname, "../../../../docs/findings.md"), "utf8");
    const plain = (text: string): string => text.replaceAll("\\", "").trim();
    expect(plain(page.slice(page.indexOf("\n## ")))).to.equal(plain(findingCodes().map(explanation).join("\n\n")));
  });

  it("of a misspelled code names those that come near", () => {
    expect(similarNames("target_not_exercized", findingCodes())[0]).to.equal("TARGET_NOT_EXERCISED");
    expect(similarNames("target_unhelthy", findingCodes())[0]).to.equal("TARGET_UNHEALTHY");
    expect(similarNames("nonsense", findingCodes())).to.deep.equal([]);
    expect(similarNames("x".repeat(1e6), findingCodes())).to.deep.equal([]);
  });

  it("of a short name with a typo is told, too, before what only shares pieces with it", () => {
    const names = ["region", "registerNewTargets", "rd", "verification"];
    expect(similarNames("regoin", names)).to.deep.equal(["region"]);
    expect(similarNames("Regions", names)[0]).to.equal("region");
    expect(similarNames("ab", names)).to.deep.equal([]);
  });
});

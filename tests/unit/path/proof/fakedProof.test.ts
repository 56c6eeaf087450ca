import { expect } from "chai";
import { linkTypes } from "../../../../path/net/packet";
import { decodePcap, encodePcap } from "../../../../path/net/pcap";
import type { TargetCapture } from "../../../../path/proof/captured";
import {
  canary,
  capturesOf,
  goodWorld,
  nonceOf,
  passing,
  pcapOf,
  reportOn,
  type World,
} from "../../verification/worlds";
import { linuxCooked } from "../net/packets";

/** Attempts to have a path reported as inspected that is not. All pings are answered, or there would be nothing to fake. */

const bypassed: World = {
  ...goodWorld,
  pairs: goodWorld.pairs.map((each) => each.map((one) => ({ ...one, request: "unseen", reply: "unseen" }))),
};
const [earlier, theirs] = ["ffeeddccbbaa9988", "0123456789abcdef"].map((begin) => `${begin}0000000000000000`);

/** What targets would have seen of both pairs' pings, with another nonce. */
function framesWith(nonce: string, target: number): Buffer[] {
  return [0, 1]
    .flatMap((pair) =>
      [1, 2].flatMap((sequence) =>
        (["request", "reply"] as const).flatMap((kind) => passing(pair, kind, sequence, "through", { nonce })),
      ),
    )
    .filter((each) => each.target === target)
    .map(({ frame }) => frame);
}

function withFrames(frames: (target: number) => Buffer[]): TargetCapture[] {
  return capturesOf(bypassed).map((capture, target) => ({ ...capture, pcap: pcapOf(frames(target)) }));
}

describe("A proof that somebody tries to fake", () => {
  it("would be taken for one if the packets were this measurement's", () => {
    const whole = withFrames((target) => [
      canary(target),
      ...[0, 1].flatMap((pair) => framesWith(nonceOf(pair), target)),
    ]);
    // Those of the other pair's nonce are strangers to it; here both pairs' are there.
    expect(reportOn(bypassed, whole).pairs.map(({ verdict }) => verdict)).to.deep.equal(["inspected", "inspected"]);
  });

  it("by the capture of an earlier measurement, with or without this one's canary", () => {
    expect(
      reportOn(
        bypassed,
        withFrames((target) => framesWith(earlier ?? "", target)),
      ).verdict,
    ).to.equal("inconclusive");
    const withCanary = withFrames((target) => [canary(target), ...framesWith(earlier ?? "", target)]);
    expect(reportOn(bypassed, withCanary).verdict).to.equal("bypassed");
  });

  it("by a tcpdump that prints an old capture, with the marker that it is told in place of the old one: no target is told the nonces", () => {
    const forged = withFrames((target) => [
      canary(target),
      ...[0, 1].flatMap(() => framesWith(nonceOf(0).slice(0, 16) + "8899aabbccddeeff", target)),
    ]);
    expect(reportOn(bypassed, forged).pairs.map(({ verdict }) => verdict)).to.deep.equal(["bypassed", "bypassed"]);
  });

  it("by another consumer's pings between the same addresses, through the same service", () => {
    const captures = withFrames((target) => [canary(target), ...framesWith(theirs ?? "", target)]);
    expect(reportOn(bypassed, captures).verdict).to.equal("bypassed");
    // Of this measurement, but another pair's.
    const swapped = withFrames((target) => [
      canary(target),
      ...[0, 1].flatMap((pair) =>
        [1, 2].flatMap((sequence) =>
          (["request", "reply"] as const).flatMap((kind) =>
            passing(pair, kind, sequence, "through", { nonce: nonceOf(1 - pair) })
              .filter((each) => each.target === target)
              .map(({ frame }) => frame),
          ),
        ),
      ),
    ]);
    expect(reportOn(bypassed, swapped).verdict).to.equal("bypassed");
  });

  it("by a tcpdump that gives back a capture of nothing, of the other target, or of the canary alone", () => {
    expect(
      reportOn(
        bypassed,
        withFrames(() => []),
      ).verdict,
    ).to.equal("inconclusive");
    const captures = capturesOf(goodWorld);
    const exchanged = captures.map((capture, index) => ({
      ...capture,
      pcap: captures[1 - index]?.pcap ?? Buffer.alloc(0),
    }));
    expect(reportOn(goodWorld, exchanged).verdict).to.equal("inconclusive");
    expect(
      reportOn(
        bypassed,
        withFrames((target) => [canary(target)]),
      ).verdict,
    ).to.equal("bypassed");
  });

  it("by a route that flaps: some packets cross a target, others go round, in one direction or both", () => {
    for (const round of [["request"], ["reply"], ["request", "reply"]] as const) {
      const flapping = goodWorld.pairs.map((each) =>
        each.map((one, index) =>
          index === 0 ? one : { ...one, ...Object.fromEntries(round.map((kind) => [kind, "unseen" as const])) },
        ),
      );
      const { verdict } = reportOn({ ...goodWorld, pairs: flapping });
      expect(verdict).to.equal(round.length === 2 ? "bypassed" : "one-way");
    }
  });

  it("by copies of a packet that crossed, in place of those that did not", () => {
    const [[first] = []] = goodWorld.pairs;
    if (first === undefined) throw new Error("no packet");
    const copies = goodWorld.pairs.map(() => [
      { ...first, request: "twice" as const, reply: "twice" as const },
      { ...first, request: "unseen" as const, reply: "unseen" as const },
    ]);
    expect(reportOn({ ...goodWorld, pairs: copies }).verdict).to.equal("bypassed");
  });

  it("by packets that come to one target and leave another, or go back to another gateway than they came from", () => {
    for (const passage of ["elsewhere", "otherGateway"] as const) {
      const pairs = goodWorld.pairs.map((each) => each.map((one) => ({ ...one, request: passage, reply: passage })));
      expect(reportOn({ ...goodWorld, pairs }).verdict, passage).to.equal("inconclusive");
    }
  });

  it("by a tee: the answered packet goes round, its copy comes to a target and is dropped there or comes twice", () => {
    for (const passage of ["kept", "twice"] as const) {
      const pairs = goodWorld.pairs.map((each) => each.map((one) => ({ ...one, request: passage, reply: passage })));
      expect(reportOn({ ...goodWorld, pairs }).verdict, passage).to.equal("inconclusive");
    }
  });

  it("by a target that changes the flow cookie, whose packets the GWLB drops while the answered ones go round", () => {
    const pairs = goodWorld.pairs.map((each) =>
      each.map((one) => ({ ...one, request: "otherCookie" as const, reply: "otherCookie" as const })),
    );
    const report = reportOn({ ...goodWorld, pairs });
    expect(report.verdict).to.equal("inconclusive");
    expect(report.pairs[0]?.findings[0]?.code).to.equal("GENEVE_HEADER_CHANGED");
  });

  it("by flows that the GWLB still knows, though no target may get the next one", () => {
    const report = reportOn({ ...goodWorld, inUse: [false, true] });
    expect(report.verdict).to.equal("inconclusive");
    const [first, second] = report.pairs.map(({ verdict, findings }) => [verdict, ...findings.map(({ code }) => code)]);
    expect(first).to.deep.equal(["inconclusive", "NO_NEW_FLOWS"]);
    expect(second).to.deep.equal(["inspected"]);
    // With cross-zone the other target gets it, which flows have to exercise.
    const across: World = {
      ...goodWorld,
      crossZone: true,
      inUse: [false, true],
      flows: [[{ target: 1, back: true }], []],
    };
    expect(reportOn({ ...across, flows: [[], []] }).verdict).to.equal("inconclusive");
    expect(reportOn(across).pairs[0]).to.deep.include({ verdict: "inspected", findings: [] });
  });

  it("says that flows came to no target where pings did, which may be of a flow that the GWLB knew", () => {
    const { verdict, pairs } = reportOn({ ...goodWorld, lostFlows: 16, flows: [[], []] });
    expect(verdict).to.equal("inspected");
    expect(pairs.map(({ findings }) => findings.map(({ code, nature }) => `${code} ${nature}`))).to.deep.equal([
      ["FLOWS_NOT_SEEN risk"],
      ["FLOWS_NOT_SEEN risk"],
    ]);
    expect(pairs[0]?.findings[0]?.seen).to.equal("none of 16 flows came to a target");
  });

  it("by packets that leave a target by another interface, unless answers show that it leads to the GWLB, for flows, too", () => {
    const byTwo = capturesOf(goodWorld).map(({ pcap, ...capture }) => {
      const packets = decodePcap(pcap ?? Buffer.alloc(0)).packets.map((each) => {
        const packet = each.data.subarray(14);
        // The source address of the outer header.
        const isOut = capture.address === [...packet.subarray(12, 16)].join(".");
        return { ...each, data: linuxCooked(isOut ? 3 : 2, isOut ? 4 : 0, packet) };
      });
      return { ...capture, pcap: encodePcap({ linkType: linkTypes.linuxSll2, packets }) };
    });
    const report = reportOn(goodWorld, byTwo);
    expect(report.pairs.map(({ verdict, findings }) => [verdict, findings])).to.deep.equal(
      [0, 1].map(() => ["inspected", []]),
    );
    expect(report.exercise?.map(({ exercised, flowsIn, flowsOut }) => [exercised, flowsOut === flowsIn])).to.deep.equal(
      [
        [true, true],
        [true, true],
      ],
    );
    const unanswered = goodWorld.pairs.map((each) => each.map((one) => ({ ...one, answered: false })));
    const lost = reportOn({ ...goodWorld, pairs: unanswered }, byTwo);
    expect(lost.exercise?.map(({ flowsIn, flowsOut }) => flowsIn > 0 && flowsOut === 0)).to.deep.equal([true, true]);
    for (const { verdict, findings } of lost.pairs) {
      expect(verdict).not.to.equal("inspected");
      expect(findings.map(({ code }) => code)).to.include("SENT_BACK_ELSEWHERE");
    }
  });

  it("by old state that still carries this measurement's packets", () => {
    const report = reportOn({ ...goodWorld, hosts: ["noRules", "noRules"] });
    expect(report.verdict).to.equal("inconclusive");
    expect(report.pairs[0]?.findings[0]?.code).to.equal("HAIRPIN_RULE_MISSING");
  });
});

import { expect } from "chai";
import type { TargetGroupApi } from "../../../lab/commands/failover/api";
import { failoverEvents, type FailoverEvent } from "../../../lab/commands/failover/events";
import { figuresOf, readPings, readStreams, type Figures } from "../../../lab/commands/failover/figures";
import { refuseUnhealthy, type Scene } from "../../../lab/commands/failover/run";
import {
  failoverMarkdown,
  failoverTable,
  type FailoverReport,
  type Measured,
} from "../../../lab/commands/failover/table";

/** Lines of `ping -D -O`: answered ones at a tenth of a second each, others told of as missing when the next one is sent. */
function pingLines(sent: number, isAnswered: (sequence: number) => boolean): string {
  const at = (sequence: number): string => `[${(1000 + sequence / 10).toFixed(6)}]`;
  const lines = Array.from({ length: sent }, (_, index) => index + 1).map((sequence) =>
    isAnswered(sequence)
      ? `${at(sequence)} 64 bytes from 10.2.20.16: icmp_seq=${sequence} ttl=60 time=1.08 ms`
      : `${at(sequence + 1)} no answer yet for icmp_seq=${sequence}`,
  );
  return ["PING 10.2.20.16 (10.2.20.16) 56(84) bytes of data.", ...lines, ""].join("\n");
}

/** A stream that has answers each tenth of a second of these spans, which are seconds after 1000. */
function stream(index: number, ...spans: [number, number][]): string {
  return spans
    .flatMap(([from, to]) => Array.from({ length: Math.round((to - from) * 10) }, (_, tick) => from + tick / 10))
    .map((at) => `answer ${index} ${1000 + at}\n`)
    .join("");
}

const moments = { made: 1002, healed: 1008, ended: 1010 };
const none = readPings("");
const noStreams = readStreams("");

describe("What a lab's failover did to traffic", () => {
  const figures = (pings: string): Figures => figuresOf(readPings(pings), noStreams, 0, moments);

  it("is nothing where every ping was answered", () => {
    const { sent, lost, without } = figures(pingLines(100, () => true));
    expect({ sent, lost, without: without.toFixed(1) }).to.deep.equal({ sent: 100, lost: 0, without: "0.1" });
  });

  it("counts lost pings, and the time from the last answer before them to the next one", () => {
    const { sent, lost, without } = figures(pingLines(100, (sequence) => sequence <= 30 || sequence > 55));
    expect({ sent, lost, without: without.toFixed(1) }).to.deep.equal({ sent: 100, lost: 25, without: "2.6" });
  });

  it("counts an answer that came late as one, and one that came twice once", () => {
    const late = `${pingLines(3, () => true)}[1000.400000] no answer yet for icmp_seq=4\n[1000.450000] 64 bytes from 10.2.20.16: icmp_seq=4 ttl=60 time=150 ms\n`;
    expect(figures(late)).to.include({ sent: 4, lost: 0 });
    const again = "[1009.000000] 64 bytes from 10.2.20.16: icmp_seq=3 ttl=60 time=8700 ms (DUP!)\n";
    expect([...readPings(pingLines(3, () => true) + again).answers.values()]).to.deep.equal([1000.1, 1000.2, 1000.3]);
  });

  it("counts the time without service to the end where it does not come back", () => {
    const { lost, without } = figures(pingLines(100, (sequence) => sequence <= 30));
    expect({ lost, without: without.toFixed(1) }).to.deep.equal({ lost: 70, without: "7.0" });
  });

  it("tells streams that went on, paused and went on, were cut, and were silent in the end", () => {
    const text = [
      stream(0, [0, 10]),
      stream(1, [0, 2.5], [3.2, 10]),
      stream(2, [0, 2.5], [7, 10]),
      stream(3, [0, 4]),
      `${stream(4, [0, 10])}end 4 1009.95\n`,
    ].join("");
    const found = figuresOf(none, readStreams(text), 6, moments);
    expect(found).to.include({ wentOn: 2, stalled: 1, cut: 3 });
    expect(found.pause).to.be.closeTo(4.6, 0.01);
  });

  it("is no pause of a stream when it paused before the event", () => {
    expect(figuresOf(none, readStreams(stream(0, [0, 0.3], [1.9, 10])), 1, moments)).to.include({
      wentOn: 1,
      pause: 0,
    });
  });

  it("counts new connections that were asked for from the event until it was healed", () => {
    const text = "new 1001.9 0\nnew 1002.0 0\nnew 1005 1\nnew 1007.9 1\nnew 1008 1\n";
    expect(figuresOf(none, readStreams(text), 0, moments)).to.include({ asked: 3, opened: 2 });
  });
});

describe("What a lab's failover does to targets", () => {
  /** A scene whose target 10.1.20.18 is an address, and which tells what it is asked for. */
  function scene(states: Record<string, string>): { scene: Scene; asked: string[] } {
    const asked: string[] = [];
    const telling =
      (what: string) =>
      (ids: string[]): Promise<void> =>
        Promise.resolve(void asked.push(`${what} ${ids.join(" ")}`));
    const api = {
      health: () => Promise.resolve(new Map(Object.entries(states))),
      ...Object.fromEntries(["stop", "start", "reboot", "register", "deregister"].map((each) => [each, telling(each)])),
    } as unknown as TargetGroupApi;
    const exec: Scene["exec"] = (instance, command) => telling("exec")([instance, command.join(" ").slice(0, 24)]);
    const instanceOf = (target: string): string => (target === "10.1.20.18" ? "i-1" : target);
    return { scene: { api, exec, instanceOf } as Scene, asked };
  }

  it("is done to the instance of a target that is registered by its address, but for its registration", async () => {
    const { scene: means, asked } = scene({});
    for (const event of Object.values<FailoverEvent>(failoverEvents)) {
      await event.make(means, ["10.1.20.18"]);
      await event.heal(means, ["10.1.20.18"]);
    }
    expect(asked).to.deep.equal([
      ...["stop i-1", "start i-1", "deregister 10.1.20.18", "register 10.1.20.18", "reboot i-1"],
      ...["exec i-1 sh -c systemctl stop $(s", "exec i-1 sh -c systemctl start $(", "stop i-1", "start i-1"],
    ]);
  });

  it("is not begun where there is no target, or one that is not healthy, which is named", async () => {
    await refuseUnhealthy(scene({ "i-1": "healthy", "i-2": "healthy" }).scene);
    for (const [states, said] of [
      [{ "i-1": "healthy", "i-2": "unhealthy", "i-3": "draining" }, "Targets: i-2 unhealthy, i-3 draining: expected"],
      [{}, "Targets: none: expected"],
    ] as const) {
      const refused = await refuseUnhealthy(scene(states).scene).then(
        () => "begun",
        (error: unknown) => String(error),
      );
      expect(refused).to.include(said);
    }
  });
});

describe("The table of a lab's failover", () => {
  const of = (changes: Partial<Measured>, figures: Partial<Figures> = {}): Measured => ({
    event: "deregister",
    failover: "no_rebalance",
    crossZone: false,
    moved: 0,
    unhealthyAfter: 0.41,
    state: "unused",
    figures: {
      ...{ sent: 137, lost: 71, without: 7.2, wentOn: 0, stalled: 10, cut: 0, pause: 12.43, asked: 12, opened: 0 },
      ...figures,
    },
    ...changes,
  });
  const report: FailoverReport = {
    source: "system-source-apne1-az4",
    destination: "system-destination-apne1-az4",
    scale: 0.01,
    settings: {
      ...{ failover: "no_rebalance", crossZone: false, stickiness: "5-tuple", deregistrationDelay: 300 },
      ...{ interval: 10, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
    },
    measured: [
      of({}),
      of(
        { event: "zone", failover: "rebalance", crossZone: true, moved: 6, state: "draining" },
        { wentOn: 4, stalled: 5, cut: 1, pause: 2.1, opened: 10, lost: 9, without: 1 },
      ),
    ],
  };
  const table = (width: number): string => failoverTable(report, { width, colour: false });

  it("has a line for each event where the terminal has 100 columns", () => {
    expect(table(100).split("\n")).to.deep.equal([
      "event         failover      cross-zone  lost    without  streams  pause  moved  new    not healthy",
      "deregistered  no_rebalance  off         71/137  7.2      0/10/0   12.4   0      0/12   0.4 unused",
      "AZ stopped    rebalance     on          9/137   1.0      4/5/1    2.1    6      10/12  0.4 draining",
    ]);
  });

  it("has a block for each in 80 columns, with all that it has to tell", () => {
    const lines = table(80).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(80);
    for (const text of ["71/137", "streams: 4/5/1", "new: 10/12", "not healthy: 0.4 draining"]) {
      expect(lines.join("\n")).to.include(text);
    }
  });

  it("says of what no API ever called unhealthy that it never did", () => {
    const { unhealthyAfter, state, ...healthy } = of({});
    void [unhealthyAfter, state];
    expect(failoverTable({ ...report, measured: [healthy] }, { width: 200, colour: false })).to.match(/never$/);
  });

  it("is a table of Markdown for a page, under what it was made by", () => {
    const [said, , head, rule, first, ...more] = failoverMarkdown(report).split("\n");
    expect(said).to.match(
      /stickiness 5-tuple.*unhealthy after 2.*deregistration delay 300 s.*by 0\.01, and never AWS's\./,
    );
    expect(head).to.match(/^\| event \| failover /);
    expect(rule).to.equal(`|${" --- |".repeat(10)}`);
    expect(first).to.equal(
      "| deregistered | no_rebalance | off | 71/137 | 7.2 | 0/10/0 | 12.4 | 0 | 0/12 | 0.4 unused |",
    );
    expect(more).to.have.length(1);
  });
});

import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const script = fs.readFileSync(path.join(__dirname, "../../../hosts/capture.sh"), "utf8");

/**
 * What `capture.sh stop` makes of a capture whose tcpdump ends with these words; needs no root and no tcpdump.
 *
 * @param early whether it had ended before
 */
function stopped(log: string, early = false): { exitCode: number | null; last: string; stderr: string } {
  const run = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-capture-"));
  const directory = path.join(run, "gwlb-inspection-capture-one");
  fs.mkdirSync(directory);
  // Ends by the first signal. Process ids go up to 4194304 (proc(5), kernel.pid_max).
  const pid = early ? 4_194_305 : (spawn("sleep", ["60"], { stdio: "ignore" }).pid ?? 0);
  for (const [file, content] of Object.entries({ log, pid: `${pid}`, session: "", "capture.pcap": "pcap" })) {
    fs.writeFileSync(path.join(directory, file), content);
  }
  try {
    const text = script.replaceAll("/run/", `${run}/`).replace('"$(id -u)" = 0', "0 = 0");
    const { status, stdout, stderr } = spawnSync("sh", ["-s", "--", "stop", "--id", "one"], {
      input: text,
      encoding: "utf8",
    });
    expect(fs.readdirSync(run)).to.deep.equal([]);
    return { exitCode: status, last: stdout.trimEnd().split("\n").at(-1) ?? "", stderr };
  } finally {
    fs.rmSync(run, { recursive: true });
  }
}

describe("capture.sh stop", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  const listening = "tcpdump: listening on ens5, link-type EN10MB (Ethernet), snapshot length 256 bytes\n";
  const end = (captured: number, filtered: number, dropped: number): string =>
    [
      [captured, "captured"],
      [filtered, "received by filter"],
      [dropped, "dropped by kernel"],
    ]
      .map(([number, what]) => `${number} packet${number === 1 ? "" : "s"} ${what}\n`)
      .join("");
  const asked = "tcpdump: 3 packets captured, 3 packets received by filter, 0 packets dropped by kernel\n";
  const of = (packets: number, dropped: number, truncated: boolean) => ({ id: "one", packets, dropped, truncated });

  const cases: [string, string, object][] = [
    ["whole", end(40, 40, 0), of(40, 0, false)],
    ["whole, of one packet", asked + end(1, 1, 0), of(1, 0, false)],
    ["short of what the kernel dropped", asked + end(40, 52, 12), of(40, 12, false)],
    ["short of one packet", end(40, 41, 1), of(40, 1, false)],
    ["one short of its limit", end(99_999, 99_999, 0), of(99_999, 0, false)],
    ["cut off at its limit", end(100_000, 100_020, 0), of(100_000, 0, true)],
    ["cut off at its limit, and short", asked + end(100_000, 100_020, 7), of(100_000, 7, true)],
  ];
  for (const [what, log, expected] of cases) {
    it(`tells a capture that is ${what}`, () => {
      const { exitCode, last, stderr } = stopped(listening + log);
      expect(exitCode, stderr).to.equal(0);
      expect(JSON.parse(last)).to.deep.equal(expected);
    });
  }

  it("takes no capture for whole whose tcpdump had ended by itself, but for its limit", () => {
    const { exitCode, stderr } = stopped(listening + end(3, 3, 0), true);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("tcpdump ended by itself, after 3 packets");
    expect(stopped(listening + end(100_000, 100_020, 0), true).exitCode).to.equal(0);
  });

  it("takes no capture for whole whose tcpdump has not told of it", () => {
    for (const log of [
      "",
      end(40, 40, 0).replace(/.*dropped.*\n/, ""),
      "tcpdump: pcap_loop: The interface went down\n",
    ]) {
      const { exitCode, stderr } = stopped(listening + log);
      expect(exitCode).to.equal(1);
      expect(stderr).to.include("tcpdump ended without its statistics");
    }
  });
});

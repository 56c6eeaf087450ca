import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const script = fs.readFileSync(path.join(__dirname, "../../../hosts/evidence.sh"), "utf8");

/** What `evidence.sh` tells where conntrack and tc print this; the machine's own commands tell the rest. Needs no root. */
function toldOf(conntrack: string, queues = ""): Record<string, unknown> {
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-evidence-"));
  try {
    fs.writeFileSync(path.join(bin, "lines"), conntrack);
    fs.writeFileSync(path.join(bin, "conntrack"), `#!/bin/sh\ncat '${bin}/lines'\n`, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "queues"), queues);
    // `tc qdisc show` prints queues, `tc filter show` nothing.
    const tc = `#!/bin/sh\n[ "$1" != qdisc ] || cat '${bin}/queues'\n`;
    const ip = `#!/bin/sh\ncase $* in *address*) echo "2: ens5    inet 10.1.21.18/24 scope global ens5" ;; esac\n`;
    fs.writeFileSync(path.join(bin, "tc"), tc, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "ip"), ip, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "ss"), "#!/bin/sh\n", { mode: 0o755 });
    const text = script.replace("PATH=", `PATH=${bin}:`).replace('"$(id -u)" = 0', "0 = 0");
    const args = ["--address", "10.1.21.18", "--gateway-address", "10.1.11.16", "--gateway-address", "10.1.10.16"];
    const { status, stdout, stderr } = spawnSync("sh", ["-s", "--", ...args], { input: text, encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
  } finally {
    fs.rmSync(bin, { recursive: true });
  }
}

/** As `conntrack -L -p udp` of conntrack-tools 1.4.7 prints a flow: as it came, and how answers to it would. */
function flow(from: [string, string, number, number], answer: [string, string, number, number]): string {
  const [one, other] = [from, answer].map(
    ([source, destination, sourcePort, port]) => `src=${source} dst=${destination} sport=${sourcePort} dport=${port}`,
  );
  return `udp      17 454 ${one} [UNREPLIED] ${other} mark=0 use=1\n`;
}

describe("evidence.sh", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  const [gateway, target, port] = ["10.1.11.16", "10.1.21.18", 63_876];
  const good = flow([gateway, target, port, 6081], [gateway, target, 6081, port]);

  it("counts the flows of the GWLB that the kernel does not send back as they came", () => {
    const strays = [
      // Begun with no way back by the target's interface, with no rule, and with another program's port.
      flow([gateway, target, 63_422, 6081], [gateway, gateway, 6081, 63_422]),
      flow([gateway, target, 63_423, 6081], [target, gateway, 6081, 63_423]),
      flow([gateway, target, 63_424, 6081], [gateway, target, 6081, 1024]),
    ];
    expect(toldOf(good + strays.join(""))["strayFlows"]).to.equal(3);
  });

  it("names queues that may drop or delay, and not those that Linux takes by itself", () => {
    const own = [
      "mq 0: root",
      "pfifo_fast 0: parent :1 bands 3",
      "fq_codel 0: parent :2",
      "noqueue 0: root refcnt 2",
      "clsact ffff: parent ffff:fff1",
    ];
    const others = [
      "tbf 8001: root refcnt 2 rate 8Kbit burst 400b lat 1ms",
      "netem 8002: root refcnt 2 limit 1000 loss 30%",
    ];
    const shown = [...own, ...others].map((each) => `qdisc ${each}\n`).join("");
    expect(toldOf("", shown)["trafficControl"]).to.deep.equal(others.map((each) => `queue ${each}`));
  });

  it("counts no others' flows", () => {
    const others = [
      flow(["10.9.9.9", target, port, 6081], [target, "10.9.9.9", 6081, port]),
      flow([gateway, target, port, 53], [target, gateway, 53, port]),
      // The target's own canary.
      flow([target, gateway, 40_000, 6081], [gateway, target, 6081, 40_000]),
    ];
    expect(toldOf(good + others.join(""))["strayFlows"]).to.equal(0);
    expect(toldOf("")["strayFlows"]).to.equal(0);
  });
});

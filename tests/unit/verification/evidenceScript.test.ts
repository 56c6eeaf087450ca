import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";

const script = fs.readFileSync(path.join(__dirname, "../../../hosts/evidence.sh"), "utf8");

/** What `evidence.sh` tells where conntrack and tc print this; the machine's own commands tell the rest. Needs no root. */
async function toldOf(
  conntrack: string,
  {
    queues = "",
    links = "",
    address = "10.1.21.18",
    more = [],
  }: { queues?: string; links?: string; address?: string; more?: string[] } = {},
): Promise<Record<string, unknown>> {
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-evidence-"));
  try {
    fs.writeFileSync(path.join(bin, "lines"), conntrack);
    fs.writeFileSync(path.join(bin, "conntrack"), `#!/bin/sh\ncat '${bin}/lines'\n`, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "queues"), queues);
    // `tc qdisc show` prints queues, `tc filter show` nothing.
    const tc = `#!/bin/sh\n[ "$1" != qdisc ] || cat '${bin}/queues'\n`;
    fs.writeFileSync(path.join(bin, "links"), links);
    const ip =
      `#!/bin/sh\ncase $* in *address*) echo "2: ens5    inet 10.1.21.18/24 scope global ens5" ;; ` +
      `*link*) cat '${bin}/links' ;; esac\n`;
    fs.writeFileSync(path.join(bin, "tc"), tc, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "ip"), ip, { mode: 0o755 });
    fs.writeFileSync(path.join(bin, "ss"), "#!/bin/sh\n", { mode: 0o755 });
    const changed = script.replace("PATH=", `PATH=${bin}:`).replace('"$(id -u)" = 0', "0 = 0");
    const args = ["--address", address, "--gateway-address", "10.1.11.16", "--gateway-address", "10.1.10.16", ...more];
    const child = spawn("sh", ["-s", "--", ...args]);
    child.stdin.end(changed);
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect((await ended)[0], stderr).to.equal(0);
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

  it("counts the flows of the GWLB that the kernel does not send back as they came", async () => {
    const strays = [
      // Begun with no way back by the target's interface, with no rule, and with another program's port.
      flow([gateway, target, 63_422, 6081], [gateway, gateway, 6081, 63_422]),
      flow([gateway, target, 63_423, 6081], [target, gateway, 6081, 63_423]),
      flow([gateway, target, 63_424, 6081], [gateway, target, 6081, 1024]),
    ];
    expect((await toldOf(good + strays.join("")))["strayFlows"]).to.equal(3);
  });

  it("names interfaces with an XDP program, as ip of iproute2 6.1 and older ones show them", async () => {
    const links = [
      "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN",
      "2: ens5@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 xdpgeneric qdisc noqueue state UP\\    prog/xdp id 14836 jited ",
      "3: ens6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 xdp/id:7 qdisc mq state UP",
      "4: xdp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP",
    ];
    const told = await toldOf("", { links: links.map((each) => `${each}\n`).join("") });
    expect(told["xdp"]).to.deep.equal(["ens5", "ens6"]);
  });

  it("names queues that may drop or delay, and not those that Linux takes by itself", async () => {
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
    expect((await toldOf("", { queues: shown }))["trafficControl"]).to.deep.equal(
      others.map((each) => `queue ${each}`),
    );
  });

  it("asks the target its health check's question by HTTP, and tells the first line of the answer", async () => {
    const asked: string[] = [];
    const server = net.createServer((socket) => {
      socket.once("data", (question) => {
        asked.push(question.toString());
        if (asked.length === 1) socket.end('HTTP/1.1 503 "Busy"\r\n\r\nmore');
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    const more = ["--health-port", `${port}`, "--health-path", "/a?b=1", "--health-timeout", "1"];
    const question = { address: "127.0.0.1", more };
    try {
      expect((await toldOf("", question))["healthAnswer"]).to.equal("HTTP/1.1 503 Busy");
      expect(asked[0]).to.match(/^GET \/a\?b=1 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:/);
      expect((await toldOf("", question))["healthAnswer"], "no answer").to.equal("");
    } finally {
      server.close();
    }
    expect((await toldOf(""))["healthAnswer"]).to.equal(null);
  });

  it("counts no others' flows", async () => {
    const others = [
      flow(["10.9.9.9", target, port, 6081], [target, "10.9.9.9", 6081, port]),
      flow([gateway, target, port, 53], [target, gateway, 53, port]),
      // The target's own canary.
      flow([target, gateway, 40_000, 6081], [gateway, target, 6081, 40_000]),
    ];
    expect((await toldOf(good + others.join("")))["strayFlows"]).to.equal(0);
    expect((await toldOf(""))["strayFlows"]).to.equal(0);
  });
});

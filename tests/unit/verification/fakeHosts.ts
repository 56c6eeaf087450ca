import { readFileSync } from "node:fs";
import * as path from "node:path";
import { encodePcap } from "../../../path/net/pcap";
import type { HostEvidence } from "../../../path/proof";
import type { VerificationRequest } from "../../../path/proof/request";
import { flowFrame, inspectedFrame, type InspectedPacket } from "../path/net/packets";
import { SshServer, type Answer, type Execution } from "./sshServer";

/**
 * Targets and sources behind a bastion, reached by real ssh; what their scripts would do is made up here: a ping leaves the
 * packets in the running captures that a path of the given behaviour would.
 */

/** What a ping does to one target and what becomes of it. */
export interface Behaviour {
  /** Directions whose packets come to the target. */
  inspects: { request: boolean; reply: boolean };
  /** GWLB addresses whose packets the target does not send back. */
  keeps: string[];
  answered: boolean;
  /** Number of the GWLB endpoint that replies come through; requests come through the first. */
  replyEndpoint: bigint;
  largeAnswered: boolean;
  /** Whether captures see anything. */
  sees: boolean;
  /** Of the targets' interfaces, as they tell it. */
  mtu: number;
  /**
   * Targets that flows get to from each AZ, in turns, pings to the one of the AZ; with none they are dropped before. A source
   * without bash sends none.
   */
  flows: { to?: string[]; keeps: string[]; sent: boolean };
}

export const good: Behaviour = {
  inspects: { request: true, reply: true },
  keeps: [],
  answered: true,
  replyEndpoint: 1n,
  largeAnswered: true,
  sees: true,
  mtu: 9001,
  flows: { keeps: [], sent: true },
};

interface Running {
  frames: Buffer[];
}

export class FakeHosts {
  readonly bastion: SshServer;
  readonly servers = new Map<string, SshServer>();
  /** Running captures, by target and id. */
  readonly captures = new Map<string, Running>();
  /** What happened, in order: `capture start target-1`. */
  readonly events: string[] = [];
  behaviour: Behaviour = good;
  /** Private addresses that an internet gateway puts in the place of public ones. */
  readonly translations = new Map<string, string>();
  /** Answers instead of the made-up script: `capture.sh stop target-1`. */
  readonly overrides = new Map<string, (execution: Execution) => Answer | undefined | Promise<Answer | undefined>>();

  /** What targets say of a capture, changed. */
  edited = (json: string): string => json;

  /** What keeps a capture from having started at once. */
  beforeCapture = (): Promise<void> => Promise.resolve();

  private constructor(bastion: SshServer) {
    this.bastion = bastion;
  }

  static async start(): Promise<FakeHosts> {
    const hosts = new FakeHosts(await SshServer.start());
    for (const name of ["target-1", "target-2", "source-1", "source-2"]) {
      hosts.servers.set(name, await SshServer.start({ onExec: (execution) => hosts.execute(name, execution) }));
    }
    return hosts;
  }

  async close(): Promise<void> {
    for (const server of [...this.servers.values(), this.bastion]) await server.close();
  }

  server(name: string): SshServer {
    const server = this.servers.get(name);
    if (server === undefined) throw new Error(`no fake host ${name}`);
    return server;
  }

  request(): VerificationRequest {
    const host = (name: string) => ({ ...this.server(name).host, via: this.bastion.host });
    const azIds = ["apne1-az4", "apne1-az1"] as const;
    const numbers = [1, 2] as const;
    return {
      targets: numbers.map((n) => ({
        name: `target-${n}`,
        azId: azIds[n - 1]!,
        address: `10.1.${n}.10`,
        host: host(`target-${n}`),
      })),
      gatewayAddresses: { "apne1-az4": "10.1.1.27", "apne1-az1": "10.1.2.119" },
      pairs: numbers.flatMap((from) =>
        numbers.map((to) => ({
          source: {
            name: `source-${from}`,
            azId: azIds[from - 1]!,
            address: `10.0.${from}.10`,
            host: host(`source-${from}`),
          },
          destination: { name: `destination-${to}`, azId: azIds[to - 1], address: `10.0.${to + 10}.10` },
          expectReply: true,
        })),
      ),
      ping: { count: 3, interval: 0.2, timeout: 1 },
      health: { threshold: 2, deadline: 5 },
    };
  }

  private async execute(name: string, execution: Execution): Promise<Answer | undefined> {
    const { command, stdin } = execution;
    if (command.includes("'renew'")) return { stdout: '{"renewed":1}\n' };
    const script = ["capture.sh", "evidence.sh", "health.sh", "ping.sh"].find((file) =>
      stdin.includes(hostScript(file)),
    );
    if (script === undefined) return { stderr: "not a script of hosts/", exitCode: 1 };
    if (command.startsWith("sudo -n ") === (script === "ping.sh")) return { stderr: "sudo?", exitCode: 1 };
    if (!stdin.includes(hostScript("lease.sh"))) return { stderr: "without a lease?", exitCode: 1 };
    // What comes first is the lease's.
    const words = [...command.replace(/^.* sh -s -- 'run' .* '--' ?/, "").matchAll(/'([^']*)'/g)].map(
      (match) => match[1] ?? "",
    );
    const what = [script, words[0]?.startsWith("--") === false ? words[0] : undefined, name].filter(Boolean).join(" ");
    this.events.push(what);
    const override = this.overrides.get(what);
    if (override !== undefined) return override(execution);
    const option = (key: string): string => words[words.indexOf(`--${key}`) + 1] ?? "";
    switch (script) {
      case "capture.sh":
        if (words[0] !== "start") return this.stopCapture(name, option("id"));
        await this.beforeCapture();
        return this.startCapture(
          name,
          option("id"),
          option("marker"),
          words.includes("--canary") ? option("canary") : undefined,
        );
      case "evidence.sh":
        return { stdout: `${JSON.stringify(this.evidence(`10.1.${name.slice(-1)}.10`))}\n` };
      case "health.sh":
        return { stdout: `{"healthy":true,"seen":${option("threshold")},"failed":0}\n` };
      default:
        return this.ping(
          name,
          option("destination"),
          Number(option("count")),
          option("pattern"),
          words.includes("--largest") ? option("largest") : "",
          words.includes("--flows") ? Number(option("flows")) : undefined,
        );
    }
  }

  private evidence(address: string): HostEvidence {
    const gateways = ["10.1.1.27", "10.1.2.119"].filter((each) => !this.behaviour.keeps.includes(each));
    return { ...healthyEvidence(address, gateways), mtu: this.behaviour.mtu };
  }

  private startCapture(name: string, id: string, marker: string, gateway: string | undefined): Answer {
    const inner = { from: "192.0.2.1", to: "192.0.2.2", kind: "request", sequence: 0 } as const;
    const pattern = `${marker}63616e6172792121`;
    const canary = (to: string): Buffer =>
      inspectedFrame({ from: `10.1.${name.slice(-1)}.10`, to, inner: { ...inner, pattern } });
    const frames = this.behaviour.sees && gateway !== undefined ? [canary(gateway)] : [];
    this.captures.set(`${name} ${id}`, { frames });
    return { stdout: `{"id":"${id}"}\n`, stderr: "listening\n" };
  }

  private stopCapture(name: string, id: string): Answer {
    const running = this.captures.get(`${name} ${id}`);
    if (running === undefined) return { stderr: `capture: error: there is no capture with id ${id}\n`, exitCode: 66 };
    this.captures.delete(`${name} ${id}`);
    const packets = running.frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
    const base64 = encodePcap({ linkType: 1, snapLength: 256, packets }).toString("base64");
    const lines = base64.match(/.{1,76}/g)?.join("\n") ?? "";
    const json = this.edited(`{"id":"${id}","packets":${packets.length},"dropped":0,"truncated":false}`);
    return { stdout: `-----BEGIN PCAP-----\n${lines}\n-----END PCAP-----\n${json}\n` };
  }

  private ping(
    ...[name, destination, count, pattern, largest, flows]: [string, string, number, string, string, number | undefined]
  ): Answer {
    const { inspects, keeps, answered, largeAnswered, replyEndpoint } = this.behaviour;
    const number = name.slice(-1);
    const source = `10.0.${number}.10`;
    // Each source's GWLB endpoint leads to the gateway and the target of its AZ.
    const gateway = number === "1" ? "10.1.1.27" : "10.1.2.119";
    const target = `10.1.${number}.10`;
    for (let sequence = 1; sequence <= count; sequence++) {
      for (const kind of ["request", "reply"] as const) {
        if (!inspects[kind]) continue;
        if (kind === "reply" && (keeps.includes(gateway) || !answered)) continue;
        const inside = this.translations.get(destination) ?? destination;
        const [from, to] = kind === "request" ? [source, inside] : [inside, source];
        const inner: InspectedPacket["inner"] = { from, to, kind, sequence, pattern };
        const gwlb = { endpointId: kind === "request" ? 1n : replyEndpoint };
        this.seen(`target-${number}`, inspectedFrame({ from: gateway, to: target, inner, gwlb }));
        if (!keeps.includes(gateway))
          this.seen(`target-${number}`, inspectedFrame({ from: target, to: gateway, inner, gwlb }));
      }
    }
    if (flows !== undefined)
      this.sendFlows(flows, { source, destination, pattern, gateway, target: `target-${number}` });
    const received = answered && !keeps.includes(gateway) ? count : 0;
    const counts = { transmitted: 3, received: largeAnswered ? 3 : 0 };
    const large = largest === "" ? {} : { large: { size: Number(largest), ...counts } };
    const rtt = received > 0 ? "rtt min/avg/max/mdev = 0.100/0.200/0.300/0.050 ms\n" : "";
    const answers = {
      answered: Array.from({ length: received }, (_, index) => index + 1),
      duplicates: 0,
      ...(flows !== undefined && { flows: this.behaviour.flows.sent ? flows : 0 }),
    };
    const stdout =
      `PATTERN: 0x${pattern}\nPING ${destination} (${destination}) 56(84) bytes of data.\n\n--- ${destination} ping statistics ---\n` +
      `${count} packets transmitted, ${received} received, ${100 - (100 * received) / count}% packet loss, time 400ms\n` +
      `${rtt}${JSON.stringify({ ...answers, ...(received > 0 ? { exit: 0, ...large } : { exit: 1 }) })}\n`;
    return { stdout };
  }

  private sendFlows(
    count: number,
    of: { source: string; destination: string; pattern: string; gateway: string; target: string },
  ): void {
    const { to = [of.target], keeps, sent } = this.behaviour.flows;
    for (let index = 0; sent && index < count && to.length > 0; index++) {
      const target = to[index % to.length] ?? "";
      const address = `10.1.${target.slice(-1)}.10`;
      const inner = { from: of.source, to: of.destination, sourcePort: 40_000 + index, pattern: of.pattern };
      this.seen(target, flowFrame({ from: of.gateway, to: address, inner }));
      if (keeps.includes(target) || this.behaviour.keeps.includes(of.gateway)) continue;
      this.seen(target, flowFrame({ from: address, to: of.gateway, inner }));
    }
  }

  /** Only a capture that runs sees anything. */
  private seen(target: string, frame: Buffer): void {
    if (!this.behaviour.sees) return;
    for (const [key, running] of this.captures) {
      if (key.startsWith(`${target} `)) running.frames.push(frame);
    }
  }
}

/** What a target tells that was set up for these GWLB addresses. */
export function healthyEvidence(address: string, gateways: string[]): HostEvidence {
  const rules = gateways.flatMap((gateway) => [
    `-A PREROUTING -s ${gateway}/32 -d ${address}/32 -i ens5 -p udp -j DNAT --to-destination ${gateway}:6081`,
    `-A POSTROUTING -s ${gateway}/32 -d ${gateway}/32 -o ens5 -p udp -m udp --dport 6081 -j MASQUERADE`,
  ]);
  return {
    interface: "ens5",
    address,
    mtu: 9001,
    ipForward: 1,
    ipForwardAtBoot: 1,
    routes: gateways.map((gateway) => ({ gateway, interface: "ens5", address, forwarded: "ens5" })),
    xdp: [],
    unreadTables: [],
    rules: [
      "nat :PREROUTING ACCEPT [3:252]",
      ...rules.map((rule) => `nat [3:252] ${rule}`),
      "filter :INPUT ACCEPT [0:0]",
    ],
    savedRules: rules.map((rule) => `nat ${rule}`),
    foreignTables: [],
    listening: [22, 80],
    connections: { known: 3, most: 262_144 },
    strayFlows: 0,
    trafficControl: [],
    healthAnswer: null,
  };
}

function hostScript(file: string): string {
  return readFileSync(path.join(__dirname, "../../../hosts", file), "utf8");
}

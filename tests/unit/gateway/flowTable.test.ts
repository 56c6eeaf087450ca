import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { decodeGeneve } from "../../../path/net/geneve";
import { FlowTable, type Flow } from "../../../lab/gateway/flowTable";
import type { InnerPacket } from "../../../lab/gateway/innerPacket";
import { inner } from "./packets";

const endpoint = "vpce-01111111111111111";
const otherEndpoint = "vpce-02222222222222222";
const times = { tcpIdleTimeout: 350, idleTimeout: 120 };
const [tcp, udp, icmp] = [6, 17, 1] as const;
const payload = Buffer.alloc(28, 7);

function existing(flow: Flow | undefined): Flow {
  if (flow === undefined) throw new Error("no flow");
  return flow;
}

describe("gateway: flow table", () => {
  let table: FlowTable;
  const flowOf = (packet: InnerPacket, now = 0, stickiness: Parameters<FlowTable["flowOf"]>[2] = "five-tuple"): Flow =>
    existing(table.flowOf(endpoint, packet, stickiness, times, now));

  beforeEach(() => {
    table = new FlowTable();
  });

  it("gives both directions of a flow the same cookie and source port", () => {
    const there = flowOf(inner("10.0.0.1", "10.0.0.2", tcp, 40000, 80));
    const back = flowOf(inner("10.0.0.2", "10.0.0.1", tcp, 80, 40000));
    expect(back).to.equal(there);
    expect(there.sourcePort).to.be.within(49152, 65535);
    expect(table.size).to.equal(1);
  });

  it("does not mix up who has which port", () => {
    const one = flowOf(inner("10.0.0.1", "10.0.0.2", tcp, 40000, 80));
    const other = flowOf(inner("10.0.0.1", "10.0.0.2", tcp, 80, 40000));
    expect(other).to.not.equal(one);
  });

  it("tells flows apart by endpoint: consumers may have the same addresses", () => {
    const packet = inner("10.0.0.1", "10.0.0.2", icmp);
    const other = existing(table.flowOf(otherEndpoint, packet, "five-tuple", times, 0));
    expect(other).to.not.equal(flowOf(packet));
    expect(other.cookie).to.not.equal(flowOf(packet).cookie);
  });

  const first = inner("10.0.0.1", "10.0.0.2", tcp, 40000, 80);
  const otherPort = inner("10.0.0.1", "10.0.0.2", tcp, 40001, 80);
  const otherProtocol = inner("10.0.0.1", "10.0.0.2", udp, 40000, 80);
  const otherAddress = inner("10.0.0.1", "10.0.0.3", tcp, 40000, 80);
  const flowsOf = { "five-tuple": 4, source_ip_dest_ip_proto: 3, source_ip_dest_ip: 2 } as const;
  for (const [stickiness, flows] of Object.entries(flowsOf)) {
    it(`sees ${flows} flows with ${stickiness}`, () => {
      for (const packet of [first, otherPort, otherProtocol, otherAddress]) {
        flowOf(packet, 0, stickiness as keyof typeof flowsOf);
      }
      expect(table.size).to.equal(flows);
    });
  }

  it("spreads flows over source ports", () => {
    const used = new Set<number>();
    for (let port = 0; port < 1000; port++) used.add(flowOf(inner("10.0.0.1", "10.0.0.2", udp, port, 80)).sourcePort);
    // 1000 of 16384 ports at random hit about 970 different ones.
    expect(used.size).to.be.greaterThan(940);
  });

  it("forgets TCP and all else after their own idle times, counted from the last packet", () => {
    const tcpFlow = flowOf(first);
    const icmpFlow = flowOf(inner("10.0.0.1", "10.0.0.2", icmp));
    expect(flowOf(first, 349_999)).to.equal(tcpFlow);
    expect(flowOf(inner("10.0.0.1", "10.0.0.2", icmp), 119_999)).to.equal(icmpFlow);
    expect(flowOf(inner("10.0.0.1", "10.0.0.2", icmp), 239_999)).to.not.equal(icmpFlow);
    expect(flowOf(first, 699_998)).to.equal(tcpFlow);
    expect(flowOf(first, 1_049_998)).to.not.equal(tcpFlow);
  });

  it("sweeps idle flows", () => {
    flowOf(first);
    flowOf(inner("10.0.0.1", "10.0.0.2", icmp));
    table.sweep(120_000);
    expect(table.size).to.equal(1);
    table.sweep(350_000);
    expect(table.size).to.equal(0);
  });

  it("takes no new flow when it is full, and keeps the ones it has", () => {
    table = new FlowTable(1);
    const flow = flowOf(first);
    expect(table.flowOf(endpoint, otherPort, "five-tuple", times, 0)).to.equal(undefined);
    expect(flowOf(first)).to.equal(flow);
  });

  it("never gives two living flows the same cookie", () => {
    const cookies = [5, 5, 5, 6];
    table = new FlowTable(10, () => cookies.shift() ?? 0);
    expect([flowOf(first).cookie, flowOf(otherPort).cookie]).to.deep.equal([5, 6]);
  });

  it("writes GWLB's three options into the header", () => {
    const flow = flowOf(first);
    const packet = decodeGeneve(Buffer.concat([flow.header, payload]));
    expect(packet.header).to.include({ version: 0, vni: 0, protocol: 0x0800 });
    expect(packet.gwlb).to.deep.equal({
      endpointId: 0x1111111111111111n,
      attachmentId: 0n,
      flowCookie: flow.cookie,
    });
    const sixth = existing(table.flowOf(endpoint, { ...first, version: 6 }, "source_ip_dest_ip", times, 0));
    expect(decodeGeneve(sixth.header).header.protocol).to.equal(0x86dd);
  });

  describe("what a target sends back", () => {
    let flow: Flow;
    const returned = (change?: (datagram: Buffer) => void): Buffer => {
      const datagram = Buffer.concat([flow.header, payload]);
      change?.(datagram);
      return datagram;
    };
    beforeEach(() => {
      flow = flowOf(first);
    });

    it("belongs to its flow when nothing has changed", () => {
      expect(table.flowOfReturned(returned(), flow.sourcePort, 1)).to.equal(flow);
    });

    it("is dropped when any byte of the GENEVE header has changed", () => {
      for (let offset = 0; offset < flow.header.length; offset++) {
        const datagram = returned((bytes) => bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset));
        const reason = offset === 0 ? "malformed-geneve" : offset >= 36 ? "unknown-cookie" : "header-changed";
        expect(table.flowOfReturned(datagram, flow.sourcePort, 1), `byte ${offset}`).to.equal(reason);
      }
    });

    it("is dropped with another flow's cookie of another endpoint", () => {
      const other = existing(table.flowOf(otherEndpoint, first, "five-tuple", times, 0));
      const datagram = returned((bytes) => bytes.writeUInt32BE(other.cookie, 36));
      expect(table.flowOfReturned(datagram, flow.sourcePort, 1)).to.equal("header-changed");
    });

    it("is dropped from another source port", () => {
      expect(table.flowOfReturned(returned(), flow.sourcePort ^ 1, 1)).to.equal("source-port-changed");
    });

    it("is dropped when its flow or endpoint is gone", () => {
      expect(table.flowOfReturned(returned(), flow.sourcePort, 350_000)).to.equal("unknown-cookie");
      table.removeEndpoint(endpoint);
      expect(table.flowOfReturned(returned(), flow.sourcePort, 1)).to.equal("unknown-cookie");
    });

    it("is told from a measurement's canary, which is dropped under a name of its own", () => {
      // As the script makes it, with a marker of 16 digits.
      const script = fs.readFileSync(path.resolve(__dirname, "../../../hosts/capture.sh"), "utf8");
      const value = (name: string): string => new RegExp(`^ *${name}=([0-9a-f]+)$`, "m").exec(script)?.[1] ?? "";
      const end = /\$\{marker\}([0-9a-f]+)/.exec(script)?.[1] ?? "";
      const hex = ["geneve", "ip", "icmp", "time"].map(value).join("") + "0123456789abcdef" + end;
      const canary = Buffer.from(hex, "hex");
      expect(table.flowOfReturned(canary, flow.sourcePort, 1)).to.equal("canary");
      for (const spoiled of [canary.subarray(0, -1), Buffer.concat([canary, canary]), Buffer.alloc(68)]) {
        expect(table.flowOfReturned(spoiled, flow.sourcePort, 1)).to.equal("malformed-geneve");
      }
    });

    it("is dropped when it is shorter than the header", () => {
      expect(table.flowOfReturned(returned().subarray(0, 39), flow.sourcePort, 1)).to.equal("malformed-geneve");
    });
  });
});

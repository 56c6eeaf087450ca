import * as dgram from "node:dgram";
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../lab/fabric/command";
import { encodeGeneve, geneveProtocols } from "../../../path/net/geneve";
import { ipProtocols } from "../../../path/net/packet";
import { icmpEcho, ipv4, udp } from "../../unit/path/net/packets";

/** The instance, and two addresses that play the GWLB's, one for each AZ. */
export const target = "10.1.1.10";
export const gateways = ["10.1.1.27", "10.1.1.29"] as const;

/** Runs something while the package server's address drops whatever arrives, as a VPC drops what has no route. */
export async function silently<T>(work: () => Promise<T>): Promise<T> {
  const chain = "type filter hook input priority 0; ip daddr 52.219.0.10 drop;";
  await run(["nft", `table ip silence { chain input { ${chain}\n}\n}`]);
  try {
    return await work();
  } finally {
    await run(["nft", "delete table ip silence"]);
  }
}

/** A ping's request inside GENEVE, with the given pattern. */
export function geneveEcho(patternHex: string): Buffer {
  return inGeneve(ipv4("10.0.1.10", "10.0.3.10", ipProtocols.icmp, icmpEcho("request", 1, patternHex)));
}

/** A flow's datagram inside GENEVE. */
export function geneveFlow(payload: Buffer): Buffer {
  return inGeneve(ipv4("10.0.1.10", "10.0.3.10", ipProtocols.udp, udp(40_000, 33_434, payload)));
}

function inGeneve(inner: Buffer): Buffer {
  const gwlb = { endpointId: 1n, attachmentId: 2n, flowCookie: 3 };
  return encodeGeneve({ protocol: geneveProtocols.ipv4, gwlb }, inner);
}

/** What comes to a UDP port of this side while something is done: payloads in hexadecimal, and ports that they came from. */
export async function received<T>(
  port: number,
  work: () => Promise<T>,
): Promise<{ result: T; payloads: string[]; ports: number[] }> {
  const socket = dgram.createSocket("udp4");
  const payloads: string[] = [];
  const ports: number[] = [];
  try {
    await new Promise<void>((resolve) => socket.bind(port, "10.1.1.1", resolve));
    socket.on("message", (message, from) => {
      payloads.push(message.toString("hex"));
      ports.push(from.port);
    });
    const result = await work();
    await sleep(50);
    return { result, payloads, ports };
  } finally {
    socket.close();
  }
}

/** A datagram to the target's port 6081 from a gateway; what comes back to the gateway's port 6081 within half a second. */
export async function echo(
  gateway: string,
  port: number,
  payload: Buffer = Buffer.from(`geneve from ${gateway}:${port}`.padEnd(120, ".")),
): Promise<{ from: string; intact: boolean } | "nothing"> {
  const sender = dgram.createSocket("udp4");
  const receiver = dgram.createSocket("udp4");
  try {
    await Promise.all([
      new Promise<void>((resolve) => sender.bind(port, gateway, resolve)),
      new Promise<void>((resolve) => receiver.bind(6081, gateway, resolve)),
    ]);
    sender.on("error", () => undefined);
    const answer = new Promise<{ from: string; intact: boolean }>((resolve) =>
      receiver.on("message", (message, { address, port: from }) =>
        resolve({ from: `${address}:${from}`, intact: message.equals(payload) }),
      ),
    );
    sender.send(payload, 6081, target);
    return await Promise.race([answer, sleep(500, "nothing" as const)]);
  } finally {
    sender.close();
    receiver.close();
  }
}

/** TCP health checks as a GWLB makes them, one every 200 ms. */
export async function checkHealth(gateway: string, count: number): Promise<void> {
  for (let check = 0; check < count; check++) {
    await sleep(200);
    const socket = net.connect({ host: target, port: 80, localAddress: gateway });
    await new Promise<void>((resolve) => {
      socket.on("error", () => resolve());
      socket.on("connect", () => {
        socket.destroy();
        resolve();
      });
    });
  }
}

import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** What tshark makes of one GENEVE packet. Of fields that are there more than once, all: outer first. */
export interface Decoded {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  checksum: number;
  dontFragment: boolean;
  /** GENEVE's base header. */
  version: number;
  flags: number;
  protocol: number;
  vni: number;
  options: { class: number; type: number; bytes: number; data: string }[];
  inner: { source: string; destination: string };
  icmp: { type: number; identifier: number; sequence: number };
  /** The whole UDP payload, in hexadecimal. */
  payload: string;
}

const fields = [
  ...["ip.src", "ip.dst", "ip.flags.df", "udp.srcport", "udp.dstport", "udp.checksum", "udp.payload"],
  ...["geneve.version", "geneve.flags", "geneve.proto_type", "geneve.vni", "geneve.option.class"],
  ...[
    "geneve.option.type",
    "geneve.option.length",
    "geneve.option.unknown.data",
    "icmp.type",
    "icmp.ident",
    "icmp.seq",
  ],
] as const;
type Field = (typeof fields)[number];

/** Decodes a capture's GENEVE packets. @throws Error with tshark's complaint, also about a malformed packet */
export function decode(pcap: Buffer): Decoded[] {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-tshark-"));
  const file = path.join(directory, "capture.pcap");
  try {
    // It reads no pipe twice, and Node's is a socket.
    fs.writeFileSync(file, pcap);
    const malformed = tshark(file, ["-Y", "_ws.malformed || !geneve"]);
    if (malformed !== "") throw new Error(`tshark finds packets malformed, or no GENEVE:\n${malformed}`);
    const form = ["-T", "fields", "-E", "separator=|", "-E", "occurrence=a", ...fields.flatMap((name) => ["-e", name])];
    const lines = tshark(file, form).split("\n");
    return lines.filter((line) => line !== "").map((line) => packetOf(line.split("|")));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function tshark(file: string, args: string[]): string {
  // -n: no look-ups of names.
  const result = spawnSync("tshark", ["-n", "-r", file, ...args], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`tshark: exit ${result.status}: ${result.stderr}`);
  return result.stdout;
}

function packetOf(columns: string[]): Decoded {
  const all = (name: Field): string[] => (columns[fields.indexOf(name)] ?? "").split(",");
  const text = (name: Field, occurrence = 0): string => all(name)[occurrence] ?? "";
  const number = (name: Field, occurrence = 0): number => Number(text(name, occurrence));
  return {
    source: text("ip.src"),
    destination: text("ip.dst"),
    sourcePort: number("udp.srcport"),
    destinationPort: number("udp.dstport"),
    checksum: number("udp.checksum"),
    dontFragment: number("ip.flags.df") === 1,
    version: number("geneve.version"),
    flags: number("geneve.flags"),
    protocol: number("geneve.proto_type"),
    vni: number("geneve.vni"),
    options: all("geneve.option.class").map((group, index) => ({
      class: Number(group),
      type: number("geneve.option.type", index),
      bytes: number("geneve.option.length", index),
      data: text("geneve.option.unknown.data", index),
    })),
    inner: { source: text("ip.src", 1), destination: text("ip.dst", 1) },
    icmp: { type: number("icmp.type"), identifier: number("icmp.ident"), sequence: number("icmp.seq") },
    payload: text("udp.payload"),
  };
}

export interface RunningCapture {
  /** Resolves with the capture's bytes when it has ended. */
  packets: Promise<Buffer>;
}

/**
 * Starts Wireshark's own capture on a link. It ends after `count` packets, at the latest after 20 seconds.
 * @param enter - command that runs the given one in the link's namespace
 */
export async function capture(
  enter: (command: string[]) => string[],
  link: string,
  count: number,
): Promise<RunningCapture> {
  const limits = ["-c", String(count), "-a", "duration:20"];
  const command = ["dumpcap", "-q", "-i", link, "-f", "udp port 6081", ...limits, "-P", "-w", "-"];
  const [program = "", ...args] = enter(command);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const packets = new Promise<Buffer>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new Error(`dumpcap on ${link}: exit ${code}: ${errors}`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      // Said when the link is open and the output has its header.
      if (errors.includes("File: ")) resolve();
    });
    packets.catch(reject);
  });
  return { packets };
}

import type { FabricEntry } from "./fabric/inspect";
import { nameAndId, NameError, namesOf } from "./node";

export interface CaptureOptions {
  /** Packets after which it ends by itself. */
  count?: number;
  /** Filter expression (pcap-filter(7)). */
  filter?: string;
  /** Packets as pcap on standard output, else a line for each. */
  pcap: boolean;
}

/** Where a capture listens. */
export interface CapturePoint {
  /** Network namespace; empty for the lab's own. */
  namespace: string;
  link: string;
}

/**
 * Where the packets of a node are: an instance, an ENI, a link, a GWLB endpoint's TUN, a VPC's router (all its links), a
 * load balancer (all its ENIs).
 *
 * @param node - what stands in any of these columns of `lab inspect`: id, name, ENI, link
 * @throws Error that lists what there is
 */
export function capturePoint(entries: FabricEntry[], node: string): CapturePoint {
  const all = entries.filter((entry) => namesOf(entry).includes(node));
  const subnet = all.find(({ kind }) => kind === "subnet");
  // A VPC, its subnets and its gateways are often named alike: the name means the VPC.
  const vpc = all.find(({ kind }) => kind === "vpc");
  const found = vpc === undefined ? all.filter(({ kind }) => kind !== "subnet") : [vpc];
  const [first, ...others] = found;
  if (first === undefined) {
    if (subnet !== undefined) {
      throw new NameError(
        "node",
        node,
        `Subnet "${node}" has no link of its own: capture ${subnet.vpcId}, the router, or a host in it`,
      );
    }
    const names = captureNames(entries);
    throw new NameError(
      "node",
      node,
      `No node "${node}" to capture from; there are: ${names.join(", ") || "none"}`,
      names,
    );
  }
  if (others.length === 0) return { namespace: first.namespace, link: first.link ?? "any" };
  if (others.every(({ namespace, id }) => namespace === first.namespace && id === first.id)) {
    return { namespace: first.namespace, link: "any" };
  }
  const nodes = found.map((each) => `${each.kind} ${nameAndId(each)}`).join(", ");
  throw new NameError("node", node, `"${node}" names several nodes, expected the id of one: ${nodes}`);
}

const captureNames = (entries: FabricEntry[]): string[] => [
  ...new Set(entries.filter(({ kind }) => kind !== "subnet").map(({ id, name }) => name ?? id)),
];

const tcpdumpAt = ({ namespace, link }: CapturePoint): string[] => [
  ...(namespace === "" ? [] : ["ip", "netns", "exec", namespace]),
  ...["tcpdump", `--interface=${link}`],
];

// One argument behind "--": whatever is in it, it is a filter and no option.
const behindOptions = (filter: string): string[] => ["--", filter];

/** Command line, to be run inside the lab, of a tcpdump(8) that only compiles a filter: it fails, and says why, when it is none. */
export function filterCommand(point: CapturePoint, filter: string): string[] {
  return [...tcpdumpAt(point), "-d", ...behindOptions(filter)];
}

/** Command line, to be run inside the lab, of a tcpdump(8) that ends in order at SIGINT. */
export function captureCommand(point: CapturePoint, { count, filter, pcap }: CaptureOptions): string[] {
  return [
    ...tcpdumpAt(point),
    // As root to the end: a user "tcpdump" need not exist, and what it writes to is open already.
    ...["--relinquish-privileges=root", "-n"],
    // Each packet at once: whoever looks on sees it, and none is left in a buffer at the end.
    "--immediate-mode",
    ...(pcap ? ["--packet-buffered", "-w", "-"] : ["-l"]),
    ...(count === undefined ? [] : ["-c", String(count)]),
    ...(filter === undefined ? [] : behindOptions(filter)),
  ];
}

/** What a drawing of a topology shows, before anybody says where. Plain data. */
export type GroupKind = "account" | "vpc" | "subnet";

export type BoxKind =
  | "instance"
  /** An instance, or an address, that a GENEVE target group holds. */
  | "target"
  | "gwlb-endpoint"
  /** The GWLB's network interface in one AZ. */
  | "gwlb-interface"
  | "endpoint-service"
  | "gateway-endpoint"
  | "interface-endpoint"
  | "internet-gateway"
  | "nat-gateway"
  | "transit-gateway"
  /** A transit gateway's network interface in one AZ of a VPC. */
  | "transit-gateway-attachment"
  | "internet"
  /** Something that routes lead to and the topology knows by its id alone. */
  | "other";

export interface DiagramNode {
  id: string;
  kind: GroupKind | BoxKind;
  /** Lines of text, the name first. */
  lines: string[];
  /** Of a group. */
  children: DiagramNode[];
  /** A leg ends here, undelivered. */
  stop?: LegVerdict;
}

export type WireKind =
  /** A subnet's route, or that of a gateway's edge table. */
  "route" | "privatelink" | "geneve";

export type LegName = "request" | "reply";

export type LegVerdict = "good" | "bad" | "unknown";

export type DiagramEdge = {
  id: string;
  from: string;
  to: string;
  label: string;
} & (
  | { kind: WireKind; blocked: boolean }
  /** Part of a packet's way. `both` ways: it goes there and comes back. */
  | { kind: LegName; verdict: LegVerdict; both: boolean }
);

export interface DiagramGraph {
  title: string;
  description: string;
  /** Accounts, and what is in none. */
  nodes: DiagramNode[];
  edges: DiagramEdge[];
}

export function isLeg(edge: DiagramEdge): edge is Extract<DiagramEdge, { kind: LegName }> {
  return edge.kind === "request" || edge.kind === "reply";
}

export function isGroup(kind: DiagramNode["kind"]): kind is GroupKind {
  return kind === "account" || kind === "vpc" || kind === "subnet";
}

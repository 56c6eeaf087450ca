import { finding, type FindingCode } from "../../proof/index";
import {
  unknown,
  type Component,
  type NatGateway,
  type NetworkInterface,
  type OrUnknown,
  type TransitGatewayAttachment,
} from "../model";
import type { FilteredPacket } from "./packetFilter";
import { filtered } from "./packetFilter";
import type { TopologyIndex } from "../topologyIndex";
import type { Decision, Header, Hop, HopKind, Leg } from "../traceResult";

/** Where a hop is. */
export interface Place {
  kind: HopKind;
  component: Pick<Component, "id" | "name"> & { accountId: OrUnknown<string> };
  azId?: string;
}

/**
 * What AWS takes for a flow where it keeps to itself which: of several targets, for the endpoint that the flow comes through; of several AZs, for an
 * attachment. The same place gets the same choice.
 */
export type Choose = (place: string, possible: string[]) => string;

/** What a NAT gateway has put its own address in the place of. */
export interface Translation {
  gateway: NatGateway;
  source: string;
}

interface Given {
  leg: "request" | "reply";
  header: Header;
  /** Interface of the packet's first sender; absent for the internet. */
  sender?: NetworkInterface;
  /** Interface that it is meant for: addresses repeat between VPCs. Absent where an address is all that is known. */
  meant?: NetworkInterface;
  choose: Choose;
  /** Of the request, by NAT gateways; of those its answer is translated back. */
  translations: Translation[];
  /** Collects over all legs. */
  assumptions: Set<string>;
}

/** A packet's way as far as it has been followed, one leg of a trace. The steps are in files of their own. */
export class Walk {
  readonly leg: "request" | "reply";
  readonly sender: NetworkInterface | undefined;
  readonly meant: NetworkInterface | undefined;
  readonly choose: Choose;
  readonly translations: Translation[];
  readonly assumptions: Set<string>;
  readonly hops: Hop[] = [];
  readonly endpointIds: string[] = [];
  readonly targetIds: string[] = [];
  /** Of transit gateways, by which it came into one and out of it. */
  readonly attachments: TransitGatewayAttachment[] = [];
  /** By attachment and AZ that it left by: how many endpoints it had passed when it did so last. */
  readonly left = new Map<string, number>();
  /** The NAT gateway that has translated it back last. */
  translatedBackBy: NatGateway | undefined;
  seenIn = 0;
  seenOut = 0;
  /** Set when the packet has come to its end. */
  outcome: Leg["outcome"] | undefined;
  /** Whose it was in the end; absent for the internet. */
  receiver: NetworkInterface | undefined;
  private current: Header;

  constructor(
    readonly index: TopologyIndex,
    { leg, header, sender, meant, choose, translations, assumptions }: Given,
  ) {
    this.leg = leg;
    this.current = header;
    this.sender = sender;
    this.meant = meant;
    this.choose = choose;
    this.translations = translations;
    this.assumptions = assumptions;
  }

  /** The packet as it is now. */
  get header(): Header {
    return this.current;
  }

  get packet(): FilteredPacket {
    return filtered(this.current, this.leg);
  }

  /** It goes on, perhaps changed. */
  pass(at: Place, decidedBy: Decision, more: { out?: Header; noteworthy?: Hop["finding"] } = {}): void {
    const before = this.current;
    this.current = more.out ?? before;
    this.hops.push({
      ...this.at(at),
      verdict: "passed",
      in: before,
      out: this.current,
      decidedBy,
      ...(more.noteworthy !== undefined && { finding: more.noteworthy }),
    });
  }

  /** The packet's first hop. */
  begin(at: Place, decidedBy: Decision): void {
    this.hops.push({ ...this.at(at), verdict: "passed", out: this.current, decidedBy });
  }

  /** A target gets it, or gives it back. Captures know packets by the pair's addresses, not what a NAT gateway has made of them. */
  see(direction: "seenIn" | "seenOut"): void {
    if (this.translations.length === 0) this[direction]++;
  }

  /** It has arrived. */
  deliver(at: Place, decidedBy: Decision, receiver?: NetworkInterface): void {
    this.hops.push({ ...this.at(at), verdict: "passed", in: this.current, decidedBy });
    this.outcome = "delivered";
    this.receiver = receiver;
  }

  drop(at: Place, code: FindingCode, seen: string, decidedBy?: Decision): void {
    this.stop(at, "dropped", code, seen, decidedBy);
    this.outcome = "lost";
  }

  /** Nobody can tell from the states how it goes on. */
  giveUp(at: Place, code: FindingCode, seen: string, decidedBy?: Decision): void {
    this.stop(at, "unknown", code, seen, decidedBy);
    this.outcome = "unknown";
  }

  result(): Leg {
    const { hops, endpointIds, seenIn, seenOut } = this;
    return { hops, outcome: this.outcome ?? "unknown", endpointIds, seenIn, seenOut };
  }

  private stop(at: Place, verdict: Hop["verdict"], code: FindingCode, seen: string, decidedBy?: Decision): void {
    this.hops.push({
      ...this.at(at),
      verdict,
      in: this.current,
      ...(decidedBy !== undefined && { decidedBy }),
      finding: finding(code, at.component.name, seen),
    });
  }

  private at({ kind, component, azId }: Place): Pick<Hop, "kind" | "id" | "name" | "accountId" | "azId"> {
    const { id, name, accountId } = component;
    return { kind, id, name, accountId, ...(azId !== undefined && { azId }) };
  }
}

/** Something that is in none of the states. */
export function stranger(kind: HopKind, id: string): Place {
  return { kind, component: { id, name: id, accountId: unknown } };
}

import type { HopRow } from "../html/index";
import { headerInWords } from "../../topology/headers";
import { isKnown } from "../../topology/model";
import type { Hop, TracedPath } from "../../topology/traceResult";

/** The hops of request and reply, in words. */
export function hopRows({ request, reply }: TracedPath): HopRow[] {
  const ofReply = (reply?.hops ?? []).map((hop) => hopRow("reply", hop));
  return [...request.hops.map((hop) => hopRow("request", hop)), ...ofReply];
}

function hopRow(leg: HopRow["leg"], hop: Hop): HopRow {
  return {
    leg,
    component: `${hop.kind} ${hop.name}`,
    account: isKnown(hop.accountId) ? hop.accountId : "unknown",
    azId: hop.azId ?? "",
    headerIn: hop.in === undefined ? "" : headerInWords(hop.in),
    headerOut: hop.out === undefined ? "" : headerInWords(hop.out),
    decidedBy: hop.decidedBy?.text ?? "",
    verdict: hop.verdict,
    finding: hop.finding?.code ?? "",
  };
}

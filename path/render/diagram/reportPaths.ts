import type { PairReport, PathReport } from "../../proof/index";
import { probeOf } from "../../proof/probes/index";
import type { PairPath, HopRow } from "../html/index";
import { type Topology, isKnown } from "../../topology/model";
import { trace } from "../../topology/trace/trace";
import type { TracedPath, TraceResult, Hop } from "../../topology/traceResult";
import { focused } from "./focus";
import { layout } from "./layout";
import { toSvg } from "./svg";
import { topologyGraph } from "./topologyGraph";
import { headerInWords } from "../../topology/headers";

/**
 * Drawing and hops for each pair of a report, from the states. Where the packets showed something else than the states foretell,
 * that is said and the way is not drawn as certain.
 *
 * @throws TraceError when the topology does not know a source or a destination
 */
export async function reportPaths(topology: Topology, report: PathReport): Promise<PairPath[]> {
  const paths: PairPath[] = [];
  for (const [index, pair] of report.pairs.entries()) {
    const { source, destination, expectReply } = pair;
    const traced = trace(topology, {
      source: source.address,
      destination: destination.publicAddress ?? destination.address,
      protocol: probeOf(pair.probe).protocol,
      expectReply,
    });
    const path = likeliest(topology, traced, pair);
    const confirmed = path.verdict === pair.verdict;
    const placed = await layout(focused(topologyGraph(topology, { path, confirmed })));
    const title = `Path ${source.name} → ${destination.name}: ${pair.verdict}`;
    paths.push({
      drawing: toSvg({ ...placed, title }, { id: `path-${index + 1}`, withoutStyle: true }),
      hops: hopRows(path),
      ...(!confirmed && { foretold: path.verdict }),
    });
  }
  return paths;
}

/** Of the ways that the GWLB may choose: the one with the verdict and the target of the measurement. */
function likeliest(topology: Topology, { paths }: TraceResult, pair: PairReport): TracedPath {
  const seen = new Set(pair.targets.filter(({ requestIn }) => requestIn > 0).map(({ target }) => target));
  const score = ({ requestTarget, verdict }: TracedPath): number =>
    (verdict === pair.verdict ? 2 : 0) + (seen.has(topology.instances[requestTarget ?? ""]?.name ?? "") ? 1 : 0);
  return paths.reduce((left, right) => (score(right) > score(left) ? right : left));
}

/** The hops of request and reply, in words. */
function hopRows({ request, reply }: TracedPath): HopRow[] {
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

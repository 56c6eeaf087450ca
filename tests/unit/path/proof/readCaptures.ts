import { readCapture, type TargetCapture } from "../../../../path/proof/captured";
import { correlate, type Correlation } from "../../../../path/proof/correlate";
import type { FlowCounts } from "../../../../path/proof/index";
import { countFlows } from "../../../../path/proof/flows";
import type { ProbeKey } from "../../../../path/proof/probes/probe";

/** What captures as they come from targets show of pings. */
export function correlated(keys: ProbeKey[], captures: TargetCapture[], gateways: Record<string, string>): Correlation {
  const read = captures.map((capture) => readCapture(capture, Object.values(gateways)));
  return correlate(keys, read, gateways);
}

/** Of flows. */
export function flowsIn(
  keys: ProbeKey[],
  captures: TargetCapture[],
  gateways: Record<string, string>,
  leadsElsewhere: string[] = [],
): FlowCounts[][] {
  const read = captures.map((capture) => readCapture(capture, Object.values(gateways)));
  return countFlows(keys, read, gateways, new Set(leadsElsewhere));
}

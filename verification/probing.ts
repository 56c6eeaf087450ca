import { ProbeOutputError, type Probe, type ProbeOrder, type ProbeResult } from "../path/proof/probes/probe";
import { lastLine } from "./hostOutput";
import { HostScriptError, margin, quotable, run, type Host } from "./hostScripts";

/** Runs a probe on a source. @throws HostScriptError | AccessError */
export async function runProbe(
  host: Host,
  probe: Probe,
  order: ProbeOrder,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const { stdout, stderr, result } = await run(host, probe.script, probe.argumentsFor(order), probe.ended, {
    timeout: probe.longest(order) + margin,
    sudo: false,
    signal,
  });
  try {
    return probe.read({ stdout, result, lastError: quotable(lastLine(stderr)) }, order);
  } catch (error) {
    if (error instanceof ProbeOutputError) {
      throw new HostScriptError(`${probe.name} on ${host.name} ${error.message}`);
    }
    throw error;
  }
}

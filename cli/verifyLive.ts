import { SettingsError, type Measurement } from "../automation/index";
import type { ReadAccount } from "../live/index";
import { diagnoseLive, measuredPath, topologyFromAnswers, TraceError, type Topology } from "../path/topology/index";
import type { VerificationRequest } from "../path/proof/request";
import { asEvents } from "./commandRun";
import type { Emit } from "./jsonEvents";
import type { Interruption } from "./interruption";
import { readLive } from "./liveAnswers";
import { measureAndPrint } from "./measure";
import type { VerifyCommandOptions } from "./verifyCommand";

/** Which flow is measured, of what no stack need have made. */
export interface LiveVerifyOptions {
  live?: true | string[];
  source?: string;
  destination?: string;
}

/** As settings have them by default. */
const ping = { count: 5, interval: 0.2, timeout: 5 };

/** The name that its report has. */
const name = "live";

/**
 * Finds the path of a flow by what AWS tells, measures it by SSM, and says why where something is wrong.
 *
 * @throws SettingsError naming what was not found, before anything is measured
 */
export async function verifyLive(
  { live = true, source, destination, ...options }: LiveVerifyOptions & VerifyCommandOptions,
  { signal }: Interruption,
): Promise<void> {
  if (source === undefined || destination === undefined) {
    throw new SettingsError("verify --live: expected --source and --destination, as --source i-… --destination i-…");
  }
  if (options.watch === true) throw new SettingsError("verify --live: --watch and --metrics are for deployed stacks");
  const read = await readLive(live);
  const topology = topologyFromAnswers(read.map(({ answers }) => answers));
  const request = await found(topology, read, { source, destination });
  // Loaded only now: whoever just deploys needs no ssh.
  const { verify } = await import("../verification/index");
  const work = (emit?: Emit): Promise<number> =>
    measureAndPrint(
      {
        names: [name],
        topologyOf: () => Promise.resolve(topology),
        measure: async (onEvent): Promise<Measurement[]> => {
          const report = await verify(request, {
            signal,
            onProgress: (line) => onEvent({ kind: "progress", stack: name, line }),
            onCapture: (target, pcap) => onEvent({ kind: "capture", stack: name, target, pcap }),
          });
          return [{ stack: name, outcome: "measured", report: diagnoseLive(report, topology) }];
        },
      },
      { format: options.format, folder: options.report, emit },
    );
  if (options.json === true) await asEvents(work);
  else process.exitCode = await work();
}

async function found(
  topology: Topology,
  read: readonly ReadAccount[],
  ends: { source: string; destination: string },
): Promise<VerificationRequest> {
  const { requestOf } = await import("../live/index");
  try {
    return requestOf(measuredPath(topology, ends), read, ping);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const unread = topology.unread?.length ? `; AWS did not tell: ${topology.unread.join("; ")}` : "";
    throw new SettingsError(`verify --live: ${error.message}${unread}`);
  }
}

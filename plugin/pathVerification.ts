import * as pulumi from "@pulumi/pulumi";
import * as made from "../components/pathVerification";
import type { MeasuredTargetGroup, RemoteHost, SsmHost, VerificationRequest } from "../path/proof/request";
import { problems } from "./arguments";
import { component } from "./component";

/** How a host is reached by ssh. */
export interface SshHostArgs {
  address: string;
  /** TCP port. @default 22 */
  port?: number;
  user: string;
  /** Private key in OpenSSH or PEM form. A secret. */
  privateKey: string;
  /** The host's public key, `ssh-ed25519 AAAA…`. */
  hostKey: string;
  /** Bastion to go through, which itself has none. */
  via?: SshHostArgs;
}

/** How a host is reached: exactly one of both. */
export interface RemoteHostArgs {
  ssm?: SsmHost;
  ssh?: SshHostArgs;
}

/** An inspection target. */
export interface MeasuredTarget {
  name: string;
  azId: string;
  /** Private IPv4 address on which GENEVE arrives. */
  address: string;
  host: RemoteHostArgs;
  /** By which AWS may have it registered. @default that of its `ssm` host, if it is one */
  instanceId?: string;
}

/** Where pings come from. */
export interface PingSource {
  name: string;
  /** AZ ID of the GWLB endpoint that the pings come through, which is its own AZ. */
  azId: string;
  address: string;
  host: RemoteHostArgs;
}

/** Where pings go. */
export interface PingDestination {
  name: string;
  azId?: string;
  address: string;
  /** Pinged in place of `address`, which an internet gateway turns it into before the inspection. */
  publicAddress?: string;
}

/** One way that is measured. */
export interface MeasuredPair {
  source: PingSource;
  destination: PingDestination;
  /** False when the destination cannot answer; the request alone is then the proof. @default true */
  expectReply?: boolean;
  /** Something must answer on its port, whatever it says. @default ping */
  probe?: PortProbe;
}

/** What a pair is measured by in place of ping. */
export interface PortProbe {
  /** `tcp` or `udp` */
  protocol: string;
  /** The destination's. */
  port: number;
}

/** The pings of a pair. */
export interface PingSettings {
  /** Echo requests per pair, 1 to 1000. @default 5 */
  count?: number;
  /** Seconds between two requests, at least 0.2. @default 0.2 */
  interval?: number;
  /** Seconds to wait for the last reply. @default 5 */
  timeout?: number;
}

/** What a target must have shown before anything is measured. */
export interface TargetHealth {
  /** TCP port of the health checks. @default 80 */
  port?: number;
  /** Health checks in a row that a target must have answered. */
  threshold: number;
  /** Seconds after which a target that is not healthy is an error. */
  deadline: number;
}

export interface PathVerificationArgs {
  targets: pulumi.Input<MeasuredTarget[]>;
  /** AWS is asked which targets are registered and healthy. @default it is not: the targets are taken for all that there are */
  targetGroup?: pulumi.Input<MeasuredTargetGroup>;
  /** Private IPv4 address of the GWLB by AZ ID. */
  gatewayAddresses: pulumi.Input<Record<string, string>>;
  /** Whether the GWLB sends from each AZ to the targets of all. @default false */
  crossZone?: pulumi.Input<boolean>;
  pairs: pulumi.Input<MeasuredPair[]>;
  ping?: pulumi.Input<PingSettings>;
  /** Whether the appliances keep no state: replies may then come through another endpoint than requests. @default false */
  statelessAppliances?: pulumi.Input<boolean>;
  health: pulumi.Input<TargetHealth>;
  /** What the path is made of, lists of ids by any name: the path is measured again when any of it changes. */
  path: pulumi.Input<Record<string, string[]>>;
  /** Any text; another one makes the path be measured again. @default none */
  runId?: pulumi.Input<string>;
  /** File that the report is written to as JSON, whatever the verdict. Relative to the project's folder. @default none */
  reportFile?: pulumi.Input<string>;
}

/**
 * The verification as a resource: it is created only when the path is inspected, every pair and every target. Otherwise the deployment fails with the
 * verdict, and the next deployment measures again.
 */
export class PathVerification extends component(made.PathVerification) {
  declare readonly verdict: pulumi.Output<string>;
  /** ISO 8601, UTC. */
  declare readonly measuredAt: pulumi.Output<string>;

  constructor(name: string, args: PathVerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { path, runId, reportFile, ...measured } = args;
    super(
      name,
      {
        request: pulumi.output(measured).apply(requestOf),
        path,
        ...(runId !== undefined && { runId }),
        ...(reportFile !== undefined && { reportFile }),
      },
      opts,
    );
  }
}

type Measured = pulumi.Unwrap<Omit<PathVerificationArgs, "path" | "runId" | "reportFile">>;

function requestOf({
  targets,
  targetGroup,
  gatewayAddresses,
  crossZone,
  pairs,
  ping,
  statelessAppliances,
  health,
}: Measured): VerificationRequest {
  return {
    targets: targets.map((target, index) => ({ ...target, host: hostOf(`targets[${index}].host`, target.host) })),
    ...(targetGroup !== undefined && { targetGroup }),
    gatewayAddresses,
    ...(crossZone !== undefined && { crossZone }),
    pairs: pairs.map(({ source, destination, expectReply, probe }, index) => ({
      source: { ...source, host: hostOf(`pairs[${index}].source.host`, source.host) },
      destination,
      expectReply: expectReply ?? true,
      ...(probe !== undefined && { probe }),
    })),
    ping: { count: 5, interval: 0.2, timeout: 5, ...ping },
    ...(statelessAppliances === true && { statelessAppliances }),
    health,
  };
}

function hostOf(where: string, { ssm, ssh }: RemoteHostArgs): RemoteHost {
  const host = ssm ?? ssh;
  if (host === undefined || (ssm !== undefined && ssh !== undefined))
    throw problems([[where, `has ${host === undefined ? "neither" : "both"} of ssm and ssh, expected one of them`]]);
  return host;
}

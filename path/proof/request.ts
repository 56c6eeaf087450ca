import type { HealthCheckProtocol } from "../net/healthCheck";
import type { PortProbe } from "./pathReport";

/** How a host is reached by ssh. The host key is always checked. */
export interface SshHost {
  /** IPv4 address or name. */
  address: string;
  /** TCP port, default 22. */
  port?: number;
  /** Who logs in. */
  user: string;
  /** Private key in OpenSSH or PEM form. A secret. */
  privateKey: string;
  /** The host's public key, `ssh-ed25519 AAAA…`. */
  hostKey: string;
  /** Bastion to go through. */
  via?: Omit<SshHost, "via">;
}

/** A role of a host's account. */
export interface HostRole {
  /** `arn:PARTITION:iam::ACCOUNT:role/NAME` */
  roleArn: string;
  /** @default "gwlb-inspection" */
  sessionName?: string;
  /** Of the role's trust policy. */
  externalId?: string;
}

/** Where credentials of an account come from. */
export interface AccountCredentials {
  /** As `ap-northeast-1`. */
  region: string;
  /** AWS profile to take credentials from; those of the environment otherwise. */
  profile?: string;
  /** Role to assume with these. */
  assumeRole?: HostRole;
  /** Profile and role are secrets of the settings: no error has them. */
  secret?: boolean;
}

/** How a host is reached by SSM Run Command, as root, with credentials of its account. */
export interface SsmHost extends AccountCredentials {
  /** `i-…` */
  instanceId: string;
}

/** A host by the way it is reached. */
export type RemoteHost = SshHost | SsmHost;

/** An interface of a target that EC2 Traffic Mirroring copies to a collector. */
export interface MirroredInterface {
  /** `06:…` */
  macAddress: string;
  /** VXLAN's, of the mirror session. */
  vni: number;
}

/** A target, and how its packets are seen. */
export interface VerificationTarget {
  /** By which reports name it. */
  name: string;
  /** Its AZ ID. */
  azId: string;
  /** Private IPv4 address on which GENEVE arrives. */
  address: string;
  /** With `mirrored` the collector; nobody logs in on the target itself then. */
  host: RemoteHost;
  /** All of its interfaces, where these are mirrored to `host`. @default `host` is the target */
  mirrored?: MirroredInterface[];
  /** `i-…`, by which AWS may have it registered. @default that of its SSM host, if it is one and no collector */
  instanceId?: string;
  /** Whether this program made its rules: they must be in force then. False for an appliance. @default true */
  hairpin?: boolean;
}

/** The GWLB's target group, and where credentials of its account come from. Holds no secret. */
export interface MeasuredTargetGroup extends AccountCredentials {
  /** ARN of the target group. */
  arn: string;
  /**
   * Whether nothing is registered in it but the request's targets, unless AWS says otherwise: this program made it. In a group of
   * somebody else's there may be targets that nobody watches.
   */
  ours: boolean;
}

/** No host to be reached: the machine that measures, which for AWS is somewhere in the internet. */
export const thisMachine = "this machine";

/** UDP port of destinations that flows go to beside the pings: traceroute's first one, where nothing listens. */
export const flowPort = 33_434;

/** A source that measures and a destination. */
export interface VerificationPair {
  /** Where the probe runs. */
  source: {
    /** By which reports name it. */
    name: string;
    /** AZ ID of the GWLB endpoint that its packets come through: the source's own AZ; of this machine the destination's. */
    azId: string;
    /** IPv4 address; of this machine the public one that AWS sees its packets come from. */
    address: string;
    /** How it is reached. */
    host: RemoteHost | typeof thisMachine;
  };
  /** Where its packets go. */
  destination: {
    /** By which reports name it. */
    name: string;
    /** AZ ID; absent outside the VPC. */
    azId?: string;
    /** IPv4 address, as targets see it. */
    address: string;
    /** Pinged in place of `address`, which an internet gateway turns it into before the inspection. */
    publicAddress?: string;
  };
  /** False when the destination cannot answer; the request alone is then the proof. */
  expectReply: boolean;
  /** @default ping */
  probe?: PortProbe;
}

/** Everything that a verification needs: plain data, JSON on the standard input of `verification/main.ts`. */
export interface VerificationRequest {
  /** All that the GWLB may send to. */
  targets: VerificationTarget[];
  /** AWS is asked which targets are registered and healthy. @default it is not: the targets are taken for all that there are */
  targetGroup?: MeasuredTargetGroup;
  /** Private IPv4 address of the GWLB in each AZ, keyed by AZ ID. */
  gatewayAddresses: Record<string, string>;
  /** Whether the GWLB sends from each AZ to the targets of all. @default not known, which counts as false */
  crossZone?: boolean;
  /** What is measured, each pair by itself. */
  pairs: VerificationPair[];
  /** Of every probe. */
  ping: {
    /** Echo requests per pair, 1 to 1000; of another probe requests. */
    count: number;
    /** Seconds between two requests, at least 0.2 for an ordinary user. */
    interval: number;
    /**
     * Seconds to wait for a reply. Once a request was answered, iputils' ping waits for the last reply only as long as the
     * interval, or twice the slowest reply (`__schedule_exit` of its ping_common.c, 2010 to 2022).
     */
    timeout: number;
  };
  /**
   * Whether the appliances keep no state, so that replies may come through another endpoint than requests: `asymmetric` is then
   * proven, too. @default false
   */
  statelessAppliances?: boolean;
  /** What is waited for before anything is measured. */
  health: {
    /** TCP port of the health checks, default 80. */
    port?: number;
    /** What they ask; beside "TCP", of which a host shows no more than that connections are taken. @default "TCP" */
    protocol?: HealthCheckProtocol;
    /** What HTTP and HTTPS ask for. @default "/" */
    path?: string;
    /** Seconds between two of them: so long a mirror may have to be watched until it proves its sight. @default 10 */
    interval?: number;
    /** Health checks in a row that a target must have answered. */
    threshold: number;
    /** Seconds after which a target that is not healthy is an error. */
    deadline: number;
  };
}

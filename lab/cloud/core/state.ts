import type { TargetHealth } from "../../gateway/config";
import { emptySnapshot, type CloudSnapshot } from "./records";
import type { Properties } from "./properties";

/** A key pair's public half. AWS never has the other. */
export interface KeyPair {
  accountId: string;
  region: string;
  name: string;
  keyPairId: string;
  publicKey: string;
}

export interface ServicePermission {
  id: string;
  accountId: string;
  region: string;
  serviceId: string;
  principal: string;
}

export interface Attachment {
  id: string;
  accountId: string;
  region: string;
  targetGroupArn: string;
  targetId: string;
  port?: number;
}

/** IAM is global: no Region. */
export interface IamRole {
  accountId: string;
  name: string;
  arn: string;
  uniqueId: string;
  createDate: string;
  policyArns: string[];
}

export interface IamInstanceProfile {
  accountId: string;
  name: string;
  arn: string;
  uniqueId: string;
  createDate: string;
  role?: string;
}

/** Of KMS. */
export interface KmsKey {
  id: string;
  arn: string;
  state: "Enabled" | "Disabled" | "PendingDeletion";
  usage: string;
  spec: string;
}

/** Of RAM. */
export interface ResourceShare {
  arn: string;
  accountId: string;
  region: string;
  tags: Record<string, string>;
  name: string;
  allowExternalPrincipals: boolean;
  resourceArns: string[];
  /** 12-digit ids of accounts. */
  principals: string[];
  /** Those of them that have not accepted their invitation. */
  invited: string[];
}

function none<T>(): Record<string, T> {
  return {};
}

/** Everything that the cloud knows. Records are changed in place; `Cloud.snapshot` copies them. */
export class State {
  readonly tables: CloudSnapshot = emptySnapshot();

  /** By account, Region and name. */
  readonly keyPairs = none<KeyPair>();
  readonly permissions = none<ServicePermission>();
  readonly attachments = none<Attachment>();
  /** By account and name. */
  readonly roles = none<IamRole>();
  readonly instanceProfiles = none<IamInstanceProfile>();
  /** By ARN. */
  readonly kmsKeys = none<KmsKey>();
  /** By ARN. */
  readonly resourceShares = none<ResourceShare>();
  /** By target group ARN, as last reported by the data plane. */
  readonly health = none<TargetHealth[]>();
  /** Endpoints whose connection the service still shows, though they are gone: by endpoint id, service and owner. */
  readonly lingeringConnections = none<{ serviceId: string; ownerId: string }>();
  /** What AWS carries out by itself, by the id of what changes: the last that was begun. */
  readonly transitions = new Map<string, Promise<void>>();
  /** What a resource was last given, by token and id; attributes that no record has are read from here. */
  private readonly given = new Map<string, { inputs: Properties; madeUp: unknown }>();

  inputsOf(token: string, id: string): Properties {
    return this.given.get(`${token} ${id}`)?.inputs ?? {};
  }

  /** Names of the inputs that were made up, as a check noted them; undefined when there are none. */
  madeUpOf(token: string, id: string): unknown {
    return this.given.get(`${token} ${id}`)?.madeUp;
  }

  remember(token: string, id: string, inputs: Properties, madeUp?: unknown): void {
    this.given.set(`${token} ${id}`, { inputs, madeUp });
  }

  forget(token: string, id: string): void {
    this.given.delete(`${token} ${id}`);
  }
}

/** The records that an account has in a Region. */
export function ownedBy<T extends { accountId: string; region: string }>(
  table: Record<string, T>,
  caller: { accountId: string; region: string },
): T[] {
  return Object.values(table).filter(
    (record) => record.accountId === caller.accountId && record.region === caller.region,
  );
}

/** A record by its key, when it is this account's and in this Region: AWS does not tell of anybody else's. */
export function find<T extends { accountId: string; region: string }>(
  table: Record<string, T>,
  key: string,
  caller: { accountId: string; region: string },
): T | undefined {
  const record = table[key];
  return record?.accountId === caller.accountId && record.region === caller.region ? record : undefined;
}

import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import {
  consumersOf,
  readReport,
  SettingsError,
  type StackSelection,
  type Workspace,
} from "gwlb-inspection/automation";
import type { FabricEntry } from "../../fabric/inspect";
import type { GatewayCounters } from "../../gateway/config";
import { askDaemon, type ControlRequest } from "../../world/control";
import { clientsFor, TargetGroupApi, type Clients } from "./api";
import type { Scene } from "./run";
import { streamPort, Traffic, type Enter } from "./traffic";

/** Where the measurement takes place. */
export interface Place {
  workspace: Workspace;
  stacks: StackSelection[];
  /** The lab's folder. */
  directory: string;
  signal: AbortSignal;
}

/** A scene, its ends, and what lets streams through their security groups taken back. */
export interface OpenScene {
  scene: Scene;
  source: string;
  destination: string;
  close: () => Promise<void>;
}

interface Pair {
  source: FabricEntry;
  destination: FabricEntry;
  groupArn: string;
}

/** What the lab has proven of a pair that is in it, the first one that there is. @throws SettingsError when there is none */
async function provenPair({ workspace, stacks }: Place, entries: FabricEntry[]): Promise<Pair> {
  const instance = (address: string): FabricEntry | undefined =>
    entries.find((entry) => entry.kind === "instance" && entry.address === address);
  for (const { name: stack } of consumersOf(stacks)) {
    const report = await readReport({ workspace, stack });
    const groupArn = report?.targetGroup?.arn;
    for (const pair of report?.pairs ?? []) {
      const [source, destination] = [instance(pair.source.address), instance(pair.destination.address)];
      if (pair.verdict !== "inspected" || !pair.expectReply || !source || !destination || !groupArn) continue;
      return { source, destination, groupArn };
    }
  }
  throw new SettingsError("No pair of this lab was proven: `lab up` deploys and proves it, expected an inspected pair");
}

export async function openScene(place: Place): Promise<OpenScene> {
  const ask = (request: ControlRequest): Promise<unknown> =>
    askDaemon(path.join(place.directory, "control.sock"), request);
  const entries = (await ask({ kind: "inspect" })) as FabricEntry[];
  const { source, destination, groupArn } = await provenPair(place, entries);
  const [, , , region = "", accountId = ""] = groupArn.split(":");
  const api = await TargetGroupApi.of(await clientsFor(region, accountId), groupArn);
  const enter =
    (instance: string): Enter =>
    async (command) =>
      (await ask({ kind: "enter", instance, command })) as string[];
  const close = await lettingStreams(region, source, destination);
  const instanceOf = (target: string): string =>
    entries.find(({ kind, address }) => kind === "instance" && address === target)?.id ?? target;
  const scene: Scene = {
    api,
    instanceOf,
    exec: async (instance, command) => {
      const [program = "", ...args] = await enter(instance)(command);
      await promisify(execFile)(program, args);
    },
    counters: async () => sum(Object.values((await ask({ kind: "counters" })) as Record<string, GatewayCounters>)),
    zoneOf: (target) => entries.find(({ id, kind }) => kind === "instance" && id === instanceOf(target))?.azId ?? "",
    traffic: () => new Traffic(enter(source.id), { enter: enter(destination.id), address: destination.address ?? "" }),
    signal: place.signal,
  };
  return {
    scene,
    source: source.name ?? source.id,
    destination: destination.name ?? destination.id,
    close,
  };
}

function sum(all: GatewayCounters[]): GatewayCounters {
  const [first, ...more] = all;
  if (first === undefined) throw new Error("The lab has no gateway");
  return more.reduce(
    (one, other) => ({
      ...one,
      flows: one.flows + other.flows,
      moved: one.moved + other.moved,
      targets: { ...one.targets, ...other.targets },
    }),
    first,
  );
}

/** Lets the streams' TCP out of the source and into the destination. @returns what takes that back */
async function lettingStreams(
  region: string,
  source: FabricEntry,
  destination: FabricEntry,
): Promise<() => Promise<void>> {
  const out = await allowed(await clientsFor(region, source.accountId), source.id, "Egress", destination.address ?? "");
  try {
    const clients = await clientsFor(region, destination.accountId);
    const into = await allowed(clients, destination.id, "Ingress", source.address ?? "");
    return async () => {
      await out();
      await into();
    };
  } catch (error) {
    await out();
    throw error;
  }
}

/** Lets the streams' TCP through an instance's security group, unless a rule does already. @returns what takes it back */
async function allowed(
  { ec2 }: Clients,
  instance: string,
  direction: "Ingress" | "Egress",
  address: string,
): Promise<() => Promise<void>> {
  const sdk = await import("@aws-sdk/client-ec2");
  const { Reservations: [found] = [] } = await ec2.send(new sdk.DescribeInstancesCommand({ InstanceIds: [instance] }));
  const rule = {
    GroupId: found?.Instances?.[0]?.SecurityGroups?.[0]?.GroupId,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: streamPort, ToPort: streamPort, IpRanges: [{ CidrIp: `${address}/32` }] },
    ],
  };
  try {
    if (direction === "Ingress") await ec2.send(new sdk.AuthorizeSecurityGroupIngressCommand(rule));
    else await ec2.send(new sdk.AuthorizeSecurityGroupEgressCommand(rule));
  } catch (error) {
    if ((error as Error).name !== "InvalidPermission.Duplicate") throw error;
  }
  return async () => {
    if (direction === "Ingress") await ec2.send(new sdk.RevokeSecurityGroupIngressCommand(rule));
    else await ec2.send(new sdk.RevokeSecurityGroupEgressCommand(rule));
  };
}

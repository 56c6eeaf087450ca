import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayCounters } from "../../gateway/config";
import { SettingsError } from "gwlb-inspection/automation";
import type { Settings, TargetGroupApi } from "./api";
import { failoverEvents, type EventName, type FailoverEvent, type Means } from "./events";
import { figuresOf } from "./figures";
import type { Measured } from "./table";
import { streamCount, type Traffic } from "./traffic";

/** What events are made on and measured by. */
export interface Scene extends Means {
  /** Of all gateways together. */
  counters: () => Promise<GatewayCounters>;
  /** AZ ID of a target, by its id. */
  zoneOf: (target: string) => string;
  traffic: () => Traffic;
  /** Aborted by Ctrl-C: what was made is healed, and the rest left out. */
  signal: AbortSignal;
}

/** Seconds of the lab's own time. */
const times = { before: 1, poll: 0.1, back: 60, settle: 15 };

const now = (): number => Date.now() / 1000;

/** @throws Error what was waited for, when it has not come in `seconds` */
async function until(what: string, seconds: number, reached: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = now() + seconds;
  while (!(await reached())) {
    if (now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(times.poll * 1000);
  }
}

/** @throws SettingsError that names every target that is not healthy: nothing would be known of what an event does */
export async function refuseUnhealthy({ api }: Scene): Promise<void> {
  const states = [...(await api.health())];
  const others = states.filter(([, state]) => state !== "healthy").map(([id, state]) => `${id} ${state}`);
  if (states.length > 0 && others.length === 0) return;
  throw new SettingsError(
    `Targets: ${others.join(", ") || "none"}: expected all of them healthy before one is made to fail`,
  );
}

/** Resolves when the API says so of every registered target, and no flow is known that began before. */
export async function settled({ api, counters }: Scene): Promise<void> {
  await until("all targets healthy", times.back, async () => {
    const states = [...(await api.health()).values()];
    return states.length > 0 && states.every((state) => state === "healthy");
  });
  await until("no flow left", times.back, async () => (await counters()).flows === 0);
}

/**
 * Makes an event while traffic runs, heals it after `hold` seconds, and tells what became of the traffic.
 *
 * @throws Error when no ping goes through a target, or the targets do not come back
 */
export async function measured(
  scene: Scene,
  event: EventName,
  settings: Pick<Settings, "failover" | "crossZone">,
  hold: number,
): Promise<Measured> {
  const { api, counters, signal } = scene;
  const { make, heal, zone }: FailoverEvent = failoverEvents[event];
  const traffic = scene.traffic();
  try {
    await traffic.ping();
    const victims = await victimsOf(scene, zone === true);
    await traffic.stream();
    await sleep(times.before * 1000);
    const before = (await counters()).moved;
    const moments = { made: now(), healed: 0, ended: 0 };
    let watched: Awaited<ReturnType<typeof watch>> = {};
    let moved = 0;
    try {
      await make(scene, victims);
      watched = await watch(api, victims, moments.made + hold, signal);
      moved = (await counters()).moved - before;
    } finally {
      moments.healed = now();
      await heal(scene, victims);
    }
    signal.throwIfAborted();
    await until("all targets healthy again", times.back, async () => {
      const states = await api.health();
      return victims.every((id) => states.has(id)) && [...states.values()].every((state) => state === "healthy");
    });
    await until("", times.settle, () => isBack(traffic)).catch(() => undefined);
    moments.ended = now();
    const [pings, streams] = [traffic.pings(), traffic.streams()];
    const { at, state } = watched;
    return {
      event,
      failover: settings.failover,
      crossZone: settings.crossZone,
      figures: figuresOf(pings, streams, streamCount, moments),
      moved,
      ...(at !== undefined && { unhealthyAfter: at - moments.made }),
      ...(state !== undefined && { state }),
    };
  } finally {
    await traffic.end();
  }
}

/** The target that has the ping, or all of its AZ. */
async function victimsOf({ api, counters, zoneOf }: Scene, zone: boolean): Promise<string[]> {
  const before = (await counters()).targets;
  await sleep(500);
  const after = (await counters()).targets;
  const grown = (id: string): number => (after[id]?.forwarded ?? 0) - (before[id]?.forwarded ?? 0);
  const [first] = Object.keys(after).sort((one, other) => grown(other) - grown(one));
  if (first === undefined || grown(first) === 0) throw new Error("No ping went through a target");
  if (!zone) return [first];
  return [...(await api.health()).keys()].filter((id) => zoneOf(id) === zoneOf(first));
}

/** Looks on until it is time to heal. @returns when the API first said of these targets that one is not healthy, and what */
async function watch(
  api: TargetGroupApi,
  victims: string[],
  end: number,
  signal: AbortSignal,
): Promise<{ at?: number; state?: string }> {
  let found: { at?: number; state?: string } = {};
  while (now() < end && !signal.aborted) {
    const states = await api.health();
    const bad = victims.map((id) => states.get(id) ?? "unused").find((state) => state !== "healthy");
    if (bad !== undefined && found.at === undefined) found = { at: now(), state: bad };
    await sleep(times.poll * 1000);
  }
  return found;
}

/** Whether pings and all streams that were not cut were answered just now. */
function isBack(traffic: Traffic): boolean {
  const recent = (at: number | undefined): boolean => at !== undefined && now() - at < 0.5;
  const { streams } = traffic.streams();
  const alive = streams.filter(({ cutAt }) => cutAt === undefined);
  return recent([...traffic.pings().answers.values()].at(-1)) && alive.every(({ answers }) => recent(answers.at(-1)));
}

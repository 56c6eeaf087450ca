import { webService } from "../../faults/targetFaults";
import type { TargetGroupApi } from "./api";

/** What may happen to targets, and what heals it. */
export interface FailoverEvent {
  /** For the table. */
  name: string;
  /** All targets of the AZ, or the one that has the ping. */
  zone?: true;
  make: (by: Means, targets: string[]) => Promise<void>;
  heal: (by: Means, targets: string[]) => Promise<void>;
}

/** How events are made. */
export interface Means {
  api: TargetGroupApi;
  /** Id of a target's instance: its own, or of the one that has its address. */
  instanceOf: (target: string) => string;
  /** Runs a command in an instance, by its id. @throws Error when it fails */
  exec: (instance: string, command: string[]) => Promise<void>;
}

const onEach =
  (command: string): FailoverEvent["make"] =>
  async ({ exec, instanceOf }, targets) => {
    for (const target of targets) await exec(instanceOf(target), ["sh", "-c", command]);
  };

const stop: FailoverEvent["make"] = ({ api, instanceOf }, targets) => api.stop(targets.map(instanceOf));
const start: FailoverEvent["heal"] = ({ api, instanceOf }, targets) => api.start(targets.map(instanceOf));

/** By the name that the command line has for it, in the order in which they are made. */
export const failoverEvents = {
  stop: { name: "stopped", make: stop, heal: start },
  deregister: {
    name: "deregistered",
    make: ({ api }, targets) => api.deregister(targets),
    heal: ({ api }, targets) => api.register(targets),
  },
  reboot: {
    name: "rebooted",
    make: ({ api, instanceOf }, targets) => api.reboot(targets.map(instanceOf)),
    heal: () => Promise.resolve(),
  },
  "health-check": {
    name: "health check",
    make: onEach(`systemctl stop ${webService}`),
    heal: onEach(`systemctl start ${webService}`),
  },
  zone: { name: "AZ stopped", zone: true, make: stop, heal: start },
} as const satisfies Record<string, FailoverEvent>;

export type EventName = keyof typeof failoverEvents;

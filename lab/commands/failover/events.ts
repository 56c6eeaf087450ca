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
  /** Runs a command in an instance, by its id. @throws Error when it fails */
  exec: (instance: string, command: string[]) => Promise<void>;
}

const onEach =
  (command: string): FailoverEvent["make"] =>
  async ({ exec }, targets) => {
    for (const target of targets) await exec(target, ["sh", "-c", command]);
  };

/** By the name that the command line has for it, in the order in which they are made. */
export const failoverEvents = {
  stop: {
    name: "stopped",
    make: ({ api }, targets) => api.stop(targets),
    heal: ({ api }, targets) => api.start(targets),
  },
  deregister: {
    name: "deregistered",
    make: ({ api }, targets) => api.deregister(targets),
    heal: ({ api }, targets) => api.register(targets),
  },
  reboot: {
    name: "rebooted",
    make: ({ api }, targets) => api.reboot(targets),
    heal: () => Promise.resolve(),
  },
  "health-check": {
    name: "health check",
    make: onEach(`systemctl stop ${webService}`),
    heal: onEach(`systemctl start ${webService}`),
  },
  zone: {
    name: "AZ stopped",
    zone: true,
    make: ({ api }, targets) => api.stop(targets),
    heal: ({ api }, targets) => api.start(targets),
  },
} as const satisfies Record<string, FailoverEvent>;

export type EventName = keyof typeof failoverEvents;

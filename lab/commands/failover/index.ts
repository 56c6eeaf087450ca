import { type Command, Option } from "commander";
import { printJson, printOwn, say, view } from "gwlb-inspection/cli";
import { nameOption, programOption, type ProgramOptions } from "../options";
import { targetFailovers, type Settings, type TargetFailover } from "./api";
import { failoverEvents, type EventName } from "./events";
import { measured, refuseUnhealthy, settled } from "./run";
import { openScene, type Place } from "./scene";
import { conditions, failoverMarkdown, failoverTable, type FailoverReport } from "./table";

/** What is measured; all of it by default. */
interface FailoverOptions {
  event: EventName[];
  failover?: TargetFailover;
  crossZone?: "on" | "off";
  format: "table" | "json" | "markdown";
}

const allEvents = Object.keys(failoverEvents) as EventName[];

function withFailover(command: Command): Command {
  return command
    .addOption(new Option("--event <event...>", "what happens to targets").choices(allEvents).default(allEvents, "all"))
    .addOption(new Option("--failover <value>", "under this target failover alone").choices(targetFailovers))
    .addOption(new Option("--cross-zone <state>", "with or without cross-zone alone").choices(["on", "off"]))
    .addOption(
      new Option("--format <format>", "of what is printed").choices(["table", "json", "markdown"]).default("table"),
    );
}

/** `lab failover`, which runs {@link registerInsideFailover} inside the lab. */
export function registerFailover(
  lab: Command,
  inside: (options: ProgramOptions, command: string[]) => Promise<number>,
): void {
  withFailover(lab.command("failover"))
    .description("make targets fail under ping and TCP streams, heal them, and tell what it did, by settings")
    .addOption(nameOption())
    .addOption(programOption())
    .action(async ({ event, failover, crossZone, format, ...options }: FailoverOptions & ProgramOptions) => {
      const settings = [
        ...(failover === undefined ? [] : ["--failover", failover]),
        ...(crossZone === undefined ? [] : ["--cross-zone", crossZone]),
      ];
      const command = ["failover", "--event", ...event, ...settings, "--format", format];
      process.exitCode = await inside(options, command);
    });
}

/** @param here - asked when the command runs */
export function registerInsideFailover(group: Command, here: () => Promise<Place & { scale: number }>): void {
  withFailover(group.command("failover")).action(async (options: FailoverOptions) => {
    const report = await failover(await here(), options);
    if (options.format === "json") printJson(report, 2);
    else if (options.format === "markdown") printOwn(`${failoverMarkdown(report)}\n`);
    else printOwn(`${failoverTable(report, view())}\n\n${conditions(report)}\n`);
  });
}

/** Every event under every setting, one after another. The settings are in the end what they were. */
async function failover(place: Place & { scale: number }, options: FailoverOptions): Promise<FailoverReport> {
  const { scene, source, destination, close } = await openScene(place);
  const { api } = scene;
  const before = await api.settings();
  const report: FailoverReport = { source, destination, scale: place.scale, settings: before, measured: [] };
  try {
    await refuseUnhealthy(scene);
    for (const settings of settingsOf(options)) {
      await api.change(settings);
      await settled(scene);
      for (const event of options.event) {
        place.signal.throwIfAborted();
        const found = await measured(scene, event, settings, holdOf(before, place.scale));
        report.measured.push(found);
        const { lost, sent } = found.figures;
        const crossZone = settings.crossZone ? "on" : "off";
        say(
          `${failoverEvents[event].name}, ${settings.failover}, cross-zone ${crossZone}: ${lost} of ${sent} pings lost`,
        );
      }
    }
  } finally {
    await api.change(before);
    await close();
  }
  return report;
}

function settingsOf({ failover, crossZone }: FailoverOptions): Pick<Settings, "failover" | "crossZone">[] {
  const states = crossZone === undefined ? [false, true] : [crossZone === "on"];
  const values = failover === undefined ? targetFailovers : [failover];
  return values.flatMap((value) => states.map((state) => ({ failover: value, crossZone: state })));
}

/** Seconds until an event is healed: three more than what AWS waits for takes here, deregistration or failed health checks. */
function holdOf({ deregistrationDelay, interval, timeout, unhealthyThreshold }: Settings, scale: number): number {
  return 3 + scale * Math.max(deregistrationDelay, unhealthyThreshold * (interval + timeout));
}

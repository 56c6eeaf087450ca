import type { Command } from "commander";
import * as path from "node:path";
import type { FabricEntry } from "../fabric/inspect";
import type { GatewayCounters } from "../gateway/config";
import {
  formatOption,
  type GraphOptions,
  prepareOutput,
  print,
  printJson,
  say,
  type TraceOptions,
  verifyArguments,
  type VerifyCommandOptions,
  withGraph,
  withTrace,
  withVerify,
} from "gwlb-inspection/cli";
import { registerCapture } from "./capture";
import { orItsEnd } from "./end";
import { registerImpair } from "./impair";
import { registerInside } from "./inside";
import { accessOption, nameOption, programOption, runningLab, scaleOption, type ProgramOptions } from "./options";
import { down, inside, start, up, type LabOptions } from "./run";
import { prepareLab } from "./setup";
import { registerShell } from "./shell";
import { registerSsh } from "./ssh";
import { countersTable, fabricTable } from "./table";
import { registerWipe } from "./wipe";

/** Commands of the lab. Each sets the process's exit code. */
export function registerLab(program: Command): void {
  const lab = program.command("lab").description("run the program on this machine, without AWS");
  lab.hook("preAction", async (_, command) => {
    const { name } = command.opts<{ name?: string }>();
    const problem = name === undefined ? undefined : (await import("../world")).nameProblem(name);
    if (problem !== undefined) command.error(`error: ${problem}`);
    const { obstacles } = await import("../setup");
    const problems = obstacles();
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
  const exit = async (code: Promise<number>): Promise<void> => void (process.exitCode = await code);

  lab
    .command("setup")
    .description("install what is missing, build engine and image; everything is cached")
    .action(async () => void (await prepareLab(say)));
  lab
    .command("start")
    .description("deploy both stacks, show the proof, take everything down")
    .option(...nameOption)
    .option(...programOption)
    .option(...scaleOption)
    .addOption(accessOption())
    .option("--keep", "leave the lab up")
    .option("--report <folder>", "write a page to look at, the report as JSON and the captures here")
    .action((options: LabOptions) => exit(start(options)));
  lab
    .command("up")
    .description("deploy both stacks and leave the lab up; of a lab that is up, mend what differs")
    .option(...nameOption)
    .option(...programOption)
    .option(...scaleOption)
    .addOption(accessOption())
    .action((options: LabOptions) => exit(up(options)));
  withVerify(lab.command("verify"))
    .description("measure the path again, without touching a resource")
    .option(...nameOption)
    .option(...programOption)
    .action(({ report, ...options }: ProgramOptions & VerifyCommandOptions) => {
      const folder = report === undefined ? {} : { report: path.resolve(report) };
      return exit(inside(options, ["verify", ...verifyArguments({ ...options, ...folder })]));
    });
  withGraph(lab.command("graph"))
    .option(...nameOption)
    .option(...programOption)
    .action(({ format, output, ...options }: Pick<LabOptions, "name" | "program"> & GraphOptions) => {
      prepareOutput(output);
      const file = output === undefined ? [] : ["--output", path.resolve(output)];
      return exit(inside(options, ["graph", "--format", format, ...file]));
    });
  withTrace(lab.command("trace"))
    .description("follow a packet and its answer hop by hop through the stacks' states, without sending one")
    .option(...nameOption)
    .option(...programOption)
    .action((source: string, destination: string, options: LabOptions & TraceOptions) =>
      exit(inside(options, ["trace", source, destination, "--protocol", options.protocol, "--format", options.format])),
    );
  lab
    .command("inspect")
    .description("AWS id, namespace, link and address of everything")
    .option(...nameOption)
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const entries = (await (await runningLab(name)).ask({ kind: "inspect" })) as FabricEntry[];
      if (format === "json") printJson(entries, 2);
      else print(fabricTable(entries));
    });
  lab
    .command("counters")
    .description("packets that each gateway has taken, handed on and dropped, by reason")
    .option(...nameOption)
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const gateways = (await (await runningLab(name)).ask({ kind: "counters" })) as Record<string, GatewayCounters>;
      if (format === "json") printJson(gateways, 2);
      else print(countersTable(gateways));
    });
  lab
    .command("exec <instance> <command...>")
    .description("run a command in an instance, by Name tag or id, as root")
    .option(...nameOption)
    .action(async (instance: string, command: string[], options: LabOptions) => {
      const running = await runningLab(options.name);
      const entering = (await running.ask({ kind: "enter", instance, command })) as string[];
      await exit(orItsEnd(running, running.run(entering)));
    });
  lab
    .command("reboot <instance>")
    .description("reboot an instance, by Name tag or id, and wait until its sshd listens")
    .option(...nameOption)
    .action(async (instance: string, options: LabOptions) => {
      await (await runningLab(options.name)).ask({ kind: "reboot", instance });
    });
  lab
    .command("break <fault>")
    .description("make a fault behind the program's back")
    .option(...nameOption)
    .action(async (fault: string, options: LabOptions) => {
      say(String(await (await runningLab(options.name)).ask({ kind: "break", fault })));
    });
  lab
    .command("repair")
    .description("take all faults and impairments back")
    .option(...nameOption)
    .action(async (options: LabOptions) => {
      say(`${String(await (await runningLab(options.name)).ask({ kind: "repair" }))} changes taken back`);
    });
  lab
    .command("down")
    .description("take the lab down; removes what a crashed one left, too")
    .option(...nameOption)
    .action(({ name }: LabOptions) => down(name));
  registerWipe(lab);
  registerCapture(lab);
  registerSsh(lab);
  registerShell(lab);
  registerImpair(lab);
  registerInside(lab);
}

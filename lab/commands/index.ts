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
  printOwn,
  say,
  type TraceOptions,
  verifyArguments,
  view,
  type VerifyCommandOptions,
  withGraph,
  withTrace,
  withVerify,
  wrongName,
} from "gwlb-inspection/cli";
import { registerCapture } from "./capture";
import { orItsEnd } from "./end";
import { registerFailover } from "./failover/index";
import { registerImpair } from "./impair";
import { registerInside } from "./inside";
import { faultNames, instanceNamed } from "./names";
import {
  accessOption,
  labDesignOption,
  nameOption,
  programOption,
  runningLab,
  scaleOption,
  type ProgramOptions,
} from "./options";
import { down, inside, start, up, type LabOptions } from "./run";
import { prepareLab } from "./setup";
import { registerShell } from "./shell";
import { registerSsh } from "./ssh";
import { countersTable, fabricTable } from "./table";
import { registerWipe } from "./wipe";

export { faultNames } from "./names";

/** Commands of the lab. Each sets the process's exit code. */
export function registerLab(program: Command): void {
  const lab = program.command("lab").description("run the program on this machine, without AWS");
  lab.hook("preAction", async (_, command) => {
    const { name } = command.opts<{ name?: string }>();
    const problem = name === undefined ? undefined : (await import("../world/world")).nameProblem(name);
    if (problem !== undefined) command.error(`error: ${problem}`);
    const { obstacles } = await import("../setup");
    const problems = obstacles();
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
  let known: string[] = [];
  // Also for its help, which cannot wait.
  lab.hook("preSubcommand", async (_, command) => {
    if (["break", "repair"].includes(command.name())) known = await faultNames();
  });
  const checkFault = (fault: string): void => {
    if (!known.includes(fault)) throw wrongName("fault", fault, known, "gwlb-inspection lab break");
  };
  const exit = async (code: Promise<number>): Promise<void> => void (process.exitCode = await code);

  lab
    .command("setup")
    .description("install what is missing, build engine and image; everything is cached")
    .action(async () => void (await prepareLab(say)));
  lab
    .command("start")
    .description("deploy the stacks, show the proof, take everything down")
    .addOption(nameOption())
    .addOption(programOption())
    .option(...scaleOption)
    .addOption(accessOption())
    .addOption(labDesignOption())
    .option("--keep", "leave the lab up")
    .option("--report <folder>", "write a page to look at, the report as JSON and the captures here")
    .action((options: LabOptions) => exit(start(options)));
  lab
    .command("up")
    .description("create the lab and deploy the stacks, or repair an existing one; it stays up")
    .addOption(nameOption())
    .addOption(programOption())
    .option(...scaleOption)
    .addOption(accessOption())
    .addOption(labDesignOption())
    .action((options: LabOptions) => exit(up(options)));
  withVerify(lab.command("verify"))
    .description("measure the path again, without touching a resource")
    .addOption(nameOption())
    .addOption(programOption())
    .action(({ report, metrics, ...options }: ProgramOptions & VerifyCommandOptions) => {
      const files = {
        ...(report !== undefined && { report: path.resolve(report) }),
        ...(metrics !== undefined && { metrics: path.resolve(metrics) }),
      };
      return exit(inside(options, ["verify", ...verifyArguments({ ...options, ...files })]));
    });
  withGraph(lab.command("graph"))
    .addOption(nameOption())
    .addOption(programOption())
    .action(({ format, output, ...options }: Pick<LabOptions, "name" | "program"> & GraphOptions) => {
      prepareOutput(output);
      const file = output === undefined ? [] : ["--output", path.resolve(output)];
      return exit(inside(options, ["graph", "--format", format, ...file]));
    });
  withTrace(lab.command("trace"))
    .description("follow a packet and its answer hop by hop through the stacks' states, without sending one")
    .addOption(nameOption())
    .addOption(programOption())
    .action((source: string, destination: string, options: LabOptions & TraceOptions) =>
      exit(inside(options, ["trace", source, destination, "--protocol", options.protocol, "--format", options.format])),
    );
  lab
    .command("inspect")
    .description("list everything in the lab with its AWS id, namespace, link and address")
    .addOption(nameOption())
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const entries = (await (await runningLab(name)).ask({ kind: "inspect" })) as FabricEntry[];
      if (format === "json") printJson(entries, 2);
      else printOwn(`${fabricTable(entries, view())}\n`);
    });
  lab
    .command("counters")
    .description("count the packets that each gateway took, handed on and dropped, by reason")
    .addOption(nameOption())
    .addOption(formatOption())
    .action(async ({ name, format }: LabOptions) => {
      const gateways = (await (await runningLab(name)).ask({ kind: "counters" })) as Record<string, GatewayCounters>;
      if (format === "json") printJson(gateways, 2);
      else printOwn(`${countersTable(gateways, view())}\n`);
    });
  lab
    .command("exec <instance> <command...>")
    .description("run a command in an instance, by Name tag or id, as root")
    .addOption(nameOption())
    .action(async (instance: string, command: string[], options: LabOptions) => {
      const running = await runningLab(options.name);
      await instanceNamed(running, instance);
      const entering = (await running.ask({ kind: "enter", instance, command })) as string[];
      await exit(orItsEnd(running, running.run(entering)));
    });
  lab
    .command("reboot <instance>")
    .description("reboot an instance, by Name tag or id, and wait until its sshd listens")
    .addOption(nameOption())
    .action(async (instance: string, options: LabOptions) => {
      const running = await runningLab(options.name);
      await instanceNamed(running, instance);
      await running.ask({ kind: "reboot", instance });
    });
  lab
    .command("break [fault]")
    .description("make a fault that the program does not know of; without a name, list all faults")
    .addHelpText("after", () => (known.length === 0 ? "" : `\nFaults:\n${listed(known)}`))
    .addOption(nameOption())
    .action(async (fault: string | undefined, options: LabOptions) => {
      if (fault === undefined) return print(known.join("\n"));
      checkFault(fault);
      say(String(await (await runningLab(options.name)).ask({ kind: "break", fault })));
    });
  lab
    .command("repair [fault]")
    .description("undo a fault, or all faults and impairments")
    .addOption(nameOption())
    .action(async (fault: string | undefined, options: LabOptions) => {
      if (fault !== undefined) checkFault(fault);
      say(
        `${String(await (await runningLab(options.name)).ask({ kind: "repair", ...(fault !== undefined && { fault }) }))} changes taken back`,
      );
    });
  lab
    .command("down")
    .description("take the lab down, and remove what a crashed one left behind")
    .addOption(nameOption())
    .action(({ name }: LabOptions) => down(name));
  registerWipe(lab);
  registerCapture(lab);
  registerSsh(lab);
  registerShell(lab);
  registerImpair(lab);
  registerFailover(lab, inside);
  registerInside(lab);
}

/** Names in lines of two columns. */
function listed(names: string[]): string {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines = names.flatMap((name, index) =>
    index % 2 === 0 ? [`  ${name.padEnd(width)}${names[index + 1] ?? ""}`.trimEnd()] : [],
  );
  return lines.join("\n");
}

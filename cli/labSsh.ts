import type { Command } from "commander";
import type { FabricEntry } from "../lab/fabric/inspect";
import { nameOption, runningLab, type NameOptions } from "./labOptions";

async function ssh(instance: string, command: string[], { name }: NameOptions): Promise<number> {
  const { findInstance } = await import("../lab/node");
  const { writeSshConfig } = await import("../lab/sshConfig");
  const lab = await runningLab(name);
  const entries = (await lab.ask({ kind: "inspect" })) as FabricEntry[];
  const { id } = findInstance(entries, instance);
  return lab.run(["ssh", "-F", writeSshConfig(lab.directory, entries), id, ...command]);
}

export function registerSsh(lab: Command): void {
  lab
    .command("ssh <instance> [command...]")
    .description("log in as its operator does, through the bastion; exit code of the command")
    .option(...nameOption)
    .action(async (instance: string, command: string[], options: NameOptions) => {
      process.exitCode = await ssh(instance, command, options);
    });
}

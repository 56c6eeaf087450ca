import type { Command } from "commander";
import type { FabricEntry } from "../fabric/inspect";
import { orItsEnd } from "./end";
import { findInstance } from "../node";
import { lookedUp } from "./names";
import { nameOption, runningLab, type NameOptions } from "./options";

async function ssh(instance: string, command: string[], { name }: NameOptions): Promise<number> {
  const { writeSshConfig } = await import("../world/sshConfig");
  const lab = await runningLab(name);
  const entries = (await lab.ask({ kind: "inspect" })) as FabricEntry[];
  const { id, vpcId, publicAddress } = lookedUp(() => findInstance(entries, instance));
  const reachable = publicAddress ?? entries.find((each) => each.vpcId === vpcId && each.publicAddress)?.publicAddress;
  if (reachable === undefined) {
    throw new Error(
      `There is no way to ${instance} by ssh: no instance of its VPC has a public address. ` +
        "Expected a lab with `--access ssh`; `lab exec` works with either",
    );
  }
  return orItsEnd(lab, lab.run(["ssh", "-F", writeSshConfig(lab.directory, entries), id, ...command]));
}

export function registerSsh(lab: Command): void {
  lab
    .command("ssh <instance> [command...]")
    .description("log in as an operator does, through the bastion; exits as the command does")
    .addOption(nameOption())
    .action(async (instance: string, command: string[], options: NameOptions) => {
      process.exitCode = await ssh(instance, command, options);
    });
}

import type { GatewayCounters } from "../../lab/gateway/config";
import type { FabricEntry } from "../../lab/fabric/inspect";
import type { PathReport } from "../../path/proof/pathReport";
import { commandLine, type Outcome } from "./commandLine";

/** The command line's verbs on one lab. */
export class NamedLab {
  /** @param programFolder of the program that its verbs run, if not the project's own */
  constructor(
    readonly name: string,
    private readonly programFolder?: string,
  ) {}

  run(verb: string, ...args: string[]): Promise<Outcome> {
    const ownProgram = this.programFolder !== undefined && ["up", "verify", "shell"].includes(verb);
    return commandLine(
      "lab",
      verb,
      "--name",
      this.name,
      ...(ownProgram ? ["--program", this.programFolder] : []),
      ...args,
    );
  }

  /** @throws Error with all that it printed when it ends with another code than 0 */
  async succeed(verb: string, ...args: string[]): Promise<Outcome> {
    const outcome = await this.run(verb, ...args);
    if (outcome.exitCode === 0) return outcome;
    const command = ["lab", verb, ...args].join(" ");
    throw new Error(`${command}: exit ${outcome.exitCode}\n${outcome.stdout}\n${outcome.stderr}`);
  }

  /** Measures the path, whatever its verdict. @throws Error when it prints no report */
  async verify(): Promise<{ exitCode: number | null; report: PathReport }> {
    const outcome = await this.run("verify", "--format", "json");
    try {
      return { exitCode: outcome.exitCode, report: JSON.parse(outcome.stdout) as PathReport };
    } catch {
      throw new Error(`lab verify printed no report (exit ${outcome.exitCode}):\n${outcome.stdout}\n${outcome.stderr}`);
    }
  }

  /** As time does where no traffic keeps them alive: neither the GWLB nor the targets' connection tracking knows a flow any more. */
  async forgetFlows(): Promise<void> {
    const deadline = Date.now() + 30_000;
    while ((await this.gatewayFlows()) > 0) {
      if (Date.now() > deadline) throw new Error("the GWLB has not forgotten its flows in 30 s");
    }
    for (const azId of ["apne1-az1", "apne1-az4"]) {
      await this.succeed("exec", `security-target-${azId}`, "--", "conntrack", "--flush");
    }
  }

  private async gatewayFlows(): Promise<number> {
    const { stdout } = await this.succeed("counters", "--format", "json");
    const counters = Object.values(JSON.parse(stdout) as Record<string, GatewayCounters>);
    return counters.reduce((sum, { flows }) => sum + flows, 0);
  }

  async inspect(): Promise<FabricEntry[]> {
    return JSON.parse((await this.succeed("inspect", "--format", "json")).stdout) as FabricEntry[];
  }
}

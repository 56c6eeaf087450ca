import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { serveCommand } from "../../../lab/providers/command";
import { EngineClient } from "./engineClient";

/**
 * The command plugin that these tests are about: the lab's stand-in, or the program that COMMAND_PLUGIN names in the environment, such
 * as the vendor's `pulumi-resource-command`, which must then do the same.
 */
export const vendors = process.env["COMMAND_PLUGIN"];

export class CommandPlugin {
  private readonly started: ChildProcess[] = [];
  private standIn: { port: number; close(): Promise<void> } | undefined;

  /**
   * An engine that has started it, as an engine does: a process of the vendor's for each.
   * @param by what stands between both: from the plugin's port to the one to connect to
   */
  async engine(by: (port: number) => Promise<number> = (port) => Promise.resolve(port)): Promise<EngineClient> {
    if (vendors === undefined) {
      this.standIn ??= await serveCommand();
      return new EngineClient(await by(this.standIn.port)).start({});
    }
    return new EngineClient(async (address) => {
      const plugin = spawn(vendors ?? "", [address], { stdio: ["ignore", "pipe", "inherit"] });
      this.started.push(plugin);
      const [port] = (await once(createInterface(plugin.stdout), "line")) as [string];
      return by(Number(port));
    }).start({});
  }

  async close(): Promise<void> {
    for (const plugin of this.started) plugin.kill("SIGKILL");
    await this.standIn?.close();
  }
}

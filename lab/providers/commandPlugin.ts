import { connect } from "node:net";
import { serveCommand } from "./command";

/** Milliseconds between two looks whether the engine is alive (pulumi 3.259.0 sdk/go/pulumi/provider, `rpcutil.Healthcheck`). */
const healthInterval = 300_000;

/**
 * The stand-in as a process of the engine's, as every plugin is: started in the project's folder with the engine's environment and
 * its address as argument, in a process group of its own, whose port is the first line on standard output. The engine ends it by
 * SIGINT to the whole group, which holds the local commands, and five seconds later by SIGKILL (3.259.0
 * sdk/go/common/resource/plugin/plugin.go, `ExecPlugin`). The real one has no handler for these signals.
 */
async function main(engine: string): Promise<void> {
  const { port } = await serveCommand();
  process.stdout.write(`${port}\n`);
  const [host, enginePort] = [engine.slice(0, engine.lastIndexOf(":")), engine.slice(engine.lastIndexOf(":") + 1)];
  setInterval(() => {
    const asked = connect(Number(enginePort), host, () => asked.destroy());
    asked.once("error", () => process.exit(1));
  }, healthInterval).unref();
}

const [engine] = process.argv.slice(2);
if (engine === undefined) throw new Error("usage: pulumi-resource-command ENGINE_ADDRESS");
main(engine).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

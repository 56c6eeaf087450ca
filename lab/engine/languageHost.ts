import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const program = "pulumi-language-nodejs";

/**
 * Folder of the Node language host, without which the engine cannot run a program by itself: beside the engine, on PATH,
 * or where Pulumi installs it. Undefined when there is none.
 *
 * @param engine - path of the `pulumi` program
 * @param home - PULUMI_HOME
 */
export function findLanguageHost(
  engine: string,
  searchPath = process.env["PATH"] ?? "",
  home = process.env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi"),
): string | undefined {
  const plugins = path.join(home, "plugins");
  const installed = fs.existsSync(plugins)
    ? fs.readdirSync(plugins).filter((entry) => /^language-nodejs-v[^.]+\.[^.]+\.\d[^.]*$/.test(entry))
    : [];
  return [
    path.dirname(engine),
    ...searchPath.split(path.delimiter).filter((directory) => directory !== ""),
    path.join(home, "bin"),
    ...installed.map((entry) => path.join(plugins, entry)),
  ].find((directory) => fs.existsSync(path.join(directory, program)));
}

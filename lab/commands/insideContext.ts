import * as path from "node:path";
import type { CommandPlugin } from "../engine/commandPlugin";
import type { DaemonStatus } from "../daemon";
import type { Lab } from "../world/lab";
import { obtainCommandPlugin, obtainEngine, obtainLanguageHost } from "./setup";

/** What the process inside the lab is told by the one outside. */
export interface Inside {
  /** The lab's folder. */
  directory: string;
  status: DaemonStatus;
  engine: string;
  /** Folder of the Node language host. */
  languageHost: string;
  commandPlugin: CommandPlugin;
  /** Folder with the program and its stacks' settings. */
  program: string;
}

const variable = "GWLB_INSPECTION_INSIDE";

export function insideEnvironment(inside: Inside): Record<string, string> {
  return { ...inside.status.environment, [variable]: JSON.stringify(inside) };
}

/** @throws Error in a process that none outside the lab has started */
export function toldInside(): Inside {
  const value = process.env[variable];
  if (value === undefined) throw new Error("`lab inside` is for the other lab commands: they run it inside the lab");
  return JSON.parse(value) as Inside;
}

/** What a process inside a running lab is to know. */
export async function describeInside(lab: Lab, program: string): Promise<Inside> {
  const engine = await obtainEngine();
  const languageHost = await obtainLanguageHost(engine);
  const commandPlugin = await obtainCommandPlugin(engine);
  return {
    directory: lab.directory,
    status: await lab.status(),
    engine,
    languageHost,
    commandPlugin,
    program: path.resolve(program),
  };
}

import * as fs from "node:fs";
import * as path from "node:path";
import type { StackSelection, Workspace } from "../automation";
import type { DaemonStatus } from "../lab/daemon";
import { labKeys } from "../lab/keys";
import type { Inside } from "./labInside";
import { stackNames } from "./stackFiles";

/** Where a lab keeps settings and state, and how the engine finds its providers. Everything lives in the lab's folder. */
export function labWorkspace({ directory, status, engine, commandPlugin, program }: Inside): Workspace {
  const state = path.join(directory, "state");
  fs.mkdirSync(state, { recursive: true });
  return {
    programDirectory: program,
    settingsDirectory: path.join(directory, "settings"),
    backendUrl: `file://${state}`,
    engine,
    environment: {
      ...status.environment,
      ...(commandPlugin !== undefined && realCommand(status, commandPlugin)),
      PULUMI_HOME: path.join(directory, "pulumi"),
      PULUMI_CONFIG_PASSPHRASE_FILE: labKeys(directory).passphraseFile,
      // Writing the state after every step takes longer than the steps; a lab's state dies with the lab anyway.
      PULUMI_SKIP_CHECKPOINTS: "true",
    },
  };
}

/** The engine finds plugins on PATH, unless a debugged provider takes their place. */
function realCommand(status: DaemonStatus, commandPlugin: string): Record<string, string> {
  const debugged = (status.environment["PULUMI_DEBUG_PROVIDERS"] ?? "").split(",");
  return {
    PULUMI_DEBUG_PROVIDERS: debugged.filter((each) => !each.startsWith("command:")).join(","),
    PATH: [commandPlugin, process.env["PATH"]].join(path.delimiter),
  };
}

/** Every stack that the program's folder has settings for. The lab sets the two keys, as a user would. */
export function labStacks(directory: string, program: string): StackSelection[] {
  const { sshPrivateKey, sshHostKey } = labKeys(directory);
  return stackNames(program).map((name) => ({
    name,
    config: {
      sshPrivateKey: { value: sshPrivateKey, secret: true },
      sshHostKey: { value: sshHostKey, secret: true },
    },
  }));
}

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Design, StackSelection, Workspace } from "gwlb-inspection/automation";
import { installCommandPlugin } from "../engine/commandPlugin";
import { labKeys } from "../world/keys";
import { profileOf, shippedProfiles } from "../sts/credentials";
import type { Inside } from "./insideContext";
import type { Access } from "./options";
import { stackNames } from "gwlb-inspection/cli";

/** Where a lab keeps settings and state, and how the engine finds its providers. Everything lives in the lab's folder. */
export function labWorkspace({ directory, status, engine, languageHost, commandPlugin, program }: Inside): Workspace {
  const state = path.join(directory, "state");
  fs.mkdirSync(state, { recursive: true });
  const home = path.join(directory, "pulumi");
  installCommandPlugin(commandPlugin, home);
  return {
    programDirectory: program,
    settingsDirectory: path.join(directory, "settings"),
    backendUrl: `file://${state}`,
    engine,
    environment: {
      ...status.environment,
      // The engine finds the language host there.
      PATH: [languageHost, process.env["PATH"]].join(path.delimiter),
      PULUMI_HOME: home,
      PULUMI_CONFIG_PASSPHRASE_FILE: labKeys(directory).passphraseFile,
      // Writing the state after every step takes longer than the steps; a lab's state dies with the lab anyway.
      PULUMI_SKIP_CHECKPOINTS: "true",
    },
  };
}

const designFile = (directory: string): string => path.join(directory, "design");

/** Which of the program's stacks the lab has. */
export function rememberDesign(directory: string, design: Design): void {
  fs.writeFileSync(designFile(directory), design);
}

function designOf(directory: string): Design {
  const file = designFile(directory);
  return fs.existsSync(file) ? (fs.readFileSync(file, "utf8") as Design) : "distributed";
}

const accessFile = (directory: string): string => path.join(directory, "access");

/** How the hosts of this lab's stacks are reached, whatever their settings say. */
export function rememberAccess(directory: string, access: Access): void {
  fs.writeFileSync(accessFile(directory), access);
}

/**
 * Every stack of the lab's design that the program's folder has settings for. Of shipped settings the lab sets nothing but, with ssh, the two keys; and
 * the access that was asked for. A stack whose profile the lab does not have for its account gets one that it has.
 */
export function labStacks(directory: string, program: string): StackSelection[] {
  const { sshPrivateKey, sshHostKey } = labKeys(directory);
  const access = fs.existsSync(accessFile(directory)) ? fs.readFileSync(accessFile(directory), "utf8") : undefined;
  return stackNames(program, designOf(directory)).map((name) => {
    const settings = settingsOf(program, name);
    const profile = profileFor(settings);
    return {
      name,
      config: {
        ...((access ?? settings["access"]) === "ssh" && {
          sshPrivateKey: { value: sshPrivateKey, secret: true },
          sshHostKey: { value: sshHostKey, secret: true },
        }),
        ...(profile !== undefined && { profile: { value: profile } }),
        ...(access !== undefined && { access: { value: access } }),
      },
    };
  });
}

/** A stack's settings by their names in the program; what is wrong with them the program says. */
function settingsOf(program: string, stack: string): Record<string, unknown> {
  const text = fs.readFileSync(path.join(program, `Pulumi.${stack}.yaml`), "utf8");
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(key.indexOf(":") + 1), value]));
}

/** What has to be set for credentials of the stack's account; undefined where its settings do. */
function profileFor(settings: Record<string, unknown>): string | undefined {
  const accountId = accountOf(settings);
  if ("assumeRole" in settings) return "";
  const { profile } = settings;
  return accountId === undefined || (typeof profile === "string" && shippedProfiles[profile] === accountId)
    ? undefined
    : profileOf(accountId);
}

function accountOf({ accountId }: Record<string, unknown>): string | undefined {
  return /^\d{12}$/.test(String(accountId)) ? String(accountId) : undefined;
}

import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { connectedExitCode } from "../verification/consumerCheck";

/** Programs that tell who uses what is about to be deleted, and what is said where they cannot. */
const programs = {
  connectedConsumers: "Whether consumers are connected cannot be told: AWS tells when the service is deleted",
  attachedSpokes: "Whether spokes are attached cannot be told: AWS tells when the transit gateway is deleted",
} as const;

/**
 * A command that cannot be deleted while a program of `verification/` finds users, and names them. It is found from the folder that the plugin
 * runs in, which is the project's: no path of this machine is part of the state. The package finds itself, too. Where Node, the package or
 * credentials are missing it says so and lets go: AWS still refuses.
 */
export function deletionGuard(
  name: string,
  program: keyof typeof programs,
  parent: pulumi.Resource,
  { stdin, replaceWith = [] }: { stdin: pulumi.Input<string>; replaceWith?: pulumi.Resource[] },
): void {
  const found =
    "const at = require('node:path').dirname(require.resolve('gwlb-inspection/package.json')); " +
    `require(at + '/loader.cjs'); require(at + '/verification/${program}')`;
  new command.local.Command(
    name,
    {
      interpreter: ["/bin/sh", "-c"],
      delete: `node --no-warnings --eval "${found}"
code=$?
if [ $code = ${connectedExitCode} ]; then exit 1; fi
if [ $code != 0 ]; then echo "${programs[program]}" >&2; fi`,
      stdin,
      logging: command.local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    { parent, customTimeouts: { delete: "10m" }, replaceWith },
  );
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PathReport } from "../report/pathReport";
import type { VerificationRequest } from "../verification/request";

export interface PathVerificationArgs {
  /** Hosts, pairs and keys. A secret. */
  request: pulumi.Input<VerificationRequest>;
  /**
   * Everything that the path is made of: ids, routes, rules, set-up results. The path is measured again when any of it
   * changes.
   */
  path: pulumi.Input<unknown>;
  /** Any text; another one makes the path be measured again. @default none */
  runId?: pulumi.Input<string>;
  /**
   * File that the report is written to as JSON, also when the path is not inspected. Relative to the folder that the
   * program runs in, which is the project's.
   * @default none
   */
  reportFile?: pulumi.Input<string>;
}

const root = path.join(__dirname, "..");

/** Hash of the scripts that measure: the path is measured again when they change. */
function scriptsHash(): string {
  const directory = path.join(root, "hosts");
  const hash = createHash("sha256");
  for (const file of fs.readdirSync(directory).sort())
    hash.update(file).update(fs.readFileSync(path.join(directory, file)));
  return hash.digest("hex");
}

/**
 * The verification as a resource: it is created only when every pair is inspected. Otherwise the deployment fails with
 * the verdict, nothing is kept in the state, and the next deployment measures again.
 */
export class PathVerification extends pulumi.ComponentResource {
  readonly report: pulumi.Output<PathReport>;

  constructor(name: string, args: PathVerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:PathVerification", name, {}, opts);
    const fingerprint = pulumi
      .all([args.request, args.path])
      .apply((value) => createHash("sha256").update(JSON.stringify(value)).digest("hex"));
    const measured = new command.local.Command(
      name,
      {
        // The Node that runs this program: one of that version need not be on the PATH.
        interpreter: [process.execPath, "--require", "tsx/cjs"],
        create: `verification/main${path.extname(__filename)}`,
        // Private keys are in the request: it goes in by standard input only.
        stdin: pulumi.secret(args.request).apply((request) => JSON.stringify(request)),
        dir: root,
        environment: {
          VERIFICATION_REPORT: pulumi.output(args.reportFile ?? "").apply((file) => file && path.resolve(file)),
        },
        triggers: [pulumi.unsecret(fingerprint), scriptsHash(), args.runId ?? ""],
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      // A failed update would keep the old report in the state, a failed replacement keeps nothing.
      {
        parent: this,
        deleteBeforeReplace: true,
        replaceOnChanges: ["create", "interpreter", "stdin", "dir", "environment", "triggers"],
      },
    );
    // The report itself holds no secret; what it was made from does.
    this.report = pulumi.unsecret(measured.stdout).apply((json) => JSON.parse(json) as PathReport);
    this.registerOutputs({ report: this.report });
  }
}

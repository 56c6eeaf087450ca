import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PathReport, Verdict } from "../path/proof/pathReport";
import { printable } from "../path/render/printable";
import { diagnosticWidth, renderSummary } from "../path/render/summary";
import type { VerificationRequest } from "../path/proof/request";
import { localProgram } from "./localProgram";
import { lastTriggers } from "./ownState";

/** What is measured, when it is measured again, and where the report goes. */
export interface PathVerificationArgs {
  /** Hosts, pairs and keys. A secret. */
  request: pulumi.Input<VerificationRequest>;
  /**
   * Everything that the path is made of: ids, routes, rules, set-up results. The path is measured again when any of it
   * changes.
   */
  path: pulumi.Input<unknown>;
  /**
   * Whether something of the path was made or changed in this run, such as a route that somebody had deleted and that has the same id
   * again: then it is measured again, too. @default false
   */
  changed?: pulumi.Input<boolean>;
  /** Any text; another one makes the path be measured again. @default none */
  runId?: pulumi.Input<string>;
  /**
   * File that the report is written to as JSON, also when the path is not inspected. Relative to the folder that the
   * program runs in, which is the project's.
   * @default none
   */
  reportFile?: pulumi.Input<string>;
}

/** Hash of the scripts that measure: the path is measured again when they change. */
function scriptsHash(): string {
  const directory = path.join(__dirname, "../hosts");
  const hash = createHash("sha256");
  for (const file of fs.readdirSync(directory).sort())
    hash.update(file).update(fs.readFileSync(path.join(directory, file)));
  return hash.digest("hex");
}

/**
 * The verification as a resource: it is created only when the path is inspected, every pair and every target. Otherwise the deployment fails with
 * the verdict, nothing is kept in the state, and the next deployment measures again.
 */
export class PathVerification extends pulumi.ComponentResource {
  /** The whole report. */
  readonly report: pulumi.Output<PathReport>;
  /** The report's verdict. */
  readonly verdict: pulumi.Output<Verdict>;
  /** ISO 8601, UTC. */
  readonly measuredAt: pulumi.Output<string>;

  constructor(name: string, args: PathVerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:PathVerification", name, {}, opts);
    const started = Date.now();
    // Known before anything is measured: a path that fails its first proof can be measured again all the same.
    this.registerOutputs({ request: pulumi.secret(args.request) });
    const fingerprint = pulumi
      .all([args.request, args.path])
      .apply((value) => createHash("sha256").update(JSON.stringify(value)).digest("hex"));
    const measured = new command.local.Command(
      name,
      {
        ...localProgram("verification/main"),
        // Private keys are in the request: it goes in by standard input only.
        stdin: pulumi.secret(args.request).apply((request) => JSON.stringify(request)),
        environment: {
          VERIFICATION_REPORT: args.reportFile ?? "",
        },
        triggers: this.triggers(name, pulumi.unsecret(fingerprint), args),
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
    this.verdict = this.report.apply(({ verdict }) => verdict);
    this.measuredAt = this.report.apply(({ measuredAt }) => measuredAt);
    pulumi.all([this.report, args.reportFile ?? ""]).apply(([report, file]) => this.announce(report, file, started));
  }

  private triggers(
    name: string,
    fingerprint: pulumi.Output<string>,
    { changed, runId }: PathVerificationArgs,
  ): pulumi.Output<string[]> {
    return pulumi.all([fingerprint, runId ?? "", changed ?? false]).apply(async ([path, run, isChanged]) => {
      // A run that has changed something is named by its time, until the next one.
      const last = (await lastTriggers("command:local:Command", name))?.[3];
      const since = isChanged ? [new Date().toISOString()] : typeof last === "string" ? [last] : [];
      return [path, scriptsHash(), run, ...since];
    });
  }

  /**
   * The proof for who deploys, once: what this run has measured in whole, an older one in a line. A preview has measured
   * nothing. What failed says so itself.
   */
  private async announce(report: PathReport, file: string, started: number): Promise<void> {
    if (pulumi.runtime.isDryRun()) return;
    const { verdict, measuredAt, pairs } = report;
    // A dry run without an engine.
    if (measuredAt === "") return;
    if (Date.parse(measuredAt) < started) {
      const count = `${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}`;
      const line = `Not measured anew, no change of the path is known: ${verdict} (${count}, ${measuredAt})`;
      return pulumi.log.info(printable(line), this);
    }
    await pulumi.log.info(renderSummary(report, { width: diagnosticWidth(process.env) }), this);
    const written = file === "" || (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= started;
    if (!written) await pulumi.log.warn(printable(`The report could not be written to ${file}`), this);
  }
}

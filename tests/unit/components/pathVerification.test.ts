import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { localProgram } from "../../../components/localProgram";
import { PathVerification, type PathVerificationArgs } from "../../../components";
import type { Properties } from "../../../lab/cloud/core/properties";
import type { VerificationRequest } from "../../../path/proof/request";
import { failureOf, keys, publicHalf, run, tokens, valueOf, type Run } from "./run";

const report = { verdict: "inspected", measuredAt: "2026-01-01T00:00:00.000Z", pairs: [] };
const command = { command: (): Properties => ({ stdout: JSON.stringify(report) }) };
const host = {
  address: "10.2.10.16",
  user: "ec2-user",
  privateKey: keys.sshPrivateKey,
  hostKey: publicHalf(keys.sshHostKey),
};
const request: VerificationRequest = {
  targets: [{ name: "t", azId: "apne1-az4", address: "10.1.20.16", host }],
  gatewayAddresses: { "apne1-az4": "10.1.10.16" },
  pairs: [
    {
      source: { name: "s", azId: "apne1-az4", address: "10.2.10.16", host },
      destination: { name: "d", address: "10.2.20.16" },
      expectReply: true,
    },
  ],
  ping: { count: 5, interval: 0.2, timeout: 5 },
  health: { threshold: 2, deadline: 60 },
};

const verified = (changes: Partial<PathVerificationArgs> = {}): Promise<Run<PathVerification>> =>
  run(
    () => new PathVerification("p", { request: pulumi.secret(request), path: { routes: ["r-1"] }, ...changes }),
    command,
  );

const inputsOf = ({ mocks }: Run<unknown>): Properties => mocks.find(tokens.local, "p").inputs;

describe("PathVerification", () => {
  it("runs the verification as a program of the package's, its report on standard output", async () => {
    const { stdin, triggers, ...inputs } = inputsOf(await verified());
    expect(stdin).to.be.a("string");
    expect(triggers).to.be.an("array");
    expect(inputs).to.deep.equal({
      ...localProgram("verification/main"),
      environment: { VERIFICATION_REPORT: "" },
      // The report is a stack output: only progress and errors are shown while it runs.
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
  });

  it("gets the request, keys and all, by standard input only, as a secret", async () => {
    const outcome = await verified();
    const { inputs, secrets } = outcome.mocks.find(tokens.local, "p");
    expect(secrets).to.deep.equal(["stdin"]);
    expect(JSON.parse(String(inputs["stdin"]))).to.deep.equal(request);
    expect(JSON.stringify({ ...inputs, stdin: undefined })).not.to.include(keys.sshPrivateKey.split("\n")[1]);
  });

  it("keeps a request secret that was not given as one", async () => {
    const outcome = await verified({ request });
    expect(outcome.mocks.find(tokens.local, "p").secrets).to.deep.equal(["stdin"]);
  });

  it("gives the report, typed and not secret", async () => {
    const { result } = await verified();
    expect(await valueOf(result.report)).to.deep.equal(report);
    expect(await pulumi.isSecret(result.report)).to.equal(false);
  });

  it("measures again when anything on the path changes, and only then", async () => {
    const triggers = async (changes: Partial<PathVerificationArgs> = {}): Promise<unknown> =>
      inputsOf(await verified(changes))["triggers"];
    const before = await triggers();
    expect(await triggers()).to.deep.equal(before);
    expect(await triggers({ path: { routes: ["r-2"] } }), "path").not.to.deep.equal(before);
    expect(await triggers({ runId: "again" }), "run id").not.to.deep.equal(before);
    const ping = { ...request.ping, count: 6 };
    expect(await triggers({ request: pulumi.secret({ ...request, ping }) }), "request").not.to.deep.equal(before);
  });

  it("measures again when something was made anew, though it looks the same, and not in the run after that", async () => {
    const triggersOf = async (changed: boolean, last?: unknown[]): Promise<unknown[]> => {
      const urn =
        "urn:pulumi:security::gwlb-inspection::gwlb-inspection:index:PathVerification$command:local:Command::p";
      const resources = last && { [urn]: { type: tokens.local, outputs: { triggers: last as string[] } } };
      const outcome = await run(
        () => new PathVerification("p", { request: pulumi.secret(request), path: { routes: ["r-1"] }, changed }),
        { ...command, ...(resources && { deployed: { outputs: { verdict: "inspected" }, resources } }) },
      );
      return inputsOf(outcome)["triggers"] as unknown[];
    };
    const first = await triggersOf(true);
    expect(Date.now() - Date.parse(String(first[3]))).to.be.within(0, 60_000);
    expect(await triggersOf(false, first)).to.deep.equal(first);
    const again = await triggersOf(true, ["", "", "", "2026-01-01T00:00:00.000Z"]);
    expect(again.slice(0, 3)).to.deep.equal(first.slice(0, 3));
    expect(again[3]).not.to.equal("2026-01-01T00:00:00.000Z");
    // Of an older version of this program.
    expect(await triggersOf(false, first.slice(0, 3))).to.deep.equal(first.slice(0, 3));
  });

  it("is replaced, not updated: a failed update would keep an old report in the state", async () => {
    const { optionsOf, mocks } = await verified();
    const options = optionsOf(tokens.local, "p");
    expect(options.deleteBeforeReplace).to.equal(true);
    const { inputs } = mocks.find(tokens.local, "p");
    const measuring = Object.keys(inputs).filter((key) => !["logging", "addPreviousOutputInEnv"].includes(key));
    expect(options.replaceOnChanges).to.include.members(measuring);
    // Nothing is to be undone.
    expect(inputs).not.to.have.any.keys("delete", "update");
  });

  it("writes the report relative to the folder that it runs in, the project's", async () => {
    const inputs = inputsOf(await verified({ reportFile: "r.json" }));
    expect(inputs["environment"]).to.deep.equal({ VERIFICATION_REPORT: "r.json" });
  });

  it("says once what this run has measured, and of an older proof only when that was", async () => {
    const said = async (measuredAt: string, preview = false): Promise<string[]> => {
      const lines: string[] = [];
      const { info } = pulumi.log;
      const log = pulumi.log as { info: typeof pulumi.log.info };
      log.info = (line) => Promise.resolve(void lines.push(line));
      try {
        const stdout = JSON.stringify({ ...report, measuredAt });
        await run(() => new PathVerification("p", { request, path: {} }), { command: () => ({ stdout }), preview });
      } finally {
        log.info = info;
      }
      return lines;
    };
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await said(later))
      .to.have.length(1)
      .and.satisfy(([text]: string[]) => text?.startsWith("Verdict: inspected"));
    expect(await said(report.measuredAt)).to.deep.equal([
      `Not measured anew, no change of the path is known: inspected (0 pairs, ${report.measuredAt})`,
    ]);
    expect(await said(later, true)).to.deep.equal([]);
  });

  it("fails the deployment when the path is not inspected", async () => {
    const error = await failureOf(() => new PathVerification("p", { request, path: {} }), {
      command: () => {
        throw new Error("exit status 1: Verdict: bypassed");
      },
    });
    expect(error.message).to.include("Verdict: bypassed");
  });

  it("measures nothing in a preview", async () => {
    const { result } = await run(() => new PathVerification("p", { request, path: {} }), { ...command, preview: true });
    expect(await valueOf(result.report)).to.equal(undefined);
  });
});

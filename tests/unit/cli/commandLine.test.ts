import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  CancelledError,
  DeployError,
  SettingsError,
  StackLockedError,
  StacksError,
  StackSkippedError,
  type StackEvent,
} from "../../../automation";
import { changesInWords } from "../../../cli/changes";
import { errorExitCode, reportExitCode } from "../../../cli/exitCode";
import { stackProgress } from "../../../cli/progress";
import { selectStacks, stackNames } from "../../../cli/stackFiles";
import type { PathReport, Verdict } from "../../../path/proof";

describe("exit codes", () => {
  const failed = new DeployError("security", "no", []);
  const skipped = new StackSkippedError("system", "not touched");

  it("tell a proof, its absence and not knowing apart", () => {
    const codeOf = (verdict: Verdict): number => reportExitCode({ verdict, measuredAt: "", pairs: [] });
    expect(codeOf("inspected")).to.equal(0);
    for (const verdict of ["bypassed", "one-way", "partial", "lost-at-target"] as const) {
      expect(codeOf(verdict)).to.equal(1);
    }
    expect(codeOf("inconclusive")).to.equal(2);
    expect(codeOf("asymmetric")).to.equal(1);
    const asymmetric: PathReport = { verdict: "asymmetric", measuredAt: "", pairs: [] };
    expect(reportExitCode({ ...asymmetric, statelessAppliances: true })).to.equal(0);
  });

  it("of several stacks is the one they share, skipped ones aside", () => {
    expect(errorExitCode(new StacksError([], [failed, skipped]))).to.equal(1);
    expect(errorExitCode(new StacksError([], [new CancelledError("security", "x"), skipped]))).to.equal(130);
    expect(errorExitCode(new StacksError([], [skipped]))).to.equal(130);
    expect(errorExitCode(new StacksError([], [new StackLockedError("security"), skipped]))).to.equal(2);
    expect(errorExitCode(new StacksError([], [new StackLockedError("system"), failed]))).to.equal(1);
    expect(errorExitCode(new StacksError([], [new SettingsError("x")]))).to.equal(64);
    expect(errorExitCode(new Error("x"))).to.equal(1);
  });
});

describe("progress in plain lines", () => {
  const shown = (...events: object[]): string[] => {
    const lines: string[] = [];
    const progress = stackProgress({ terminal: false, write: (line) => lines.push(line) });
    for (const event of events) progress.onEvent({ stack: "system", elapsed: 3.14, ...event } as StackEvent);
    return lines;
  };
  const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc", account: "222222222222" };

  it("says what was done, where, and how long it took if that was long", () => {
    expect(
      shown(
        { kind: "resource-started", operation: "create", ...vpc },
        { kind: "resource-done", operation: "create", seconds: 0.3, ...vpc },
        { kind: "resource-done", operation: "create", seconds: 12, ...vpc },
        { kind: "resource-failed", operation: "delete", ...vpc },
      ),
    ).to.deep.equal([
      "   3.1 s  system: created Vpc vpc in 222222222222",
      "   3.1 s  system: created Vpc vpc in 222222222222 (12.0 s)",
      "   3.1 s  system: failed to delete Vpc vpc in 222222222222",
    ]);
  });

  it("is silent about what did not change", () => {
    expect(shown({ kind: "resource-done", operation: "same", ...vpc })).to.deep.equal([]);
  });

  it("shows warnings, counts and bad ends", () => {
    expect(
      shown(
        { kind: "diagnostic", severity: "warning", message: "old\n" },
        { kind: "summary", changes: { same: 3, create: 1 }, seconds: 1 },
        { kind: "finished", outcome: "succeeded" },
        { kind: "finished", outcome: "skipped", message: "long story" },
      ),
    ).to.deep.equal([
      "   3.1 s  system: warning: old",
      "   3.1 s  system: 1 created, 3 unchanged",
      "   3.1 s  system: skipped",
    ]);
  });

  it("counts changes first and leaves zeros out", () => {
    expect(changesInWords({ same: 61, create: 2, delete: 0 })).to.equal("2 created, 61 unchanged");
    expect(changesInWords({})).to.equal("nothing to do");
  });
});

describe("stacks of the command line", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "stacks-test-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("are those that have settings and a role, security first", () => {
    for (const name of ["system-b", "security", "system", "other"]) {
      fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), "");
    }
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "");
    expect(stackNames(folder)).to.deep.equal(["security", "system", "system-b"]);
    expect(selectStacks(folder, ["system"])).to.deep.equal([{ name: "system" }]);
  });

  it("must exist when none is named", () => {
    expect(() => selectStacks(folder, [])).to.throw(SettingsError, /Pulumi\.security\.yaml/);
    expect(() => selectStacks(path.join(folder, "none"), [])).to.throw(SettingsError, /none/);
    expect(() => selectStacks(__filename, [])).to.throw(SettingsError, /--program ".*": expected a folder/);
  });
});

import { expect } from "chai";
import { Command, CommanderError } from "commander";
import {
  CancelledError,
  DeployError,
  SettingsError,
  StackLockedError,
  StacksError,
  StackSkippedError,
  type StackResult,
} from "../../../automation";
import { asEvents } from "../../../cli/commandRun";
import { errorEvents, versionedEvent, type CommandEvent } from "../../../cli/jsonEvents";
import { stackProgress } from "../../../cli/progress";
import { registerStackCommands } from "../../../cli/stackCommands";
import { registerStatus, statusText } from "../../../cli/status";
import { verifyArguments } from "../../../cli/verifyCommand";
import { parseCommandEvents } from "../../fixtures/commandEvents";

const done: StackResult = {
  stack: "security",
  outcome: "succeeded",
  changes: { same: 3 },
  seconds: 1,
  outputs: {},
  secretOutputs: ["key"],
};

/** What a command prints with --json that does `work`. */
async function printed(work: Parameters<typeof asEvents>[0]): Promise<CommandEvent[]> {
  const before = process.exitCode;
  const lines: string[] = [];
  try {
    await asEvents(work, (event) => lines.push(JSON.stringify(versionedEvent(event))));
  } finally {
    process.exitCode = before;
  }
  return parseCommandEvents(lines.join("\n"));
}

describe("events of --json", () => {
  it("end with the exit code", async () => {
    const events = await printed((emit) => {
      emit({ kind: "progress", stack: "system", line: "a\nb" });
      return Promise.resolve(2);
    });
    expect(events).to.deep.equal([
      { kind: "progress", stack: "system", line: "a\nb" },
      { kind: "exit", code: 2 },
    ]);
  });

  it("tell of a failure what was done nonetheless, and what went wrong with each of the others", async () => {
    const events = await printed(() => {
      throw new StacksError([done], [new DeployError("system", "no", []), new StackSkippedError("system-b", "later")]);
    });
    expect(events).to.deep.equal([
      { kind: "result", result: done },
      { kind: "error", code: "failed", stack: "system", message: "system: no" },
      { kind: "error", code: "skipped", stack: "system-b", message: "system-b: later" },
      { kind: "exit", code: 1 },
    ]);
  });

  it("name errors by what can be done about them", () => {
    const codes = [
      new StackLockedError("system"),
      new CancelledError("system", "x"),
      new SettingsError("x"),
      new Error("x"),
      "x",
    ].map((error) => errorEvents(error).map(({ code, stack }) => [code, stack]));
    expect(codes).to.deep.equal([
      [["locked", "system"]],
      [["cancelled", "system"]],
      [["settings", undefined]],
      [["failed", undefined]],
      [["failed", undefined]],
    ]);
  });
});

describe("the stacks' commands", () => {
  const parse = async (...args: string[]): Promise<string> => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    registerStackCommands(program);
    registerStatus(program);
    try {
      await program.parseAsync(args, { from: "user" });
    } catch (error) {
      if (error instanceof CommanderError || error instanceof SettingsError) return error.message;
      throw error;
    }
    return "";
  };

  it("refuse what cannot be, by name and with what was expected", async () => {
    for (const [args, message] of [
      [["deploy", "--parallel", "0"], /--parallel <n>' argument '0' is invalid. Expected a whole number/],
      [["deploy", "--parallel-stacks", "many"], /--parallel-stacks <n>' argument 'many'/],
      [["deploy", "--format", "json"], /unknown option '--format'/],
      [["preview", "--recover"], /unknown option '--recover'/],
      [["deploy", "--remove"], /unknown option '--remove'/],
      [["verify", "--interval", "0"], /argument '0' is invalid. Expected seconds, a number from 1/],
      [["verify", "--interval", "soon"], /argument 'soon' is invalid/],
      [["verify", "--watch", "--format", "json"], /'--watch' cannot be used with option '--format/],
      [["verify", "--json", "--format", "json"], /'--json' cannot be used with option '--format/],
      [["cancel"], /missing required argument 'stack'/],
      [["status", "--program", "/none"], /--program "\/none": expected a folder/],
      [["status", "bad/name"], /stack "bad\/name": expected 1 to 100 letters/],
      [["verify", "security"], /expected a consumer's stack/],
    ] as const) {
      expect(await parse(...args), args.join(" ")).to.match(message);
    }
  });
});

describe("verify's options, handed on to the command inside the lab", () => {
  it("are those that were given", () => {
    expect(verifyArguments({ format: "json", interval: 60 })).to.deep.equal(["--format", "json"]);
    expect(verifyArguments({ format: "table", json: true, interval: 60, report: "/x" })).to.deep.equal([
      ...["--json", "--report", "/x"],
    ]);
    expect(verifyArguments({ format: "table", watch: true, json: true, interval: 5 })).to.deep.equal([
      ...["--json", "--watch", "--interval", "5"],
    ]);
  });
});

describe("status for people", () => {
  const pending = [{ operation: "creating", urn: "urn:pulumi:system::p::aws:ec2/vpc:Vpc::system" }];
  const lock = { holder: "root@here (pid 7)", since: "2026-01-01T00:00:00Z" };

  it("shows result, proof and lock, and what needs attention below", () => {
    const text = statusText([
      { stack: "security", exists: false },
      {
        stack: "system",
        exists: true,
        resources: 75,
        lastUpdate: {
          operation: "update",
          result: "failed",
          startedAt: "2026-01-01T00:00:00Z",
          changes: { create: 2 },
        },
        pending,
        locks: [{ ...lock, stale: true }],
        proof: { verdict: "bypassed", measuredAt: "2026-01-01T00:00:00Z" },
      },
    ]);
    for (const part of [
      "no such stack",
      "75",
      "failed, 2026-01-01T00:00:00Z",
      "2 created",
      "bypassed",
      "which has ended",
    ]) {
      expect(text).to.include(part);
    }
    expect(text).to.match(/^system: a killed run has left its lock; `deploy --recover`/m);
    expect(text).to.match(/^system: unfinished: creating urn:pulumi:system.*--forget-pending system`/m);
  });

  it("is silent about a lock of who still works, and about locks that nobody can see", () => {
    const stack = { stack: "system", exists: true as const, resources: 0, pending: [] };
    expect(statusText([{ ...stack, locks: [{ ...lock, stale: false }] }])).not.to.match(/^system:/m);
    expect(statusText([{ ...stack, locks: "unknown" }])).to.include("not told by this backend");
  });
});

describe("progress on a terminal", () => {
  it("shows what becomes of each stack, which is then not printed again; elsewhere it is", () => {
    expect(stackProgress({ stacks: ["system"], terminal: true }).isLive).to.equal(true);
    expect(stackProgress({ stacks: ["system"], terminal: false }).isLive).to.equal(false);
    expect(stackProgress({ terminal: true }).isLive).to.equal(false);
  });
});

describe("progress of a run that takes up what another has left", () => {
  it("names the lock that is gone and what may exist", () => {
    const lines: string[] = [];
    const progress = stackProgress({ terminal: false, write: (line) => lines.push(line) });
    const pending = [{ operation: "creating", urn: "urn:vpc" }];
    progress.onEvent({ kind: "recovered", stack: "system", elapsed: 1, unlocked: ["root@here (pid 7)"], pending });
    expect(lines.join("\n"))
      .to.include("removed the lock of root@here (pid 7)")
      .and.include("unfinished, may exist: creating urn:vpc");
  });

  it("says how the state was restored, and what may exist without being in it", () => {
    const said = (from: "itself" | "backup"): string => {
      const lines: string[] = [];
      const progress = stackProgress({ terminal: false, write: (line) => lines.push(line) });
      const restored = { file: "/state/system.json", from, unsaved: ["urn:subnet"] };
      progress.onEvent({ kind: "recovered", stack: "system", elapsed: 1, unlocked: [], restored, pending: [] });
      return lines.join("\n");
    };
    expect(said("backup"))
      .to.match(/restored \/state\/system\.json from its backup.*may exist without being in the state/)
      .and.include("not in the state, may exist: urn:subnet");
    expect(said("itself"))
      .to.include("made /state/system.json loadable")
      .and.include("not in the state, may exist: urn:subnet")
      .and.not.include("backup");
  });
});

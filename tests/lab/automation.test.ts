import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  cancel,
  CancelledError,
  deploy,
  DeployError,
  destroy,
  forgetPending,
  outputs,
  preview,
  readOutput,
  StackError,
  StackLockedError,
  StacksError,
  StackSkippedError,
  status,
  streamed,
  verify,
  type ConfigValue,
  type StackEvent,
  type StackSelection,
  type Workspace,
} from "../../automation";
import { engineCache } from "../../lab/engine/cache";
import { findEngine } from "../../lab/engine/engine";
import { findLanguageHost } from "../../lab/engine/languageHost";
import { until } from "../../lab/world/world";

const programDirectory = path.join(__dirname, "fixtures", "program");

/** The real engine with a program of its own: components and a StackReference, which need no provider. */
describe("automation under the real engine", function () {
  this.timeout(120_000);
  let engine: string;
  let languageHost: string;
  let folder: string;
  let workspace: Workspace;
  let events: StackEvent[];

  before(async function () {
    this.timeout(1_200_000);
    engine = (await findEngine()).path;
    languageHost = (await findLanguageHost(engine)).directory;
  });
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "automation-test-"));
    fs.mkdirSync(path.join(folder, "state"));
    events = [];
    workspace = {
      programDirectory,
      settingsDirectory: path.join(folder, "settings"),
      backendUrl: `file://${folder}/state`,
      engine,
      environment: {
        PULUMI_CONFIG_PASSPHRASE: "of this test",
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        NODE_COMPILE_CACHE: path.join(engineCache().directory, "node"),
        PATH: [languageHost, process.env["PATH"]].join(path.delimiter),
      },
    };
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const onEvent = (event: StackEvent): void => void events.push(event);
  const plain = (values: Record<string, string>): Record<string, ConfigValue> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
  const stack = (name: string, values: Record<string, string> = {}): StackSelection => ({
    name,
    config: plain(values),
  });
  const failure = async (work: Promise<unknown>): Promise<StacksError> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof StacksError) return error;
      throw error;
    }
    throw new Error("expected a StacksError");
  };
  const seen = (wanted: (event: StackEvent) => boolean): Promise<void> =>
    until(() => events.some(wanted), 60_000, "an event");
  const waiting = (event: StackEvent): boolean => event.kind === "diagnostic" && event.message === "waiting";
  const stateFile = (): string => path.join(folder, "state/.pulumi/stacks/automation-fixture/security.json");
  /** The program waits, and all that it made is in the state: it says that it waits while the engine may still be at that. */
  const madeAndWaiting = async (): Promise<void> => {
    await seen(waiting);
    const isMade = (): boolean =>
      fs.existsSync(stateFile()) && fs.readFileSync(stateFile(), "utf8").includes("::inner-0");
    await until(isMade, 20_000, "the state to name what was made");
  };
  /** Makes the program wait until the returned file is removed. */
  const obstacle = (): string => {
    const file = path.join(folder, "obstacle");
    fs.writeFileSync(file, "");
    return file;
  };

  it("deploys security before its consumers, again without a change, and destroys in reverse", async () => {
    const secret = { value: "line 1\nline 2\n", secret: true };
    const stacks = ["system", "security", "system-tokyo"].map((name) => ({ name, config: { secret } }));
    const results = await deploy({ workspace, stacks, onEvent });
    expect(results.map((result) => result.stack)).to.deep.equal(["system", "security", "system-tokyo"]);
    expect(results.map((result) => result.outcome)).to.deep.equal(["succeeded", "succeeded", "succeeded"]);
    expect(results[0]?.changes.create).to.be.greaterThan(2);
    expect(results[0]?.outputs).to.deep.equal({ greeting: "hi", seen: "hello", waited: "done" });
    expect(results[0]?.secretOutputs).to.deep.equal(["secret"]);

    const at = (kind: StackEvent["kind"], name: string): number =>
      events.findIndex((event) => event.kind === kind && event.stack === name);
    expect(at("finished", "security")).to.be.lessThan(at("started", "system"));
    const times = events.map((event) => event.elapsed);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(JSON.stringify([events, results])).not.to.contain("line 1");

    expect(await readOutput({ workspace, stack: "system", name: "secret" })).to.equal(secret.value);
    expect(await outputs({ workspace, stack: "system" })).to.include({ secret: "[secret]", seen: "hello" });

    const settings = (): string => fs.readFileSync(path.join(folder, "settings", "Pulumi.system.yaml"), "utf8");
    const before = settings();
    expect(before).to.contain("encryptionsalt").and.not.to.contain("line 1");
    const again = await deploy({ workspace, stacks });
    expect(again.map(({ changes }) => Object.keys(changes))).to.deep.equal([["same"], ["same"], ["same"]]);
    expect(settings()).to.equal(before);

    events = [];
    await destroy({ workspace, stacks, onEvent, remove: true });
    for (const consumer of ["system", "system-tokyo"]) {
      expect(at("finished", consumer)).to.be.lessThan(at("started", "security"));
    }
    const gone = await destroy({ workspace, stacks });
    expect(gone.map(({ outcome }) => outcome)).to.deep.equal(["missing", "missing", "missing"]);
  });

  it("writes the salt, and nothing else, into the user's own settings where there is no settings folder", async () => {
    const own = path.join(folder, "program");
    fs.cpSync(programDirectory, own, { recursive: true });
    fs.symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(folder, "node_modules"));
    const users = { ...workspace, programDirectory: own };
    delete users.settingsDirectory;
    const file = path.join(own, "Pulumi.security.yaml");
    const before = fs.readFileSync(file, "utf8");
    const stacks = [{ name: "security", config: { secret: { value: "x", secret: true }, things: { value: "2" } } }];
    await deploy({ workspace: users, stacks });
    const after = fs.readFileSync(file, "utf8");
    expect(after.startsWith(before)).to.equal(true);
    expect(after.slice(before.length)).to.match(/^encryptionsalt: v1:\S+\n$/);
    await deploy({ workspace: users, stacks });
    expect(fs.readFileSync(file, "utf8")).to.equal(after);
    expect(await readOutput({ workspace: users, stack: "security", name: "secret" })).to.equal("x");
  });

  it("previews without creating anything", async () => {
    const [result] = await preview({ workspace, stacks: [stack("security", { things: "3" })] });
    expect(result?.changes).to.deep.equal({ create: 5 });
    expect(await outputs({ workspace, stack: "security" })).to.deep.equal({});
  });

  it("skips the consumers of a security stack that failed, and names the program's error", async () => {
    const stacks = [stack("security", { fail: "security" }), stack("system")];
    const error = await failure(deploy({ workspace, stacks, onEvent }));
    const [first, second] = error.errors;
    expect(first).to.be.instanceOf(DeployError);
    expect(first?.message).to.contain('greeting "hello": expected a better one');
    expect((first as DeployError).diagnostics).to.have.length(1);
    expect(second).to.be.instanceOf(StackSkippedError);
    expect(events.filter(({ stack: name }) => name === "system").map(({ kind }) => kind)).to.deep.equal(["finished"]);
  });

  it("loses nothing about a consumer whose neighbour fails", async () => {
    const stacks = [stack("security"), stack("system", { fail: "system" }), stack("system-tokyo")];
    const error = await failure(deploy({ workspace, stacks }));
    expect(error.results.map((result) => result.stack)).to.deep.equal(["security", "system-tokyo"]);
    expect(error.errors.map((each) => (each as StackError).stackName)).to.deep.equal(["system"]);
  });

  it("shows what the program prints", async () => {
    await deploy({ workspace, stacks: [stack("security", { print: "true" })], onEvent });
    const lines = events.flatMap((event) => (event.kind === "output" ? [event.line] : []));
    expect(lines).to.deep.equal(["a line that the program prints"]);
  });

  it("reports a wrong passphrase", async () => {
    await deploy({ workspace, stacks: [stack("security")] });
    const wrong = { ...workspace, environment: { ...workspace.environment, PULUMI_CONFIG_PASSPHRASE: "another" } };
    const error = await failure(deploy({ workspace: wrong, stacks: [stack("security", { things: "2" })] }));
    expect(error.message).to.match(/^security: .*passphrase/);
  });

  it("names a stack that is not there, or that knows of no path", async () => {
    await deploy({ workspace, stacks: [stack("security")] });
    for (const [name, text] of [
      ["system", /^system: no stack named/],
      ["security", /^security: the stack measures no path: expected a consumer.s stack/],
    ] as const) {
      const error = await verify({ workspace, stack: name }).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).to.be.instanceOf(StackError);
      expect(error?.message).to.match(text);
    }
  });

  it("stops in order when aborted: the stack is saved, unlocked and deployable", async () => {
    const abort = new AbortController();
    const stacks = [stack("security", { waitFor: obstacle() }), stack("system")];
    const running = failure(deploy({ workspace, stacks, onEvent, signal: abort.signal }));
    await madeAndWaiting();
    abort.abort();
    const error = await running;
    expect(error.errors[0]).to.be.instanceOf(CancelledError);
    expect(error.errors[1]).to.be.instanceOf(StackSkippedError);
    expect(events.some(({ kind }) => kind === "cancelling")).to.equal(true);
    const [result] = await deploy({ workspace, stacks: [stack("security")] });
    expect(result?.changes.same).to.be.greaterThan(1);
  });

  it("does nothing when aborted before", async () => {
    const error = await failure(deploy({ workspace, stacks: [stack("security")], signal: AbortSignal.abort() }));
    expect(error.errors[0]).to.be.instanceOf(StackSkippedError);
    expect(fs.existsSync(path.join(folder, "settings"))).to.equal(false);
  });

  it("names who holds a lock, and `cancel` unlocks", async () => {
    const file = obstacle();
    const abort = new AbortController();
    const stacks = [stack("security", { waitFor: file })];
    // Its lock is taken from under it: how it ends is not what this is about.
    const running = deploy({ workspace, stacks, onEvent, signal: abort.signal }).catch(() => undefined);
    await madeAndWaiting();
    const other = await failure(deploy({ workspace, stacks: [stack("security")] }));
    expect(other.errors[0]).to.be.instanceOf(StackLockedError);
    expect((other.errors[0] as StackLockedError).holder).to.match(/pid \d+/);
    expect(await cancel({ workspace, stack: "security" })).to.deep.equal([]);
    fs.rmSync(file);
    await deploy({ workspace, stacks: [stack("security")] });
    abort.abort();
    await running;
  });

  it("ends the engine when the process that started it is killed", async () => {
    const file = obstacle();
    const options = { workspace, stacks: [stack("security", { waitFor: file })] };
    const script = `require(${JSON.stringify(path.resolve(__dirname, "../../automation"))})
      .deploy({ ...${JSON.stringify(options)}, onEvent: (event) => console.log(event.message ?? "") });`;
    const parent = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve) => {
      parent.stdout.on("data", (chunk: Buffer) => chunk.toString().includes("waiting") && resolve());
    });
    parent.kill("SIGKILL");
    const locks = path.join(folder, "state", ".pulumi", "locks");
    const locked = (): boolean =>
      fs.readdirSync(locks, { recursive: true }).some((name) => name.toString().endsWith(".json"));
    await until(() => !locked(), 30_000, "the engine to unlock its stack").catch(() => undefined);
    expect(locked(), "the engine has unlocked its stack").to.equal(false);
    await deploy({ workspace, stacks: [stack("security")] });
  });

  it("ends at once when asked to, though a program hangs", async () => {
    const abort = new AbortController();
    const kill = new AbortController();
    const stacks = [stack("security", { waitFor: obstacle() })];
    const running = failure(deploy({ workspace, stacks, onEvent, signal: abort.signal, killSignal: kill.signal }));
    await madeAndWaiting();
    abort.abort();
    kill.abort();
    expect((await running).errors).to.have.length(1);
    await cancel({ workspace, stack: "security" });
    await deploy({ workspace, stacks: [stack("security")] });
  });

  /** Process of the engine that runs our program. */
  const enginePid = (): number => {
    const locks = path.join(folder, "state/.pulumi/locks/organization/automation-fixture/security");
    const [file] = fs.readdirSync(locks);
    return (JSON.parse(fs.readFileSync(path.join(locks, file ?? ""), "utf8")) as { pid: number }).pid;
  };
  /** Between its steps: killed while it replaces the state's file, it may leave none, and nobody can load the stack. */
  const killEngine = async (): Promise<void> => {
    const atRest = (): boolean =>
      Date.now() - (fs.statSync(stateFile(), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > 500;
    await until(atRest, 20_000, "the engine's state to be written");
    process.kill(enginePid(), "SIGKILL");
  };
  const killed = async (): Promise<void> => {
    const running = failure(deploy({ workspace, stacks: [stack("security", { waitFor: obstacle() })], onEvent }));
    await madeAndWaiting();
    await killEngine();
    await running;
    fs.rmSync(path.join(folder, "obstacle"));
  };

  it("tells how stacks stand, and who works on them or was killed at it", async () => {
    const stacks = ["security", "system"].map((name) => ({ name }));
    expect(await status({ workspace, stacks })).to.deep.equal([
      { stack: "security", exists: false },
      { stack: "system", exists: false },
    ]);
    const { events: stream, results } = streamed(deploy, { workspace, stacks: [{ name: "security" }] });
    const kinds = new Set<string>();
    for await (const event of stream) kinds.add(event.kind);
    expect([...kinds]).to.include.members(["started", "resource-done", "summary", "finished"]);
    expect(await results).to.have.length(1);
    const [before] = await status({ workspace, stacks });
    expect(before).to.deep.include({ exists: true, resources: 2, pending: [], locks: [] });
    expect(before).to.have.nested.include({ "lastUpdate.result": "succeeded", "lastUpdate.changes.create": 3 });

    const running = failure(deploy({ workspace, stacks: [stack("security", { waitFor: obstacle() })], onEvent }));
    await madeAndWaiting();
    const locksNow = async () => {
      const [now] = await status({ workspace, stacks });
      return now?.exists === true && now.locks !== "unknown" ? now.locks.map(({ stale }) => stale) : undefined;
    };
    expect(await locksNow()).to.deep.equal([false]);
    await killEngine();
    await running;
    expect(await locksNow()).to.deep.equal([true]);
  });

  it("takes up what a killed engine has left, where asked to", async () => {
    await killed();
    const [locked] = (await failure(deploy({ workspace, stacks: [stack("security")] }))).errors;
    expect(locked).to.be.instanceOf(StackLockedError);
    events = [];
    await deploy({ workspace, stacks: [stack("security")], onEvent, recover: true });
    const [recovered] = events.flatMap((event) => (event.kind === "recovered" ? [event] : []));
    expect(recovered?.unlocked).to.have.length(1);
    expect(recovered?.pending).to.deep.equal([]);
    events = [];
    await deploy({ workspace, stacks: [stack("security")], onEvent, recover: true });
    expect(events.map(({ kind }) => kind)).not.to.include("recovered");
  });

  /**
   * Killed at rest: nobody can hit by the clock the moment in which it writes the attributes. The files are then made what
   * `strace --inject=write:signal=SIGKILL` at just that write leaves of pulumi 3.259.
   */
  const killedWhileSaving = async (): Promise<string> => {
    await killed();
    const state = stateFile();
    fs.copyFileSync(state, `${state}.18eab5c0e5a7804f.tmp`);
    fs.truncateSync(`${state}.attrs`);
    return state;
  };

  /** What is said where nobody asked to recover. */
  const refusals = async (selection: { workspace: Workspace; stacks: StackSelection[] }): Promise<string[]> => {
    const calls = [deploy(selection), destroy(selection), status(selection)];
    const settled = await Promise.allSettled<unknown>(calls);
    return settled.map((each) => (each.status === "rejected" ? (each.reason as Error).message : "no error"));
  };

  it("takes up a state that the engine was killed at replacing, and says until then what to do", async () => {
    const state = await killedWhileSaving();
    const selection = { workspace, stacks: [stack("security")] };
    const before = fs.readFileSync(state);
    for (const message of await refusals(selection)) {
      expect(message).to.match(/security\.json is whole.*security\.json\.attrs.*`deploy --recover`/);
    }
    expect(fs.readFileSync(state).equals(before), "the state is untouched").to.equal(true);
    events = [];
    const [result] = await deploy({ ...selection, onEvent, recover: true });
    const [recovered] = events.flatMap((event) => (event.kind === "recovered" ? [event] : []));
    expect(recovered?.unlocked).to.have.length(1);
    expect(recovered?.restored).to.deep.equal({ file: state, from: "itself", unsaved: [] });
    expect(result?.changes.same).to.be.greaterThan(1);
  });

  it("gives a state that is gone back from its backup, and until then makes nothing a second time", async () => {
    await deploy({ workspace, stacks: [stack("security")] });
    const state = await killedWhileSaving();
    fs.rmSync(state);
    const selection = { workspace, stacks: [stack("security")] };
    for (const message of await refusals(selection)) {
      expect(message).to.match(/security\.json is missing, though its backup names resources/);
    }
    expect(fs.existsSync(state)).to.equal(false);
    const [result] = await destroy({ ...selection, onEvent, recover: true, remove: true });
    const [recovered] = events.flatMap((event) => (event.kind === "recovered" ? [event] : []));
    expect(recovered?.restored).to.deep.include({ file: state, from: "backup" });
    expect(result?.changes.delete).to.be.greaterThan(1);
    expect(await status(selection)).to.deep.equal([{ stack: "security", exists: false }]);
  });

  it("does not take a lock from who still works", async () => {
    const file = obstacle();
    const running = deploy({ workspace, stacks: [stack("security", { waitFor: file })], onEvent });
    await madeAndWaiting();
    const [error] = (await failure(deploy({ workspace, stacks: [stack("security")], recover: true }))).errors;
    expect(error).to.be.instanceOf(StackLockedError);
    fs.rmSync(file);
    expect((await running).map(({ outcome }) => outcome)).to.deep.equal(["succeeded"]);
  });

  it("keeps telling of a resource whose creation nobody saw the end of, until it is told to forget it", async () => {
    await deploy({ workspace, stacks: [stack("security")] });
    const urn = "urn:pulumi:security::automation-fixture::aws:ec2/vpc:Vpc::half-made";
    const file = stateFile();
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint: { latest: Record<string, unknown> } };
    const resource = { urn, custom: true, type: "aws:ec2/vpc:Vpc", inputs: {}, outputs: {} };
    state.checkpoint.latest["pending_operations"] = [{ resource, type: "creating" }];
    fs.writeFileSync(file, JSON.stringify(state));
    const pending = [{ operation: "creating", urn }];
    const pendingNow = async () =>
      (await status({ workspace, stacks: [{ name: "security" }] })).map((each) => each.exists && each.pending);

    await deploy({ workspace, stacks: [stack("security")], onEvent, recover: true });
    expect(events.find(({ kind }) => kind === "recovered")).to.deep.include({ unlocked: [], pending });
    expect(await pendingNow()).to.deep.equal([pending]);
    expect(await cancel({ workspace, stack: "security" })).to.deep.equal(pending);
    expect(await forgetPending({ workspace, stack: "security" })).to.deep.equal(pending);
    expect(await pendingNow()).to.deep.equal([[]]);
    expect(await forgetPending({ workspace, stack: "security" })).to.deep.equal([]);
    const [result] = await deploy({ workspace, stacks: [stack("security")] });
    expect(Object.keys(result?.changes ?? {})).to.deep.equal(["same"]);
  });
});

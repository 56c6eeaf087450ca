import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandPlugin } from "./commandPlugin";
import { UNKNOWN } from "../../../lab/providers/struct";
import { EngineClient, failure, until } from "./engineClient";

const TYPE = "command:local:Command";

describe("command:local:Command of the lab's stand-in", () => {
  let plugin: CommandPlugin;
  let engine: EngineClient;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "local-command-"));
    plugin = new CommandPlugin();
  });
  after(async () => {
    await plugin.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    engine = await plugin.engine();
  });
  afterEach(() => engine.close());

  function alive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  it("runs create by /bin/sh -c with environment, folder and stdin, and cuts one newline off each stream", async () => {
    const { id, outputs } = await engine.create(TYPE, {
      create: 'cat; echo "$WORD in $(pwd)"; echo; echo warning >&2',
      environment: { WORD: "word" },
      dir: directory,
      stdin: "from stdin\n",
    });
    expect(id).to.match(/^thing[0-9a-f]{8}$/);
    expect(outputs.stdout).to.equal(`from stdin\nword in ${directory}\n`);
    expect(outputs.stderr).to.equal("warning");
  });

  it("runs nothing in a preview and says that the output is unknown", async () => {
    const marker = join(directory, "previewed");
    const { outputs } = await engine.create(TYPE, { create: `touch ${marker}` }, { preview: true });
    expect(outputs).to.include({ stdout: UNKNOWN, stderr: UNKNOWN });
    expect(existsSync(marker)).to.equal(false);
  });

  it("uses the given interpreter, and says when there is none of that name", async () => {
    const { outputs } = await engine.create(TYPE, { create: "two", interpreter: ["/bin/echo", "one"] });
    expect(outputs.stdout).to.equal("one two");
    expect(await failure(engine.create(TYPE, { create: "x", interpreter: ["no-such-shell"] }))).to.equal(
      'exec: "no-such-shell": executable file not found in $PATH: running "x":\n',
    );
  });

  it("fails in the real plugin's words, with the whole script and both streams", async () => {
    const error = await failure(engine.create(TYPE, { create: 'echo "out"\nsleep 0.05; echo err >&2; exit 3' }));
    expect(error).to.equal('exit status 3: running "echo \\"out\\"\\nsleep 0.05; echo err >&2; exit 3":\nout\nerr\n');
    expect(await failure(engine.create(TYPE, { create: "true", dir: "/no/such" }))).to.equal(
      'chdir /no/such: no such file or directory: running "true":\n',
    );
    expect(await failure(engine.create(TYPE, { create: "kill -9 $$" }))).to.match(/^signal: killed: running/);
  });

  it("updates by update, else by create, and hands the previous output on unless told not to", async () => {
    const olds = { create: "true", stdout: "before", stderr: "" };
    const script = 'echo "was ${PULUMI_COMMAND_STDOUT-unset}, ${PULUMI_COMMAND_STDERR-unset}"';
    expect((await engine.update(TYPE, olds, { create: "false", update: script })).stdout).to.equal("was before, unset");
    expect((await engine.update(TYPE, olds, { create: script })).stdout).to.equal("was before, unset");
    expect((await engine.update(TYPE, olds, { create: script, addPreviousOutputInEnv: false })).stdout).to.equal(
      "was unset, unset",
    );
    expect((await engine.update(TYPE, olds, {})).stdout).to.equal("before");
  });

  it("runs delete with the stored inputs", async () => {
    const file = join(directory, "deleted");
    await engine.delete(TYPE, { delete: `printf %s "$PULUMI_COMMAND_STDOUT" > ${file}`, stdout: "last", stderr: "" });
    expect(await readFile(file, "utf8")).to.equal("last");
  });

  it("replaces for triggers only, and sees no change where there is none", async () => {
    const olds = { create: "a", triggers: [1, { b: 2 }] };
    const same = await engine.diff(TYPE, olds, { ...olds, stdin: null });
    expect([same.getChanges(), same.getReplacesList()]).to.deep.equal([1, []]);
    const script = await engine.diff(TYPE, olds, { ...olds, create: "b" });
    expect([script.getChanges(), script.getDiffsList(), script.getReplacesList()]).to.deep.equal([2, ["create"], []]);
    const trigger = await engine.diff(TYPE, olds, { ...olds, triggers: [1, { b: 3 }] });
    expect([trigger.getReplacesList(), trigger.getDeletebeforereplace()]).to.deep.equal([["triggers"], false]);
  });

  it("refuses inputs that the resource has not, of the wrong kind, and those that the stand-in lacks", async () => {
    const { failures } = await engine.check(TYPE, {
      create: 1,
      commnd: "x",
      logging: "all",
      environment: { A: 1 },
      assetPaths: ["*"],
      interpreter: UNKNOWN,
    });
    expect(failures.map((text) => text.split(";")[0])).to.have.members([
      "create is a value of type number",
      "commnd is no input",
      'logging is "all"',
      "environment is a value of type object",
      "assetPaths is not supported by the lab's command provider",
    ]);
    expect(await failure(engine.check("command:remote:CopyToRemote", {}))).to.contain(
      "no resource type command:remote:CopyToRemote",
    );
  });

  it("tells the engine's log what is printed, as status messages, only of the streams that are asked for", async () => {
    const create = "echo one; echo two; echo three >&2";
    await engine.create(TYPE, { create, logging: "stdout" });
    expect(engine.logged.map(({ message }) => message)).to.deep.equal(["one", "two"]);
    expect(engine.logged[0]).to.include({ urn: `urn:pulumi:dev::project::${TYPE}::thing`, ephemeral: true });
    engine.logged.length = 0;
    await engine.create(TYPE, { create, logging: "none" });
    expect(engine.logged).to.deep.equal([]);
  });

  it("fails for a logged line of 64 KiB, on which the real plugin hangs, but not for one that is not logged", async () => {
    const create = "printf '%065536d' 0";
    expect(await failure(engine.create(TYPE, { create }))).to.contain("a line of 64 KiB or more");
    const { outputs } = await engine.create(TYPE, { create, logging: "none" });
    expect(outputs.stdout).to.have.length(65536);
  });

  it("ends the whole process group when the engine cancels, also what ignores being asked", async () => {
    const pids = join(directory, "pids");
    const running = engine.create(TYPE, {
      create: `sh -c 'trap "" TERM; echo $$ > ${pids}; while :; do sleep 0.1; done' & wait`,
    });
    const failed = failure(running);
    await until("command runs", () => existsSync(pids));
    const pid = Number((await readFile(pids, "utf8")).trim());
    expect(alive(pid)).to.equal(true);
    await engine.cancel();
    expect(await failed).to.match(/^signal: terminated: running/);
    await until("process is gone", () => !alive(pid));
  });

  it("ends the process group when the engine vanishes, and when customTimeouts is over", async () => {
    const sockets: Socket[] = [];
    const doomed = await plugin.engine(async (port) => {
      const between = createServer((socket) => {
        between.close();
        const onward = connect(port, "127.0.0.1");
        sockets.push(socket, onward);
        onward.on("error", () => undefined);
        socket
          .on("error", () => undefined)
          .pipe(onward)
          .pipe(socket);
      });
      await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
      return (between.address() as AddressInfo).port;
    });
    const pids = join(directory, "vanished");
    const running = doomed.create(TYPE, { create: `echo $$ > ${pids}; exec sleep 60` });
    running.catch(() => undefined);
    await until("command runs", () => existsSync(pids));
    for (const socket of sockets) socket.destroy();
    const pid = Number((await readFile(pids, "utf8")).trim());
    await until("process is gone", () => !alive(pid));

    doomed.close();

    expect(await failure(engine.create(TYPE, { create: "sleep 60" }, { timeout: 0.2 }))).to.match(
      /^signal: terminated/,
    );
  });
});

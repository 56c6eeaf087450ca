import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { PropertyDiff, type DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandPlugin, vendors } from "./commandPlugin";
import { UNKNOWN } from "../../../lab/providers/struct";
import type { EngineClient } from "./engineClient";
import { failure, until } from "./engineClient";
import { passOn } from "./passOn";

const TYPE = "command:local:Command";

/** What a difference replaces. */
function replaced(difference: DiffResponse): string[] {
  const { ADD_REPLACE, DELETE_REPLACE, UPDATE_REPLACE } = PropertyDiff.Kind;
  const kinds: number[] = [ADD_REPLACE, DELETE_REPLACE, UPDATE_REPLACE];
  const properties: string[] = [];
  difference.getDetaileddiffMap().forEach((detail, property) => {
    if (kinds.includes(detail.getKind())) properties.push(property);
  });
  return properties;
}

describe(`command:local:Command of ${vendors ?? "the lab's stand-in"}`, () => {
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

  it("replaces only for triggers that come or go as a whole, and sees no change where there is none", async () => {
    const olds = { create: "a", triggers: [1, { b: 2 }] };
    const same = await engine.diff(TYPE, olds, { ...olds, stdin: null });
    expect([same.getChanges(), replaced(same)]).to.deep.equal([1, []]);
    const script = await engine.diff(TYPE, olds, { ...olds, create: "b" });
    expect([script.getChanges(), script.getDiffsList(), replaced(script)]).to.deep.equal([2, ["create"], []]);
    const trigger = await engine.diff(TYPE, olds, { ...olds, triggers: [1, { b: 3 }] });
    expect([trigger.getDiffsList(), trigger.getDeletebeforereplace()]).to.deep.equal([["triggers"], false]);
    expect(replaced(trigger)).to.deep.equal([]);
    for (const [before, after] of [
      [{ create: "a" }, olds],
      [olds, { create: "a" }],
    ] as const)
      expect(replaced(await engine.diff(TYPE, before, after))).to.deep.equal(["triggers"]);
  });

  it("refuses inputs that the resource has not, and those of the wrong kind, but takes any text as logging", async () => {
    const { failures } = await engine.check(TYPE, {
      create: 1,
      commnd: "x",
      logging: "all",
      environment: { A: 1 },
      interpreter: UNKNOWN,
    });
    const names = failures.map((text) => /^\w+/.exec(text)?.[0]);
    expect(names).to.have.members(["create", "commnd", "environment"]);
    await engine.create(TYPE, { create: "echo one; echo two >&2", logging: "all" });
    expect(engine.logged).to.deep.equal([]);
  });

  if (vendors === undefined)
    it("refuses what the stand-in lacks", async () => {
      const { failures } = await engine.check(TYPE, { create: "x", assetPaths: ["*"] });
      expect(failures).to.deep.equal(["assetPaths is not supported by the lab's command provider"]);
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

  it("takes a logged line of 64 KiB, and longer ones that are not logged", async () => {
    const longest = await engine.create(TYPE, { create: "printf '%065535d\n' 0" });
    expect(longest.outputs.stdout).to.have.length(65535);
    const { outputs } = await engine.create(TYPE, { create: "printf '%065537d' 0", logging: "none" });
    expect(outputs.stdout).to.have.length(65537);
  });

  if (vendors === undefined)
    it("fails for a longer logged line, on which the real plugin waits for ever", async () => {
      const create = "printf '%065537d' 0";
      expect(await failure(engine.create(TYPE, { create }))).to.contain("a line of more than 64 KiB");
    });

  it("fails for output that is no UTF-8, but not for an error that quotes it", async () => {
    for (const create of ["printf '\\377'", "printf '\\377' >&2"]) {
      expect(await failure(engine.create(TYPE, { create, logging: "none" }))).to.equal(
        "grpc: error while marshaling: string field contains invalid UTF-8",
      );
    }
    expect(await failure(engine.create(TYPE, { create: "printf '\\377'; exit 3" }))).to.match(
      /^exit status 3: running/,
    );
  });

  it("waits for whoever holds the output", async () => {
    const begin = Date.now();
    const { outputs } = await engine.create(TYPE, { create: "sleep 1 & echo out" });
    expect(outputs.stdout).to.equal("out");
    expect(Date.now() - begin).to.be.greaterThan(900);
  });

  it("kills the first process at once when the engine cancels, and waits for what that has started", async () => {
    const pids = join(directory, "pids");
    const create = `sh -c 'echo $$ > ${pids}; exec sleep 2' & exec sh -c 'trap "" INT TERM; echo $$ > ${pids}.first; while :; do sleep 0.1; done'`;
    const failed = failure(engine.create(TYPE, { create }));
    await until("command runs", () => existsSync(pids) && existsSync(`${pids}.first`));
    const pid = async (file: string): Promise<number> => Number((await readFile(file, "utf8")).trim());
    const [first, second] = [await pid(`${pids}.first`), await pid(pids)];
    await engine.cancel();
    await until("first process is gone", () => !alive(first));
    expect(alive(second)).to.equal(true);
    expect(await failed).to.match(/^signal: killed: running/);
  });

  it("kills the command when the engine vanishes, and when customTimeouts is over", async () => {
    const sockets: Socket[] = [];
    const doomed = await plugin.engine(async (port) => {
      const between = createServer((socket) => {
        between.close();
        sockets.push(socket, passOn(socket, port));
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

    expect(await failure(engine.create(TYPE, { create: "exec sleep 60" }, { timeout: 1 }))).to.match(
      /^signal: killed: running/,
    );
  });
});

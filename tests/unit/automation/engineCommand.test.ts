import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EngineCommand, EngineCommandError } from "../../../automation/engine/engineCommand";

describe("a command of the engine", () => {
  let folder: string;
  let engine: string;
  const file = (name: string): string => path.join(folder, name);

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "engine-command-"));
    engine = file("pulumi");
    fs.writeFileSync(engine, `#!/bin/sh\nsleep 1\ntouch ${file("done")}\n`, { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  async function failure(work: Promise<unknown>): Promise<unknown> {
    try {
      await work;
    } catch (error) {
      return error;
    }
    throw new Error("expected a failure");
  }

  it("runs to its end", async () => {
    await new EngineCommand(engine, folder).run(["version"]);
    expect(fs.existsSync(file("done"))).to.equal(true);
  });

  it("is told to be missing, with what to do, whoever runs it", async () => {
    const missing = new EngineCommand(file("bin/pulumi"), folder);
    for (const work of [missing.run(["version"]), missing.pulumiCommand()]) {
      const error = await failure(work);
      expect(error).to.be.instanceOf(EngineCommandError);
      expect((error as Error).message).to.match(/^the Pulumi CLI was not found \(.*\/bin\/pulumi\); install it/);
    }
  });

  it("is stopped by a signal that was given before it began", async () => {
    const signal = AbortSignal.abort();
    expect(await failure(new EngineCommand(engine, folder).run(["up"], { signal }))).to.be.instanceOf(
      EngineCommandError,
    );
    const killed = new EngineCommand(engine, folder, process.env, signal);
    expect(await failure(killed.run(["up"]))).to.be.instanceOf(EngineCommandError);
    expect(fs.existsSync(file("done"))).to.equal(false);
  });
});

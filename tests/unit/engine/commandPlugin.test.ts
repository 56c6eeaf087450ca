import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  commandVersion,
  findCommandPlugin,
  standInPlugin,
  type CommandPlugin,
} from "../../../lab/engine/commandPlugin";

describe("the command plugin, the vendor's where it can be had,", () => {
  let directory: string;
  const folder = `resource-command-v${commandVersion}`;

  /** A program in the engine's place that notes its calls. */
  function engine(body: string): string {
    const file = path.join(directory, "pulumi");
    fs.writeFileSync(file, `#!/bin/sh\necho "$@" >>${directory}/calls\n${body}\n`, { mode: 0o755 });
    return file;
  }
  const calls = (): string[] =>
    fs.existsSync(path.join(directory, "calls"))
      ? fs.readFileSync(path.join(directory, "calls"), "utf8").trim().split("\n")
      : [];
  const find = (program: string): Promise<CommandPlugin> =>
    findCommandPlugin(program, {
      cacheDirectory: path.join(directory, "cache"),
      installed: path.join(directory, "installed"),
    });

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "command-plugin-"));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it("is used where Pulumi has installed it", async () => {
    const installed = path.join(directory, "installed", folder);
    fs.mkdirSync(installed, { recursive: true });
    fs.writeFileSync(path.join(installed, "pulumi-resource-command"), "");
    expect(await find(engine("exit 1"))).to.deep.equal({ directory: installed, origin: "vendor" });
    expect(calls()).to.be.empty;
  });

  it("is downloaded by the engine, once, into the cache", async () => {
    const program = engine(
      `mkdir -p "$PULUMI_HOME/plugins/${folder}" && touch "$PULUMI_HOME/plugins/${folder}/pulumi-resource-command"`,
    );
    const expected = { directory: path.join(directory, "cache", "plugins", folder), origin: "vendor" };
    expect(await find(program)).to.deep.equal(expected);
    expect(await find(program)).to.deep.equal(expected);
    expect(calls()).to.deep.equal([`plugin install resource command ${commandVersion}`]);
  });

  it("is given up for a day when it cannot be downloaded", async () => {
    const program = engine("exit 1");
    expect(await find(program)).to.equal(standInPlugin);
    expect(await find(program)).to.equal(standInPlugin);
    expect(calls()).to.have.length(1);
    const marker = path.join(directory, "cache", `${folder}.refused`);
    fs.utimesSync(marker, new Date(0), new Date(0));
    expect(await find(program)).to.equal(standInPlugin);
    expect(calls()).to.have.length(2);
  });
});

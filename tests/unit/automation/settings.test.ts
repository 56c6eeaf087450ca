import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { openSettings, withOverrides } from "../../../automation/engine/settings";
import { absoluteBackend, resolveWorkspace, SettingsError } from "../../../automation/engine/workspace";

const own = `# ours
config:
  demo:zone: a # the first
  demo:list: [1, 2]
`;

describe("a stack's settings", () => {
  let folder: string;
  let program: string;
  let kept: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "settings-test-"));
    program = path.join(folder, "program");
    kept = path.join(folder, "kept");
    fs.mkdirSync(program);
    fs.writeFileSync(
      path.join(program, "Pulumi.yaml"),
      "name: demo\nruntime: nodejs\nbackend: {url: file://./state}\n",
    );
    fs.writeFileSync(path.join(program, "Pulumi.system.yaml"), own);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const read = (directory: string, name = "Pulumi.system.yaml"): string =>
    fs.readFileSync(path.join(directory, name), "utf8");
  /** What the engine does to the file it was given. */
  const engineWrites = (directory: string, config = "  demo:added: override\n"): void =>
    fs.appendFileSync(path.join(directory, "Pulumi.system.yaml"), `${config}encryptionsalt: v1:salt\n`);
  const workspace = (settingsDirectory?: string) =>
    resolveWorkspace({ programDirectory: program, ...(settingsDirectory !== undefined && { settingsDirectory }) });

  it("are the user's own where no folder keeps what a run adds, and the engine runs there", () => {
    expect(openSettings(workspace(), { name: "system" }, true).directory).to.equal(program);
    expect(read(program)).to.equal(own);
  });

  it("get overrides in a copy for one run, which runs the program where it is", async () => {
    const config = { added: { value: "override" } };
    const copy = await withOverrides(workspace(), { name: "system", config }, (directory) => {
      engineWrites(directory);
      expect(read(directory)).to.contain(own);
      expect(parse(read(directory, "Pulumi.yaml"))).to.include({ name: "demo", main: program });
      return Promise.resolve(directory);
    });
    expect(fs.existsSync(copy)).to.equal(false);
    expect(read(program)).to.equal(own);
    expect(await withOverrides(workspace(), { name: "system" }, (directory) => Promise.resolve(directory))).to.equal(
      program,
    );
    expect(
      await withOverrides(workspace(kept), { name: "system", config }, (directory) => Promise.resolve(directory)),
    ).to.equal(kept);
  });

  it("stay untouched where a settings folder keeps what a run adds", () => {
    expect(openSettings(workspace(kept), { name: "system" }, true).directory).to.equal(kept);
    engineWrites(kept);
    expect(read(program)).to.equal(own);
    expect(read(kept)).to.contain("encryptionsalt: v1:salt");
  });

  it("in a settings folder follow the user's file, with salt and the overrides that are still asked for", () => {
    openSettings(workspace(kept), { name: "system" }, true);
    engineWrites(kept, "  demo:asked:\n    secure: v1:abc\n  demo:old:\n    secure: v1:def\n");
    fs.writeFileSync(path.join(program, "Pulumi.system.yaml"), "config:\n  demo:zone: c\n");
    openSettings(workspace(kept), { name: "system", config: { asked: { value: "x", secret: true } } }, true);
    const merged = read(kept);
    expect(merged).to.contain("demo:zone: c").and.contain("secure: v1:abc").and.contain("encryptionsalt: v1:salt");
    expect(merged).not.to.contain("demo:old");
    expect(merged).not.to.contain("demo:list");
  });

  it("in a settings folder keep their overrides when a stack is only asked something", () => {
    openSettings(workspace(kept), { name: "system" }, true);
    engineWrites(kept);
    const before = read(kept);
    openSettings(workspace(kept), { name: "system" }, false);
    expect(read(kept)).to.equal(before);
  });

  it("must be there for a deployment, not for a destruction", () => {
    expect(() => openSettings(workspace(), { name: "system-x" }, true)).to.throw(
      SettingsError,
      /Pulumi\.system-x\.yaml/,
    );
    openSettings(workspace(kept), { name: "system-x" }, false);
    expect(fs.readdirSync(kept)).to.deep.equal(["Pulumi.yaml"]);
    expect(fs.existsSync(path.join(program, "Pulumi.system-x.yaml"))).to.equal(false);
  });

  it("cannot be kept where there is no folder to write to", () => {
    fs.writeFileSync(kept, "");
    expect(() => openSettings(workspace(kept), { name: "system" }, true)).to.throw(
      SettingsError,
      /^settingsDirectory ".*kept": expected a folder to write to: EEXIST/,
    );
  });

  it("that are not YAML are refused by file name", () => {
    fs.writeFileSync(path.join(program, "Pulumi.system.yaml"), "config: [unclosed\n");
    expect(() => openSettings(workspace(), { name: "system" }, true)).to.throw(SettingsError, /Pulumi\.system\.yaml/);
  });

  it("name the secrets provider and an absolute backend", () => {
    fs.appendFileSync(path.join(program, "Pulumi.system.yaml"), "secretsprovider: awskms://alias/x\n");
    const settings = openSettings(workspace(), { name: "system" }, true);
    expect(settings.secretsProvider).to.equal("awskms://alias/x");
    expect(settings.backendUrl).to.equal(`file://${path.join(program, "state")}`);
  });
});

describe("a workspace", () => {
  it("makes a relative backend mean the program's folder, as plain pulumi does there", () => {
    expect(absoluteBackend("file://.", "/program")).to.equal("file:///program");
    expect(absoluteBackend("file://./a?x=1", "/program")).to.equal("file:///program/a?x=1");
    for (const url of ["file:///absolute", "file://~", "s3://bucket", "https://api.pulumi.com"]) {
      expect(absoluteBackend(url, "/program")).to.equal(url);
    }
  });

  it("names what is wrong with it", () => {
    expect(() => resolveWorkspace({ programDirectory: "/nowhere" })).to.throw(
      SettingsError,
      /"\/nowhere".*Pulumi\.yaml/,
    );
    const programDirectory = path.join(__dirname, "../../lab/fixtures/program");
    expect(() => resolveWorkspace({ programDirectory, engine: "/bin/true" })).to.throw(SettingsError, /"\/bin\/true"/);
  });
});

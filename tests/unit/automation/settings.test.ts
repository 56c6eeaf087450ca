import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openSettings } from "../../../automation/settings";
import { absoluteBackend, resolveWorkspace, SettingsError } from "../../../automation/workspace";

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

  it("get the engine's salt, and nothing else of a run", () => {
    const settings = openSettings(workspace(), { name: "system" }, true);
    engineWrites(settings.directory);
    settings.close();
    expect(read(program)).to.equal(`${own}encryptionsalt: v1:salt\n`);
    expect(fs.existsSync(settings.directory)).to.equal(false);
  });

  it("are not written when the engine changed nothing of its own", () => {
    fs.chmodSync(path.join(program, "Pulumi.system.yaml"), 0o444);
    const before = fs.statSync(path.join(program, "Pulumi.system.yaml"));
    openSettings(workspace(), { name: "system" }, true).close();
    const after = fs.statSync(path.join(program, "Pulumi.system.yaml"));
    expect([after.ino, after.mtimeMs]).to.deep.equal([before.ino, before.mtimeMs]);
  });

  it("keep what the user edits during a run", () => {
    const settings = openSettings(workspace(), { name: "system" }, true);
    engineWrites(settings.directory);
    fs.writeFileSync(path.join(program, "Pulumi.system.yaml"), "config:\n  demo:zone: b\n");
    settings.close();
    expect(read(program)).to.equal("config:\n  demo:zone: b\nencryptionsalt: v1:salt\n");
  });

  it("stay untouched where a settings folder keeps what a run adds", () => {
    const first = openSettings(workspace(kept), { name: "system" }, true);
    expect(first.directory).to.equal(kept);
    engineWrites(kept);
    first.close();
    expect(read(program)).to.equal(own);
    expect(read(kept)).to.contain("encryptionsalt: v1:salt");
  });

  it("in a settings folder follow the user's file, with salt and the overrides that are still asked for", () => {
    openSettings(workspace(kept), { name: "system" }, true).close();
    engineWrites(kept, "  demo:asked:\n    secure: v1:abc\n  demo:old:\n    secure: v1:def\n");
    fs.writeFileSync(path.join(program, "Pulumi.system.yaml"), "config:\n  demo:zone: c\n");
    openSettings(workspace(kept), { name: "system", config: { asked: { value: "x", secret: true } } }, true).close();
    const merged = read(kept);
    expect(merged).to.contain("demo:zone: c").and.contain("secure: v1:abc").and.contain("encryptionsalt: v1:salt");
    expect(merged).not.to.contain("demo:old");
    expect(merged).not.to.contain("demo:list");
  });

  it("get a new salt in place of an old one", () => {
    fs.appendFileSync(path.join(program, "Pulumi.system.yaml"), "encryptionsalt: v1:old\n# end");
    const settings = openSettings(workspace(), { name: "system" }, true);
    const file = path.join(settings.directory, "Pulumi.system.yaml");
    fs.writeFileSync(
      file,
      fs.readFileSync(file, "utf8").replace("v1:old", () => "v1:new$&"),
    );
    settings.close();
    expect(read(program)).to.equal(`${own}encryptionsalt: ${JSON.stringify("v1:new$&")}\n# end`);
  });

  it("in a settings folder keep their overrides when a stack is only asked something", () => {
    openSettings(workspace(kept), { name: "system" }, true).close();
    engineWrites(kept);
    const before = read(kept);
    openSettings(workspace(kept), { name: "system" }, false).close();
    expect(read(kept)).to.equal(before);
  });

  it("must be there for a deployment, not for a destruction", () => {
    expect(() => openSettings(workspace(), { name: "system-x" }, true)).to.throw(
      SettingsError,
      /Pulumi\.system-x\.yaml/,
    );
    const settings = openSettings(workspace(), { name: "system-x" }, false);
    expect(fs.readdirSync(settings.directory)).to.deep.equal(["Pulumi.yaml"]);
    settings.close();
    expect(fs.existsSync(path.join(program, "Pulumi.system-x.yaml"))).to.equal(false);
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
    settings.close();
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

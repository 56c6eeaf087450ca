import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { outputs, readOutput } from "../../../automation";

describe("outputs of a stack", () => {
  let folder: string;
  const file = (name: string): string => path.join(folder, name);

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "outputs-"));
    fs.mkdirSync(file("bin"));
    fs.writeFileSync(file("Pulumi.yaml"), "name: gwlb-inspection\nruntime: nodejs\n");
    const script = `#!/bin/sh
echo "$*" >>${file("commands")}
case "$*" in
  *--show-secrets*) echo '{"key": "line 1", "list": ["a"]}' ;;
  *) echo '{"key": "[secret]", "list": ["a"]}' ;;
esac`;
    fs.writeFileSync(file("bin/pulumi"), script, { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const query = () => ({
    workspace: { programDirectory: folder, engine: file("bin/pulumi"), backendUrl: `file://${folder}` },
    stack: "system",
  });
  const commands = (): string[] => fs.readFileSync(file("commands"), "utf8").trim().split("\n");

  it("take one command of the engine, which decrypts nothing that nobody asked for", async () => {
    expect(await outputs(query())).to.deep.equal({ key: "[secret]", list: ["a"] });
    expect(commands()).to.deep.equal(["stack output --json --stack system --non-interactive"]);
  });

  it("are read one by one by one command, secret ones too", async () => {
    expect(await readOutput({ ...query(), name: "key" })).to.equal("line 1");
    expect(await readOutput({ ...query(), name: "other" })).to.equal(undefined);
    expect(commands()).to.have.length(2);
  });
});

import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { labStacks, rememberAccess } from "../../../lab/commands/stacks";

const root = path.resolve(__dirname, "../../..");

describe("What a lab sets of its stacks", () => {
  let directory: string;

  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-lab-stacks-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const keysSet = (): Record<string, string[]> =>
    Object.fromEntries(labStacks(directory, root).map(({ name, config = {} }) => [name, Object.keys(config)]));

  it("is nothing of the shipped settings, whose profiles it has", () => {
    expect(keysSet()).to.deep.equal({ security: [], system: [] });
  });

  it("is with ssh what README has one set by `pulumi config set --secret`, as a secret, and the access that it was asked for", () => {
    rememberAccess(directory, "ssh");
    const asked = [...fs.readFileSync(path.join(root, "README.md"), "utf8").matchAll(/config set .*--secret (\w+)/g)];
    const secrets = asked.map(([, key]) => key);
    expect(secrets).to.have.members(["sshPrivateKey", "sshHostKey"]);
    for (const { config = {} } of labStacks(directory, root)) {
      expect(Object.keys(config)).to.have.members([...secrets, "access"]);
      for (const [key, { secret }] of Object.entries(config)) expect(secret === true, key).to.equal(key !== "access");
    }
  });

  it("is a profile of its own where the settings' is another account's, and none where they name a role", () => {
    const program = path.join(directory, "program");
    fs.mkdirSync(program);
    const write = (stack: string, ...lines: string[]): void =>
      fs.writeFileSync(
        path.join(program, `Pulumi.${stack}.yaml`),
        ["config:", ...lines.map((line) => `  gwlb-inspection:${line}`), ""].join("\n"),
      );
    write("security", 'accountId: "111111111111"', "assumeRole: { roleArn: arn }");
    write("system", 'accountId: "333333333333"', "profile: system");
    const [security, system] = labStacks(directory, program);
    expect(security?.config).to.deep.equal({ profile: { value: "" } });
    expect(system?.config).to.deep.equal({ profile: { value: "lab-333333333333" } });
  });
});

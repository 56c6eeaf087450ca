import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { checkedRole } from "../../../stacks/config/index";
import { ConfigError } from "../../../stacks/config/configError";
import { roleSchemas as schemas } from "../../../stacks/config/centralisedSchema";
import { sshSecretNames } from "../../../stacks/config/sshSecrets";

interface ConfigKey {
  description?: string;
  default?: unknown;
}

const root = path.join(__dirname, "../../..");
const read = (file: string): unknown => parse(fs.readFileSync(path.join(root, file), "utf8"));
const { config: keys } = read("Pulumi.yaml") as { config: Record<string, ConfigKey> };
const shapes = {
  ...schemas.security.shape,
  ...schemas.system.shape,
  ...schemas.transit.shape,
  ...schemas.spoke.shape,
  ...schemas.proof.shape,
};

describe("Pulumi.yaml", () => {
  it("declares just the keys that the program reads, each with a description, the two secrets in a comment", () => {
    expect(Object.keys(keys)).to.have.members(Object.keys(shapes));
    for (const [key, { description }] of Object.entries(keys)) expect(description, key).to.match(/\.$/);
    const text = fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8");
    for (const key of sshSecretNames) expect(text).to.match(new RegExp(`^ +# +${key}: .*\\.$`, "m"));
  });

  it("leaves every refusal to the program: no key has a type, and each a default, empty where both roles need one", () => {
    // The engine asks all stacks for a key that has no default, and refuses by itself what is not of a key's type.
    for (const [key, declared] of Object.entries(keys)) {
      expect(Object.keys(declared), key).to.have.members(["description", "default"]);
    }
    const needed = (role: "security" | "system"): string[] =>
      (schemas[role].safeParse({}).error?.issues ?? []).map(({ path: [key] }) => String(key));
    expect(needed("system")).to.deep.equal(["accountId", "region", "vpcCidr", "zones"]);
    for (const key of needed("system")) expect(needed("security")).to.include(key);
    for (const key of ["accountId", "region", "vpcCidr"]) expect(keys[key]?.default).to.equal("");
    expect(keys["zones"]?.default).to.deep.equal({});
  });

  for (const [key, shape] of Object.entries(shapes)) {
    const own = shape.safeParse(undefined);
    if (!own.success) continue;
    it(`gives ${key} the program's own default`, () => {
      expect(shape.parse(keys[key]?.default)).to.deep.equal(own.data);
    });
  }

  for (const stack of ["security", "system", "transit", "spoke-a", "spoke-b", "proof"]) {
    const role = checkedRole(stack);
    it(`has with Pulumi.${stack}.yaml a complete example, the two secrets aside`, () => {
      const example = (read(`Pulumi.${stack}.yaml`) as { config: Record<string, unknown> }).config;
      const { "pulumi:disable-default-providers": disabled, ...own } = example;
      // Or a resource without an explicit provider would land wherever the environment's credentials lead.
      expect(disabled).to.deep.equal(["aws"]);
      const given = Object.fromEntries(
        Object.entries(own).map(([key, value]) => [key.replace(/^gwlb-inspection:/, ""), value]),
      );
      expect(Object.keys(own)).to.deep.equal(Object.keys(given).map((key) => `gwlb-inspection:${key}`));
      expect(schemas[role].safeParse(given).error?.issues ?? []).to.deep.equal([]);
    });
  }
});

describe("a configuration error", () => {
  it("is one that Pulumi shows without a stack trace", () => {
    expect(pulumi.RunError.isInstance(new ConfigError(["accountId: missing"]))).to.equal(true);
    expect(() => checkedRole("tokyo")).to.throw(ConfigError);
  });
});

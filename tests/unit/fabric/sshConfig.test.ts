import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { utils } from "ssh2";
import { inspectFabric } from "../../../lab/fabric/inspect";
import { labKeys } from "../../../lab/world/keys";
import { findInstance } from "../../../lab/node";
import { sshConfig, sshKnownHosts, writeSshConfig } from "../../../lab/world/sshConfig";
import { addresses, copy, ids, twoVpcs } from "../../fixtures/fabricSnapshot";

const files = { identity: "/lab/operator_key", knownHosts: "/lab/known" };

/** Settings of one host, by the first line of its block. */
function blockOf(config: string, host: string): string[] {
  const block = config.split("\n\n").find((each) => each.split("\n")[0]?.split(" ").includes(host));
  return (block ?? "").trim().split("\n").slice(1);
}

describe("the OpenSSH configuration of a lab", () => {
  const config = sshConfig(inspectFabric(twoVpcs()), files);

  it("reaches the bastion by its public address and the others of its VPC through it", () => {
    expect(blockOf(config, ids.bastion).join()).to.match(new RegExp(`HostName ${addresses.bastionPublic}`));
    expect(blockOf(config, ids.bastion).join()).not.to.include("ProxyJump");
    expect(blockOf(config, ids.source).map((line) => line.trim())).to.include.members([
      `HostName ${addresses.source}`,
      `ProxyJump ${ids.bastion}`,
    ]);
  });

  it("never goes through another VPC's bastion", () => {
    expect(blockOf(config, ids.target).join()).not.to.include("ProxyJump");
  });

  it("checks host keys, against the lab's file only", () => {
    const always = blockOf(config, "*").map((line) => line.trim());
    expect(always).to.include.members([
      "StrictHostKeyChecking yes",
      'UserKnownHostsFile "/lab/known"',
      "GlobalKnownHostsFile none",
      "IdentitiesOnly yes",
    ]);
  });

  it("takes a Name tag as a host's name only if it cannot be a pattern", () => {
    const named = copy(twoVpcs());
    named.instances[ids.source]!.tags = { Name: "source-1" };
    named.instances[ids.neighbour]!.tags = { Name: "a *" };
    const text = sshConfig(inspectFabric(named), files);
    expect(text).to.match(new RegExp(`^Host ${ids.source} source-1$`, "m"));
    expect(text).to.match(new RegExp(`^Host ${ids.neighbour}$`, "m"));
  });

  it("is written for root's eyes only, with every address's host key", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ssh-config-test-"));
    try {
      const file = writeSshConfig(directory, inspectFabric(twoVpcs()));
      for (const each of fs.readdirSync(directory)) {
        expect(fs.statSync(path.join(directory, each)).mode & 0o777, each).to.equal(0o600);
      }
      expect(fs.readFileSync(file, "utf8")).to.include(labKeys(directory).operatorKeyFile);
      const known = fs.readFileSync(path.join(directory, "ssh_known_hosts"), "utf8");
      expect(known).to.match(new RegExp(`^${addresses.bastionPublic} ssh-ed25519 AAAA`, "m"));
      expect(known).to.match(new RegExp(`^${addresses.target} ssh-ed25519 AAAA`, "m"));
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });

  it("knows hosts by the public half of the host key", () => {
    const pair = utils.generateKeyPairSync("rsa", { bits: 2048 });
    const [line = ""] = sshKnownHosts(inspectFabric(twoVpcs()), pair.private).split("\n");
    expect(line.split(" ").slice(1).join(" ")).to.equal(pair.public.split(" ").slice(0, 2).join(" "));
    expect(() => sshKnownHosts([], "no key")).to.throw(/host key cannot be read/);
  });
});

describe("an instance's name", () => {
  it("is an id or a Name tag, and names one instance", () => {
    const named = copy(twoVpcs());
    for (const id of [ids.source, ids.neighbour]) named.instances[id]!.tags = { Name: "web" };
    named.instances[ids.target]!.tags = { Name: "target" };
    const entries = inspectFabric(named);
    expect(findInstance(entries, "target").id).to.equal(ids.target);
    expect(findInstance(entries, ids.source).id).to.equal(ids.source);
    expect(() => findInstance(entries, "web")).to.throw(/several instances/);
    expect(() => findInstance(entries, ids.systemVpc)).to.throw(/No instance .*there are: .*target/);
  });
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { publicKeyOf, sshHostAt, userDataFor } from "../../../components";
import { keys, publicHalf, run, valueOf } from "./run";

describe("ssh access", () => {
  it("derives the public half of a private key", () => {
    expect(publicKeyOf(keys.sshHostKey, "sshHostKey")).to.equal(publicHalf(keys.sshHostKey));
    expect(publicKeyOf(keys.sshHostKey, "sshHostKey")).to.match(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/);
  });

  it("refuses what is no private key, without quoting it", () => {
    expect(() => publicKeyOf("swordfish", "sshPrivateKey"))
      .to.throw(/^sshPrivateKey: expected an OpenSSH private key without passphrase/)
      .with.property("message")
      .that.does.not.include("swordfish");
    expect(() => publicKeyOf(publicHalf(keys.sshHostKey), "sshHostKey")).to.throw(
      "sshHostKey: expected a private key, got a public one",
    );
  });

  it("gives a host its key as sshd takes it, whatever became of its newlines on the way", async () => {
    const expected = `${keys.sshHostKey.trim()}\n`;
    for (const key of [expected, expected.trim(), `${expected}\n`, expected.replaceAll("\n", "\r\n")]) {
      const { result } = await run(() => userDataFor("host", key));
      const data = await valueOf(result);
      expect(data).to.match(/^#cloud-config\n/);
      expect(JSON.parse(data.slice("#cloud-config\n".length))).to.deep.equal({
        hostname: "host",
        ssh_deletekeys: true,
        ssh_keys: { ed25519_private: expected, ed25519_public: `${publicHalf(keys.sshHostKey)} host` },
      });
      expect(await pulumi.isSecret(result)).to.equal(true);
    }
  });

  it("tells the verification the way to a host through the bastion, as a secret", async () => {
    const { result } = await run(() =>
      sshHostAt(
        // Even when they were not given as secrets.
        { privateKey: keys.sshPrivateKey, hostKey: keys.sshHostKey, user: "admin", bastionAddress: "198.51.100.1" },
        "10.2.10.16",
      ),
    );
    const endpoint = { user: "admin", privateKey: keys.sshPrivateKey, hostKey: publicHalf(keys.sshHostKey) };
    expect(await valueOf(result)).to.deep.equal({
      ...endpoint,
      address: "10.2.10.16",
      via: { ...endpoint, address: "198.51.100.1" },
    });
    expect(await pulumi.isSecret(result)).to.equal(true);
  });
});

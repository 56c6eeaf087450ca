import { expect } from "chai";
import { parseCloudConfig } from "../../../lab/fabric/cloudConfig";

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----";
const document = (body: string): string => `#cloud-config\n${body}`;

describe("cloud-config of an instance", () => {
  it("gives host name and host key", () => {
    const keys = `  ed25519_private: |\n    ${privateKey.split("\n").join("\n    ")}\n  ed25519_public: ssh-ed25519 AAAA host\n`;
    const text = document(`hostname: target-1\nssh_deletekeys: true\nssh_keys:\n${keys}`);
    expect(parseCloudConfig(text)).to.deep.equal({
      hostname: "target-1",
      hostKey: { privateKey: `${privateKey}\n`, publicKey: "ssh-ed25519 AAAA host\n" },
    });
  });

  it("is empty without user data", () => {
    expect(parseCloudConfig(undefined)).to.deep.equal({});
    expect(parseCloudConfig("")).to.deep.equal({});
  });

  it("refuses what the lab would silently ignore, by name", () => {
    expect(() => parseCloudConfig("#!/bin/sh\nreboot\n")).to.throw('User data starts with "#!/bin/sh"');
    expect(() => parseCloudConfig(document("runcmd: [reboot]\n"))).to.throw('User data key "runcmd"');
    expect(() => parseCloudConfig(document("ssh_keys: {rsa_private: x}\n"))).to.throw('"ssh_keys.rsa_private"');
    expect(() => parseCloudConfig(document("hostname: [a]\n"))).to.throw('"hostname", value ["a"]');
    expect(() => parseCloudConfig(document("- hostname\n"))).to.throw("expected a mapping");
  });

  it("never prints a private key in an error", () => {
    const text = document("ssh_keys: {ed25519_private: SECRET, ed25519_public: ssh-ed25519 AAAA}\n");
    expect(() => parseCloudConfig(text)).to.throw(/^(?!.*SECRET).*ssh_keys\.ed25519_private/);
    const broken = document("ssh_keys:\n  ed25519_private: SECRET\n bad: [\n");
    expect(() => parseCloudConfig(broken)).to.throw(/^(?!.*SECRET)/s);
  });
});

import { expect } from "chai";
import { distributionSources } from "../../../lab/fabric/aptSources";

const stanza = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
const debian = {
  Types: "deb",
  URIs: "http://mirror.test/debian",
  Suites: "bookworm bookworm-updates",
  Components: "main",
};

describe("apt sources for the image", () => {
  it("keeps the distribution's stanzas, without comments, backports and source packages", () => {
    const text = `# ours\n${stanza({
      ...debian,
      Types: "deb deb-src",
      Suites: "bookworm bookworm-backports",
      "Signed-By": "/usr/share/keyrings/a.gpg",
    })}\n`;
    expect(distributionSources([{ deb822: true, text }], "bookworm")).to.equal(
      `${stanza({ ...debian, Suites: "bookworm", "Signed-By": "/usr/share/keyrings/a.gpg" })}\n`,
    );
  });

  it("leaves third parties, other releases and disabled stanzas out", () => {
    const text = [
      stanza(debian),
      stanza({ ...debian, URIs: "http://docker.test", Components: "stable" }),
      stanza({ ...debian, URIs: "http://pgdg.test", Suites: "bookworm-pgdg" }),
      stanza({ ...debian, URIs: "http://old.test", Suites: "bullseye" }),
      stanza({ Enabled: "no", ...debian, URIs: "http://off.test" }),
    ].join("\n\n");
    expect(distributionSources([{ deb822: true, text }], "bookworm")).to.equal(`${stanza(debian)}\n`);
  });

  it("reads one-line files, with options", () => {
    const lines = [
      "deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian bookworm main contrib",
      "deb http://mirror.test/debian-security bookworm-security main",
    ];
    const others = [
      "# deb http://a.test bookworm main",
      "deb-src http://b.test bookworm main",
      "deb http://c.test sid main",
    ];
    const text = [...lines, ...others, ""].join("\n");
    expect(distributionSources([{ deb822: false, text }], "bookworm")).to.equal(`${lines.join("\n")}\n`);
  });

  it("gives stanzas alone where a host has both: one build reads one format", () => {
    const sources = [
      { deb822: false, text: "deb http://mirror.test/debian bookworm main\n" },
      { deb822: true, text: stanza(debian) },
    ];
    expect(distributionSources(sources, "bookworm")).to.equal(`${stanza(debian)}\n`);
  });

  it("is empty where nothing fits", () => {
    expect(distributionSources([{ deb822: false, text: "deb http://a.test sid main\n" }], "bookworm")).to.equal("");
  });
});

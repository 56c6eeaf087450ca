import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "../../..");

/** Documents of the project, by their path in it. */
function documents(): string[] {
  const inDocs = fs.readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" });
  return [
    ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"],
    ...inDocs.filter((file) => file.endsWith(".md")).map((file) => path.join("docs", file)),
  ];
}

/** What a document links to in the project. */
function linksIn(document: string): { file: string; heading?: string }[] {
  const text = fs.readFileSync(path.join(root, document), "utf8");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = "", heading] = link.split("#");
      const target = file === "" ? document : path.join(path.dirname(document), file);
      return { file: target, ...(heading !== undefined && { heading }) };
    });
}

/** Headings as GitHub makes anchors of them. */
function headingsOf(file: string): string[] {
  const lines = fs.readFileSync(path.join(root, file), "utf8").match(/^#+ .*/gm) ?? [];
  return lines.map((line) =>
    line
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documents", () => {
  it("link to what is there", () => {
    const broken = documents().flatMap((document) =>
      linksIn(document)
        .filter(({ file, heading }) => {
          if (!fs.existsSync(path.join(root, file))) return true;
          return heading !== undefined && file.endsWith(".md") && !headingsOf(file).includes(heading);
        })
        .map(({ file, heading }) => `${document}: ${file}#${heading ?? ""}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it("are all in the index, docs/README.md", () => {
    const indexed = linksIn("docs/README.md").map(({ file }) => file);
    const missing = documents().filter((file) => file.startsWith("docs/") && file !== "docs/README.md");
    expect(missing.filter((file) => !indexed.includes(file))).to.deep.equal([]);
  });
});

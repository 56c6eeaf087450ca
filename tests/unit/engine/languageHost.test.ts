import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findLanguageHost } from "../../../lab/engine/languageHost";

describe("the Node language host", () => {
  let root: string;
  const find = (): string | undefined =>
    findLanguageHost(path.join(root, "engine/pulumi"), `${root}/a::${root}/b`, path.join(root, "home"));
  const install = (folder: string): string => {
    const directory = path.join(root, folder);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "pulumi-language-nodejs"), "");
    return directory;
  };

  beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "language-host-test-"))));
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("is absent where nobody has installed it", () => {
    fs.mkdirSync(path.join(root, "home/plugins/resource-command-v1.2.1"), { recursive: true });
    expect(find()).to.be.undefined;
  });

  for (const folder of ["engine", "b", "home/bin", "home/plugins/language-nodejs-v3.259.0"]) {
    it(`is found in ${folder}`, () => {
      const directory = install(folder);
      expect(find()).to.equal(directory);
    });
  }

  it("is the engine's own rather than another", () => {
    install("b");
    const own = install("engine");
    expect(find()).to.equal(own);
  });

  it("is not what a download has left unfinished", () => {
    install("home/plugins/language-nodejs-v3.259.0.tmp123");
    expect(find()).to.be.undefined;
  });
});

import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describeLanguageHost, findLanguageHost, type LanguageHost } from "../../../lab/engine/languageHost";
import { engineVersion } from "../../../lab/engine/version";

const root = path.join(__dirname, "../../..");

describe("the Node language host", () => {
  let folder: string;

  function write(file: string, script: string): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path.dirname(file);
  }
  const install = (where: string, says = `v${engineVersion}`): string =>
    write(path.join(folder, where, "pulumi-language-nodejs"), `echo ${says}`);

  /** A Go that puts a program in place that says what the linker was told, and counts how often. */
  function fakeGo(): string {
    const file = path.join(folder, "go");
    write(
      file,
      `if [ "$1" = env ]; then printf 'go1.99.0\\nauto\\n'; exit; fi
       echo build >>'${folder}/builds'
       for word; do case "$previous" in -o) out=$word;; -ldflags) hash=\${word##*main.sources=};; esac; previous=$word; done
       printf '#!/bin/sh\\necho v${engineVersion} gwlb-inspection-lab %s\\n' "$hash" >"$out"; chmod 755 "$out"`,
    );
    return file;
  }
  const builds = (): number => fs.readFileSync(path.join(folder, "builds"), "utf8").split("\n").length - 1;

  const find = (engine = "engine/pulumi", go = path.join(folder, "no-go")): Promise<LanguageHost> =>
    findLanguageHost(path.join(folder, engine), {
      searchPath: `${folder}/a::${folder}/b`,
      home: path.join(folder, "home"),
      cacheDirectory: path.join(folder, "cache"),
      go,
    });

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "language-host-test-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  for (const where of ["engine", "b", "home/bin", "home/plugins/language-nodejs-v3.259.0"]) {
    it(`is the vendor's when it is found in ${where}`, async () => {
      const directory = install(where);
      expect(await find()).to.deep.equal({ directory, origin: "vendor", version: engineVersion });
    });
  }

  it("is the engine's own rather than another", async () => {
    install("b");
    const own = install("engine");
    const host = await find();
    expect(host.directory).to.equal(own);
    expect(describeLanguageHost(host)).to.equal(`language host: the vendor's ${engineVersion} (${own})`);
  });

  it("is the vendor's rather than the lab's beside the engine", async () => {
    install("engine", `v${engineVersion} gwlb-inspection-lab 0123456789ab`);
    const directory = install("b");
    expect((await find()).directory).to.equal(directory);
  });

  it("is not what a download has left unfinished, and not what does not run", async () => {
    install("home/plugins/language-nodejs-v3.259.0.tmp123");
    write(path.join(folder, "b/pulumi-language-nodejs"), "exit 1");
    expect((await find("engine/pulumi", fakeGo())).origin).to.equal("own");
  });

  it("is built where there is none, once, beside the cache's own engine, and where its sources have changed", async () => {
    const go = fakeGo();
    const beside = `cache/engine-${engineVersion}/bin`;
    const [host, same] = await Promise.all([1, 2].map(() => find(`${beside}/pulumi`, go)));
    expect(host).to.deep.equal({ directory: path.join(folder, beside), origin: "own", version: engineVersion });
    expect(same).to.deep.equal(host);
    expect(await find(`${beside}/pulumi`)).to.deep.equal(host);
    expect(builds()).to.equal(1);
    expect(describeLanguageHost(host!)).to.match(/^language host: the lab's own/);
    install(beside, `v${engineVersion} gwlb-inspection-lab 0123456789ab`);
    expect(await find(`${beside}/pulumi`, go)).to.deep.equal(host);
    expect(builds()).to.equal(2);
    expect(fs.readdirSync(path.join(folder, beside))).to.deep.equal(["pulumi-language-nodejs"]);
  });

  it("has a folder of its own for an engine that is not the cache's", async () => {
    expect((await find("engine/pulumi", fakeGo())).directory).to.equal(path.join(folder, "cache/language-host"));
  });

  it("that cannot be built is an error that says what would help", async () => {
    const error = await find().then(() => undefined, String);
    expect(error).to.match(/Go was not found on PATH. Install Go .* or the Pulumi CLI/);
  });

  it("is of the engine's version, as each module pins it", () => {
    const modules = ["lab/engine/build/go.mod", "lab/engine/hostProgram/go.mod"];
    const pinned = modules.map(
      (file) => /pulumi\/sdk\/v3 v(\S+)/.exec(fs.readFileSync(path.join(root, file), "utf8"))?.[1],
    );
    expect(pinned).to.deep.equal([engineVersion, engineVersion]);
  });
});

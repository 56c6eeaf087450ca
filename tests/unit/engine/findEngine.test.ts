import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { archiveName, checksumOf, downloadEngine } from "../../../lab/engine/download";
import { findEngine } from "../../../lab/engine/engine";
import { withLock } from "../../../lab/engine/lock";
import { engineVersion } from "../../../lab/engine/version";
import { startTimeOf } from "../../../lab/processStart";
import { until } from "../../../lab/world";

/** A program that prints a version, in place of the real engine. */
function fakeEngine(file: string, version: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
}

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}

describe("finding the engine", () => {
  let folder: string;
  let server: http.Server;
  let source: string;
  let files: Record<string, Buffer | string>;
  let requests: string[];

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "engine-test-"));
    files = {};
    requests = [];
    server = http.createServer((request, response) => {
      const name = path.basename(request.url ?? "");
      requests.push(name);
      const body = files[name];
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const cacheDirectory = (): string => path.join(folder, "cache");
  const options = () => ({ cacheDirectory: cacheDirectory(), searchPath: path.join(folder, "bin"), source });

  /** A release as the vendor lays it out. */
  function release(version = engineVersion): void {
    const tree = path.join(folder, "release");
    fakeEngine(path.join(tree, "pulumi", "pulumi"), version);
    for (const other of ["pulumi-language-nodejs", "pulumi-language-go"]) {
      fakeEngine(path.join(tree, "pulumi", other), version);
    }
    const archive = execFileSync("tar", ["-cz", "-C", tree, "pulumi"]);
    files[archiveName()] = archive;
    const hash = createHash("sha256").update(archive).digest("hex");
    files[`pulumi-${engineVersion}-checksums.txt`] = `${"0".repeat(64)}  other.zip\n${hash}  ${archiveName()}\n`;
  }

  it("takes the one on PATH when it is new enough", async () => {
    fakeEngine(path.join(folder, "bin", "pulumi"), "3.999.1");
    expect(await findEngine(options())).to.deep.equal({
      path: path.join(folder, "bin", "pulumi"),
      version: "3.999.1",
      origin: "path",
    });
  });

  it("passes over one on PATH that is too old, and says so", async () => {
    fakeEngine(path.join(folder, "bin", "pulumi"), "3.100.0");
    release();
    const lines: string[] = [];
    const engine = await findEngine({ ...options(), onProgress: (line) => lines.push(line) });
    expect(engine.origin).to.equal("download");
    expect(lines.join("\n")).to.contain("3.100.0");
  });

  it("downloads the release, keeps only the engine and the Node host, and finds them in the cache afterwards", async () => {
    release();
    const first = await findEngine(options());
    expect(first).to.deep.include({ version: engineVersion, origin: "download" });
    expect(fs.readdirSync(path.dirname(first.path)).sort()).to.deep.equal(["pulumi", "pulumi-language-nodejs"]);
    const asked = requests.length;
    expect(await findEngine(options())).to.deep.equal({ ...first, origin: "cache" });
    expect(requests.length).to.equal(asked);
    expect(fs.readdirSync(cacheDirectory())).to.deep.equal([`engine-${engineVersion}`]);
  });

  it("refuses a download whose checksum is not the published one", async () => {
    release();
    files[`pulumi-${engineVersion}-checksums.txt`] = `${"a".repeat(64)}  ${archiveName()}\n`;
    fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
    const error = await failure(downloadEngine(path.join(folder, "bin"), { source }));
    expect(error.message).to.contain("a".repeat(64));
    expect(fs.readdirSync(path.join(folder, "bin"))).to.deep.equal([]);
  });

  it("gives up on a server that does not answer", async () => {
    server.removeAllListeners("request").on("request", () => undefined);
    const error = await failure(downloadEngine(folder, { source, answerTimeout: 100 }));
    server.closeAllConnections();
    expect(error.message).to.contain("no answer within 0.1 s");
  });

  it("builds when there is no download, and names what went wrong with either when that fails, too", async () => {
    const error = await failure(findEngine({ ...options(), go: path.join(folder, "no-go") }));
    expect(error.message).to.match(/Download: .*checksums\.txt: HTTP 404/);
    expect(error.message).to.match(/Build: Go was not found/);
    expect(fs.readdirSync(cacheDirectory())).to.deep.equal([]);
  });

  it("refuses a Go that is too old and may not fetch a newer one", async () => {
    const go = path.join(folder, "go");
    fs.writeFileSync(go, "#!/bin/sh\nprintf 'go1.22.1\\nlocal\\n'\n", { mode: 0o755 });
    expect((await failure(findEngine({ ...options(), go }))).message).to.match(/Go 1\.22\.1 is too old/);
  });

  it("shows the compiler's last words when the build fails", async () => {
    const go = path.join(folder, "go");
    const script = `case $1 in env) printf 'go1.99.0\\nauto\\n' ;; *) echo 'go: downloading x' >&2; echo 'cannot compile' >&2; exit 1 ;; esac`;
    fs.writeFileSync(go, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { message } = await failure(findEngine({ ...options(), go }));
    expect(message).to.contain("cannot compile");
    expect(message).not.to.contain("go: downloading");
  });

  it("builds from the pinned modules, without letting Go change them, and publishes only a finished build", async () => {
    const go = path.join(folder, "go");
    const record = path.join(folder, "arguments");
    // Writes a program that reports the version to the path after -o.
    const script = `
      case $1 in env) printf 'go1.99.0\\nauto\\n'; exit ;; esac
      printf '%s\\n' "$@" "$PWD" > '${record}'
      while [ "$1" != -o ]; do shift; done
      printf '#!/bin/sh\\necho v${engineVersion}\\n' > "$2"`;
    fs.writeFileSync(go, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const engine = await findEngine({ ...options(), go });
    expect(engine).to.deep.include({ origin: "built", version: engineVersion });
    const used = fs.readFileSync(record, "utf8");
    expect(used)
      .to.contain("-mod=readonly")
      .and.to.contain(path.join("lab", "engine", "build"));
  });

  it("is done once when two ask at a time", async () => {
    release();
    const origins = (await Promise.all([findEngine(options()), findEngine(options())])).map(({ origin }) => origin);
    expect(origins.sort()).to.deep.equal(["cache", "download"]);
    expect(requests.filter((name) => name === archiveName())).to.have.length(1);
  });

  it("can be aborted", async () => {
    server.removeAllListeners("request").on("request", () => undefined);
    const abort = new AbortController();
    const waiting = failure(findEngine({ ...options(), signal: abort.signal }));
    setTimeout(() => abort.abort(new Error("enough")), 50);
    expect((await waiting).message).to.equal("enough");
    server.closeAllConnections();
  });
});

describe("the engine's lock", () => {
  it("is taken over from a process that has died", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lock-test-"));
    try {
      const file = path.join(folder, "lock");
      // Our own process id with another start time: as after a reboot.
      fs.writeFileSync(file, `${process.pid} 1`);
      expect(await withLock(file, {}, () => Promise.resolve("done"))).to.equal("done");
      expect(fs.readdirSync(folder)).to.deep.equal([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("is nobody's when its holder is dead and not yet collected by its parent", () => {
    // A zombie for as long as the shell's replacement, which knows of no child, runs.
    const script = "sh -c 'exit 0' & echo $!; exec sleep 20";
    const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    return new Promise<void>((resolve, reject) => {
      parent.stdout.once("data", (text: Buffer) => {
        const pid = Number(text.toString());
        const state = (): string => fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2]!;
        until(() => state() === "Z", 5000, "a zombie")
          .then(() => expect(startTimeOf(pid)).to.equal(undefined))
          .then(() => resolve(), reject);
      });
    }).finally(() => parent.kill("SIGKILL"));
  });
});

describe("the release's checksums", () => {
  it("must name the file", () => {
    expect(checksumOf(`${"b".repeat(64)}  x.tar.gz\n`, "x.tar.gz")).to.equal("b".repeat(64));
    expect(() => checksumOf("<html>not found</html>", "x.tar.gz")).to.throw(/do not name x\.tar\.gz/);
  });

  it("are of releases that exist", () => {
    expect(archiveName("linux", "x64")).to.equal(`pulumi-v${engineVersion}-linux-x64.tar.gz`);
    expect(() => archiveName("sunos", "x64")).to.throw(/sunos/);
  });
});

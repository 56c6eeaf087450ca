import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { findEngine } from "../../../lab/engine/engine";
import { withLock } from "../../../lab/engine/lock";
import { installByNpm } from "../../../lab/engine/npmPackage";
import { engineVersion } from "../../../lab/engine/version";
import { startTimeOf } from "../../../lab/processStart";
import { until } from "../../../lab/world/world";
import { installing } from "../../fixtures/installScript";

/** A program that prints a version, in place of the real engine. */
function fakeEngine(file: string, version: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
}

const before = { ...process.env };
function restore(name: string): void {
  const value = before[name];
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
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
    process.env["npm_config_registry"] = source;
    process.env["npm_config_cache"] = path.join(folder, "npm");
  });

  afterEach(() => {
    for (const name of ["registry", "cache"]) restore(`npm_config_${name}`);
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const cacheDirectory = (): string => path.join(folder, "cache");
  const options = () => ({
    cacheDirectory: cacheDirectory(),
    searchPath: path.join(folder, "bin"),
    source: `${source}/install.sh`,
  });
  const binDirectory = (): string => {
    fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
    return path.join(folder, "bin");
  };

  /**
   * The registry with a package that does what the vendor's does (run.js, lib/resolve.js, lib/download.js of pulumi 3.259.0;
   * tests/lab/engineByNpm.test.ts runs that one), and an install script that lays out what the vendor's brings.
   */
  function publishPackage(script = installing): void {
    const tree = path.join(folder, "package");
    fs.mkdirSync(tree);
    const manifest = { name: "pulumi", version: engineVersion, bin: { pulumi: "run.js" } };
    fs.writeFileSync(path.join(tree, "package.json"), JSON.stringify(manifest));
    const program = `#!/usr/bin/env node
      const { execFileSync, spawn } = require("child_process");
      const fs = require("fs"), os = require("os"), path = require("path");
      const version = process.env.PULUMI_VERSION || ${JSON.stringify(engineVersion)};
      const root = path.join(process.env.PULUMI_HOME || path.join(os.homedir(), ".pulumi"), "versions", version);
      const pulumi = path.join(root, "bin", "pulumi");
      (async () => {
        const answer = await fetch("${source}/install.sh");
        if (!answer.ok) throw new Error("HTTP " + answer.status);
        const script = path.join(os.tmpdir(), "pulumi-install-" + process.pid + ".sh");
        fs.writeFileSync(script, await answer.text());
        try {
          execFileSync("/bin/sh", [script, "--no-edit-path", "--install-root", root, "--version", version], { stdio: "inherit" });
        } finally { fs.rmSync(script); }
        spawn(pulumi, process.argv.slice(2), { stdio: "inherit" }).on("exit", (code) => process.exit(code));
      })().catch((error) => { process.stderr.write("pulumi: " + error.message + "\\n"); process.exit(1); });`;
    fs.writeFileSync(path.join(tree, "run.js"), program, { mode: 0o755 });
    const tarball = execFileSync("tar", ["-cz", "-C", folder, "package"]);
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const file = `pulumi-${engineVersion}.tgz`;
    const dist = { tarball: `${source}/pulumi/-/${file}`, integrity };
    files["pulumi"] = JSON.stringify({
      name: "pulumi",
      "dist-tags": { latest: engineVersion },
      versions: { [engineVersion]: { ...manifest, dist } },
    });
    files[file] = tarball;
    files["install.sh"] = script;
  }

  it("takes the one on PATH when it is new enough", async () => {
    fakeEngine(path.join(folder, "bin", "pulumi"), "3.999.1");
    expect(await findEngine(options())).to.deep.equal({
      path: path.join(folder, "bin", "pulumi"),
      version: "3.999.1",
      origin: "path",
    });
  });

  it("passes over one on PATH that is too old, takes what the npm package brings, and finds it in the cache afterwards", async () => {
    fakeEngine(path.join(folder, "bin", "pulumi"), "3.100.0");
    publishPackage();
    const lines: string[] = [];
    const first = await findEngine({ ...options(), onProgress: (line) => lines.push(line) });
    expect(lines.join("\n")).to.contain("3.100.0");
    expect(first).to.deep.include({ version: engineVersion, origin: "npm" });
    expect(fs.readdirSync(path.dirname(first.path)).sort()).to.deep.equal(["pulumi", "pulumi-language-nodejs"]);
    const asked = requests.length;
    expect(await findEngine(options())).to.deep.equal({ ...first, origin: "cache" });
    expect(requests.length).to.equal(asked);
    expect(fs.readdirSync(cacheDirectory())).to.deep.equal([`engine-${engineVersion}`]);
    expect(fs.readdirSync(path.dirname(path.dirname(first.path)))).to.deep.equal(["bin"]);
  });

  it("tells what the package said when that fails", async () => {
    publishPackage("echo 'error: no space' >&2; exit 3");
    const error = await failure(installByNpm(binDirectory(), { source: `${source}/install.sh` }));
    expect(error.message).to.match(/pulumi@3\.\d+\.\d+ ended with 1:[^]*error: no space[^]*pulumi: Command failed/);
    expect(fs.readdirSync(folder)).not.to.include("pulumi-home");
  });

  it("refuses a package that is not the published one", async () => {
    publishPackage();
    fs.writeFileSync(path.join(folder, "package", "added.js"), "");
    files[`pulumi-${engineVersion}.tgz`] = execFileSync("tar", ["-cz", "-C", folder, "package"]);
    expect((await failure(installByNpm(binDirectory(), { source: `${source}/install.sh` }))).message).to.contain(
      "EINTEGRITY",
    );
  });

  it("gives up on a server that does not answer", async () => {
    server.removeAllListeners("request").on("request", () => undefined);
    const error = await failure(installByNpm(binDirectory(), { source, answerTimeout: 100 }));
    server.closeAllConnections();
    expect(error.message).to.contain("no answer within 0.1 s");
  });

  it("builds when npm's package could not fetch, and names what went wrong with either when that fails, too", async () => {
    const error = await failure(findEngine({ ...options(), go: path.join(folder, "no-go") }));
    expect(error.message).to.match(/By npm: .*install\.sh: HTTP 404/);
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
    publishPackage();
    const origins = (await Promise.all([findEngine(options()), findEngine(options())])).map(({ origin }) => origin);
    expect(origins.sort()).to.deep.equal(["cache", "npm"]);
    expect(requests.filter((name) => name.endsWith(".tgz"))).to.have.length(1);
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
    // It ends when its parent has become a program that knows of no child: a zombie as long as that runs.
    const script = "sleep 0.5 & echo $!; exec sleep 20";
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

import * as fs from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { packageServerAddress } from "./addresses";
import { imageFiles } from "./image";

/** Name under which a Region's instances reach the package repository; it resolves by /etc/hosts. */
export function packageServerName(region: string): string {
  return `packages.s3.${region}.amazonaws.com`;
}

export interface PackageServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves the image's packages as S3 does for the instances' distributions: over TLS, at `/debian/` and `/al2023/`. The
 * address must be one of this network namespace's.
 */
export async function servePackages(options: {
  imagePath: string;
  /** @default 52.219.0.10 */
  address?: string;
  /** @default 443 */
  port?: number;
  /** One line per request: client, method, path, status. */
  log?: (line: string) => void;
}): Promise<PackageServer> {
  const { repositories, tls } = imageFiles(options.imagePath);
  const server = https.createServer(
    { cert: fs.readFileSync(path.join(tls, "server.pem")), key: fs.readFileSync(path.join(tls, "server.key")) },
    (request, response) => {
      response.on("finish", () =>
        options.log?.(`${request.socket.remoteAddress ?? "?"} ${request.method} ${request.url} ${response.statusCode}`),
      );
      const name = /^\/(debian|al2023)\/(?:\.\/)?([A-Za-z0-9][A-Za-z0-9.+_~-]*)$/.exec(
        decodeURIComponent(request.url ?? ""),
      );
      const file = path.join(repositories[name?.[1] === "al2023" ? "al2023" : "debian"], name?.[2] ?? "none");
      if ((request.method !== "GET" && request.method !== "HEAD") || name === null || !fs.existsSync(file)) {
        response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
        return;
      }
      const stat = fs.statSync(file);
      response.setHeader("Last-Modified", stat.mtime.toUTCString());
      if (Date.parse(request.headers["if-modified-since"] ?? "") >= Math.floor(stat.mtimeMs / 1000) * 1000) {
        response.writeHead(304).end();
        return;
      }
      response.writeHead(200, { "Content-Length": stat.size, "Content-Type": "application/octet-stream" });
      if (request.method === "HEAD") response.end();
      else
        fs.createReadStream(file)
          .on("error", () => response.destroy())
          .pipe(response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 443, options.address ?? packageServerAddress, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

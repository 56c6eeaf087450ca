import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineCache } from "../../../lab/engine/cache";
import { python } from "../tools";

/** A call of an AWS API, named as botocore names services and operations. */
export interface ApiRequest {
  service: "ec2" | "elbv2" | "iam" | "kms" | "ram" | "ssm";
  operation: string;
  parameters: Record<string, unknown>;
}

export type ApiOperation = Pick<ApiRequest, "service" | "operation">;

const modelRequirements = path.join(__dirname, "requirements.txt");
const commandLineRequirements = path.join(__dirname, "commandLineRequirements.txt");

function run(program: string, args: string[], input = ""): string {
  const result = spawnSync(program, args, {
    input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" },
  });
  if (result.status === 0) return result.stdout;
  const why = result.error?.message ?? `it ended with ${result.status ?? result.signal}: ${result.stderr}`;
  throw new Error(`${program} ${args.join(" ")} failed: ${why}`);
}

/**
 * Puts pinned packages into a virtual environment in the cache, unless they are there.
 *
 * @returns path of its Python
 */
function install(name: string, requirements: string): string {
  const { directory } = engineCache();
  const version = createHash("sha256").update(fs.readFileSync(requirements)).digest("hex").slice(0, 12);
  const finished = path.join(directory, `${name}-${version}`);
  const interpreter = path.join(finished, "bin", "python");
  if (fs.existsSync(interpreter)) return interpreter;
  const partial = path.join(directory, `partial-${name}-${process.pid}`);
  fs.mkdirSync(directory, { recursive: true });
  try {
    run(python, ["-m", "venv", partial]);
    const install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"];
    run(path.join(partial, "bin", "python"), [...install, "--requirement", requirements]);
    // The name is that of a whole environment, or of none.
    fs.renameSync(partial, finished);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return interpreter;
}

/** The pinned botocore. @returns path of a Python that has it */
export function installModel(): string {
  return install("botocore", modelRequirements);
}

/** AWS's command line, pinned. @returns path of a Python that has it as `-m awscli` */
export function installCommandLine(): string {
  return install("awscli", commandLineRequirements);
}

interface Judgement {
  complaints: string[][];
  errors: string[][];
}

function ask(question: { requests: ApiRequest[]; operations: ApiOperation[] }): Judgement {
  const answer = run(installModel(), [path.join(__dirname, "model.py")], JSON.stringify(question));
  return JSON.parse(answer) as Judgement;
}

/** What the model of the AWS API has against each of the requests; nothing for a request that it takes. */
export function complaintsAbout(requests: ApiRequest[]): string[][] {
  return ask({ requests, operations: [] }).complaints;
}

/** The error codes that the API reference names for each of the operations; EC2's operations name none. */
export function documentedErrors(operations: ApiOperation[]): string[][] {
  return ask({ requests: [], operations }).errors;
}

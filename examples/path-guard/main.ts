import {
  deploy,
  measure,
  SettingsError,
  StacksError,
  status,
  streamed,
  trace,
  type StackSelection,
  type Workspace,
} from "gwlb-inspection/automation";

/** A consumer, or one pair of it, that did not prove itself. */
interface Problem {
  stack: string;
  pair?: string;
  verdict?: string;
  cause: string | undefined;
}

/**
 * Brings a set of stacks up to date and reports, as one JSON object, whether every consumer's traffic is inspected:
 *
 *     path-guard PROGRAM-FOLDER security system [system-tokyo …]
 */
async function guard(programDirectory: string, names: string[]): Promise<number> {
  const workspace: Workspace = { programDirectory };
  const stacks: StackSelection[] = names.map((name) => ({ name }));
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());

  // A run of ours that was killed is taken up; a stack that fails does not stop its neighbours.
  const { events, results } = streamed(deploy, { workspace, stacks, recover: true, signal: abort.signal });
  for await (const event of events) {
    if (event.kind === "resource-done" && event.operation !== "same") {
      process.stderr.write(`${event.stack}: ${event.operation} ${event.name}\n`);
    }
  }
  const failed = await results.then(
    () => [],
    (error: unknown) => {
      if (error instanceof StacksError) return error.errors.map(({ message }) => message);
      throw error;
    },
  );

  const [standing, measurements] = await Promise.all([
    status({ workspace, stacks }),
    measure({ workspace, stacks, signal: abort.signal }),
  ]);
  const bad = measurements.flatMap((each): Problem[] =>
    each.outcome === "failed"
      ? [{ stack: each.stack, cause: each.error.message }]
      : each.report.pairs
          .filter(({ verdict }) => verdict !== "inspected")
          .map(({ source, destination, verdict, findings }) => ({
            stack: each.stack,
            pair: `${source.name} → ${destination.name}`,
            verdict,
            cause: findings[0]?.code,
          })),
  );

  // What the stacks' states alone would make one expect.
  const [pair] = measurements.flatMap((each) => (each.outcome === "measured" ? each.report.pairs : []));
  const expected =
    pair && (await trace({ workspace, stacks, source: pair.source.name, destination: pair.destination.address }));

  const resources = Object.fromEntries(standing.map((each) => [each.stack, each.exists ? each.resources : 0]));
  process.stdout.write(`${JSON.stringify({ failed, bad, expected: expected?.verdict, resources })}\n`);
  return failed.length + bad.length === 0 ? 0 : 1;
}

const [program, ...names] = process.argv.slice(2);
if (program === undefined || names.length === 0) {
  process.stderr.write("usage: path-guard PROGRAM-FOLDER STACK...\n");
  process.exitCode = 64;
} else {
  guard(program, names).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = error instanceof SettingsError ? 64 : 2;
    },
  );
}

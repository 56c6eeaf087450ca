import { expect } from "chai";
import { streamed, type OperationOptions, type StackEvent, type StackResult } from "../../../automation";

const event = (line: string): StackEvent => ({ kind: "output", line, stack: "system", elapsed: 0 });
const result: StackResult = {
  stack: "system",
  outcome: "succeeded",
  changes: {},
  seconds: 1,
  outputs: {},
  secretOutputs: [],
};
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An operation that tells these lines, some at once and the rest later, and ends as `end` does. */
const operation =
  (lines: string[], end: () => StackResult[]) =>
  async ({ onEvent }: OperationOptions): Promise<StackResult[]> => {
    for (const line of lines) {
      onEvent?.(event(line));
      if (line.endsWith("!")) await soon();
    }
    await soon();
    return end();
  };

async function linesOf(events: AsyncIterable<StackEvent>): Promise<string[]> {
  const lines: string[] = [];
  for await (const each of events) if (each.kind === "output") lines.push(each.line);
  return lines;
}

describe("events as a stream", () => {
  const options = { stacks: [{ name: "system" }] };

  it("come in order, those too that came before anybody read, and end with the operation", async () => {
    const { events, results } = streamed(
      operation(["a", "b!", "c", "d!", "e"], () => [result]),
      options,
    );
    await soon();
    expect(await linesOf(events)).to.deep.equal(["a", "b!", "c", "d!", "e"]);
    expect(await results).to.deep.equal([result]);
  });

  it("end without an error when the operation fails; the results reject", async () => {
    const failing = operation(["a!"], () => {
      throw new Error("no");
    });
    const { events, results } = streamed(failing, options);
    expect(await linesOf(events)).to.deep.equal(["a!"]);
    const error = await results.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Error).with.property("message", "no");
  });

  it("may be left early: the operation goes on", async () => {
    const { events, results } = streamed(
      operation(["a", "b!", "c"], () => [result]),
      options,
    );
    for await (const each of events) if (each.kind === "output") break;
    expect(await results).to.deep.equal([result]);
  });
});

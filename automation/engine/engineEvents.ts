import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { ChangeCounts, StackEventBody } from "../types";

const providerType = "pulumi:providers:";

/** What Node's runtime puts before an exception of the program; the engine reports the same one without it. */
const unhandled = /^Unhandled exception: (\w*Error: )?/;

/**
 * Whether a diagnostic is a line that the program printed: one of standard error says so, one of standard output has its own
 * end of line besides that which the engine adds (measured with pulumi 3.259).
 */
function isPrinted({ severity, message, urn }: NonNullable<EngineEvent["diagnosticEvent"]>): boolean {
  return severity === "info#err" || (severity === "info" && !urn && message.endsWith("\n\n"));
}

/** Logical name in a URN, `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Text without the engine's colour tags and without terminal control sequences. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, "")).trimEnd();
}

/** Turns the engine's events into ours. Keeps what later ones need: start times and the providers' accounts. */
export class EngineEvents {
  private readonly started = new Map<string, number>();
  private readonly accounts = new Map<string, string>();
  private readonly reported = new Set<string>();

  /** @param now seconds on a clock that never jumps */
  constructor(private readonly now: () => number = () => performance.now() / 1000) {}

  /** @returns undefined for what nobody needs to see */
  translate(event: EngineEvent): StackEventBody | undefined {
    if (event.resourcePreEvent) {
      const { metadata } = event.resourcePreEvent;
      this.noteProvider(metadata);
      this.started.set(metadata.urn, this.now());
      return { kind: "resource-started", ...this.resource(metadata) };
    }
    if (event.resOutputsEvent) {
      const { metadata } = event.resOutputsEvent;
      return { kind: "resource-done", ...this.resource(metadata), ...this.duration(metadata.urn) };
    }
    if (event.resOpFailedEvent) {
      const { metadata } = event.resOpFailedEvent;
      return { kind: "resource-failed", ...this.resource(metadata), ...this.duration(metadata.urn) };
    }
    if (event.diagnosticEvent) {
      const { severity, urn, prefix, message, ephemeral } = event.diagnosticEvent;
      const text = plainText((prefix ?? "") + message)
        .replace(/^(error|warning): /, "")
        .replace(unhandled, "");
      // "debug" is not in the SDK's type, yet the engine sends it.
      if (ephemeral === true || text === "" || (severity as string) === "debug") return undefined;
      if (isPrinted(event.diagnosticEvent)) return { kind: "output", line: text };
      const level = severity === "error" || severity === "warning" ? severity : "info";
      if (level === "error") {
        // An exception of the program is reported by its runtime, and by the engine once more.
        if (this.reported.has(text)) return undefined;
        this.reported.add(text);
      }
      return { kind: "diagnostic", severity: level, message: text, ...(urn && { urn }) };
    }
    if (event.summaryEvent) {
      const changes = event.summaryEvent.resourceChanges as ChangeCounts | null;
      return { kind: "summary", changes: changes ?? {}, seconds: event.summaryEvent.durationSeconds };
    }
    return undefined;
  }

  private resource(metadata: StepEventMetadata) {
    const account = this.accounts.get(metadata.provider.split("::").slice(0, 4).join("::"));
    return {
      urn: metadata.urn,
      type: metadata.type,
      name: nameIn(metadata.urn),
      operation: metadata.op,
      ...(account !== undefined && { account }),
    };
  }

  private duration(urn: string): { seconds?: number } {
    const start = this.started.get(urn);
    this.started.delete(urn);
    return start === undefined ? {} : { seconds: this.now() - start };
  }

  /** A provider's inputs are strings; a list is JSON. */
  private noteProvider({ type, urn, new: state, old }: StepEventMetadata): void {
    if (!type.startsWith(providerType)) return;
    const allowed: unknown = (state ?? old)?.inputs["allowedAccountIds"];
    const text = typeof allowed === "string" ? allowed : JSON.stringify(allowed ?? "");
    const ids = new Set(text.match(/\b\d{12}\b/g));
    const [id] = ids;
    if (ids.size === 1 && id !== undefined) this.accounts.set(urn, id);
  }
}

import type { ResourceState } from "./stateFile";
import { urnParts } from "./stateFile";

/** What somebody else did to a resource that Pulumi made. */
export interface OutsideChange {
  urn: string;
  /** The resource's id, as the state has it. */
  id: string;
  name: string;
  /** Last segment of its type: `Route`. */
  type: string;
  /** What is there now, and what the state has. */
  seen: string;
  expected: string;
  /** Ids of what it connects, where its own is on no packet's way: of a target's registration. */
  connects?: string[];
}

/**
 * Compares what the state remembers with what was found. Only what the program sets is compared: the rest of a resource
 * changes by itself. Text that stands for a secret is no difference.
 */
export function outsideChanges(recorded: readonly ResourceState[], actual: readonly ResourceState[]): OutsideChange[] {
  const found = new Map(actual.map((resource) => [resource.urn, resource]));
  return recorded
    .filter(({ type, delete: leaving }) => type.startsWith("aws:") && leaving !== true)
    .flatMap((resource) => {
      const { name } = urnParts(resource.urn);
      const type = resource.type.split(":").at(-1) ?? "";
      const connects = connectedBy[type]?.map((key) => resource.inputs?.[key]).filter((id) => typeof id === "string");
      const what = { urn: resource.urn, id: resource.id ?? "", name, type, ...(connects && { connects }) };
      const now = found.get(resource.urn);
      if (now === undefined) return [{ ...what, seen: "it does not exist", expected: inWords(resource.inputs ?? {}) }];
      const changed = Object.keys(resource.inputs ?? {}).filter(
        (key) => !ignored.has(key) && differ(resource.inputs?.[key], now.inputs?.[key]),
      );
      changed.push(...otherPeer(resource.inputs ?? {}, now.inputs ?? {}));
      if (changed.length === 0) return [];
      const pick = (of: ResourceState): Record<string, unknown> =>
        Object.fromEntries(
          changed
            .filter((key) => of.inputs?.[key] !== undefined)
            .map((key): [string, unknown] => [key, of.inputs?.[key]]),
        );
      return [{ ...what, seen: inWords(pick(now)), expected: inWords(pick(resource)) }];
    });
}

/** Inputs with the ids of what a resource connects, by its type. */
const connectedBy: Partial<Record<string, string[]>> = { TargetGroupAttachment: ["targetGroupArn", "targetId"] };

/** Labels, and what the provider adds for itself. */
const ignored = new Set(["tags", "tagsAll", "__defaults", "userData", "userDataBase64"]);

/** Of these a security group's rule has one: what it names may be of another kind now. */
const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

function otherPeer(recorded: Record<string, unknown>, now: Record<string, unknown>): string[] {
  const has = (of: Record<string, unknown>, key: string): boolean => of[key] !== undefined && of[key] !== "";
  const [before, after] = [recorded, now].map((of) => peers.filter((key) => has(of, key)));
  const added = (after ?? []).filter((key) => before?.includes(key) === false);
  return before?.length === 0 || added.length === 0 ? [] : [...(before ?? []), ...added];
}

function differ(recorded: unknown, now: unknown): boolean {
  // What the program did not set, or the provider does not report, is no change.
  if (recorded === undefined || now === undefined || isSecret(recorded) || isSecret(now)) return false;
  return !holds(now, recorded);
}

/** Whether a value is as wanted. AWS adds defaults to what is given, and its lists are sets. */
function holds(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || value.length !== wanted.length) return false;
    return wanted.every((each) => value.some((other) => holds(other, each)));
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(wanted).every(
      ([key, each]) => key === "__defaults" || holds((value as Record<string, unknown>)[key], each),
    );
  }
  return value === wanted;
}

/** An encrypted value of an export, or the placeholder of a preview. */
function isSecret(value: unknown): boolean {
  const text = JSON.stringify(value) ?? "";
  return text.includes("4dabf18193072939515e22adb298388d") || text.includes("[secret]");
}

function inWords(inputs: Record<string, unknown>): string {
  return Object.entries(inputs)
    .filter(([key, value]) => !ignored.has(key) && !isSecret(value))
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

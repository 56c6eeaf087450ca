import { inParallel, type Run } from "./command";
import type { Difference, NamespaceChange } from "./difference";
import { internetNamespace } from "./names";
import type { FabricState, LinkEnd, LinkState, TunMove } from "./state";

/** Programs at once. Most of a change's time is spent by the kernel, much of it waiting. */
const parallel = 4;

const inNamespace = (namespace: string): string[] => (namespace === internetNamespace ? [] : ["-n", namespace]);

/** Enters a network namespace and nothing else: unlike `ip netns exec` it makes no mount namespace. */
function enter(namespace: string, command: [string, ...string[]]): [string, ...string[]] {
  return namespace === internetNamespace ? command : ["nsenter", `--net=/run/netns/${namespace}`, "--", ...command];
}

/** Brings about a difference. On an error the kernel may hold any part of it. */
export async function apply(run: Run, wanted: FabricState, difference: Difference, moves: TunMove[]): Promise<void> {
  await removeLinks(run, difference.removedLinks);
  await removeNamespaces(run, difference.removedNamespaces);
  await addNamespaces(run, wanted, difference.addedNamespaces);
  await batch(run, [], difference.addedLinks.map(addLinkLine));
  for (const { name, from, to } of moves) {
    await run(["ip", ...inNamespace(from), "link", "set", "dev", name, "netns", to]);
  }
  await inParallel(parallel, difference.changes, (change) => changeNamespace(run, change));
}

async function batch(run: Run, options: string[], lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  try {
    await run(["ip", ...options, "-batch", "-"], lines.join("\n") + "\n");
  } catch (error) {
    throw explained(error, lines);
  }
}

/** `ip -batch` names the line that failed by its number. */
function explained(error: unknown, lines: string[]): Error {
  const message = error instanceof Error ? error.message : String(error);
  const number = /Command failed [^:]*:(\d+)/.exec(message)?.[1];
  const line = number === undefined ? undefined : lines[Number(number) - 1];
  return new Error(line === undefined ? message : `${message} (\`ip ${line}\`)`, { cause: error });
}

/**
 * Links of a group leave together: the kernel waits for its readers once, not once per link (some 15 ms each).
 * One that is already gone, because a namespace or process took it with it, is as good as removed.
 */
async function removeLinks(run: Run, links: LinkState[]): Promise<void> {
  const group = 4711;
  if (links.length === 0) return;
  const existing = await existingNamespaces(run);
  const byNamespace = new Map<string, string[]>();
  for (const { ends } of links) {
    const [end] = ends;
    // A link goes with the namespace of either end.
    if (end.namespace !== internetNamespace && !existing.has(end.namespace)) continue;
    byNamespace.set(end.namespace, [...(byNamespace.get(end.namespace) ?? []), end.name]);
  }
  await inParallel(parallel, [...byNamespace], async ([namespace, names]) => {
    const lines = names.map((name) => `link set dev ${name} group ${group}`);
    // Exit status and messages of lines that fail are of no interest here: addLink tells when a link is in the way.
    await run(
      enter(namespace, [
        "sh",
        "-c",
        'ip -force -batch - 2>/dev/null; ip link del group "$0" 2>/dev/null || true',
        `${group}`,
      ]),
      lines.join("\n") + "\n",
    );
  });
}

/** Names of the namespaces that exist: after an error part of a change is there and part is not. */
async function existingNamespaces(run: Run): Promise<Set<string>> {
  return new Set((await run(["ls", "/run/netns"])).split("\n").filter((name) => name !== ""));
}

async function removeNamespaces(run: Run, namespaces: string[]): Promise<void> {
  if (namespaces.length === 0) return;
  const existing = await existingNamespaces(run);
  const lines = namespaces.filter((name) => existing.has(name)).map((name) => `netns del ${name}`);
  await batch(run, [], lines);
}

/** An existing namespace keeps its settings: an instance may have changed its own. */
async function addNamespaces(run: Run, wanted: FabricState, candidates: string[]): Promise<void> {
  if (candidates.length === 0) return;
  const existing = await existingNamespaces(run);
  const namespaces = candidates.filter((namespace) => !existing.has(namespace));
  const named = namespaces.filter((namespace) => namespace !== internetNamespace);
  await batch(
    run,
    [],
    named.map((namespace) => `netns add ${namespace}`),
  );
  const byContent = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const script = sysctlScript(wanted.namespaces.get(namespace)?.sysctls ?? {});
    byContent.set(script, [...(byContent.get(script) ?? []), namespace]);
  }
  await inParallel(parallel, [...byContent], async ([script, group]) => {
    const lines = group.map((namespace) =>
      namespace === internetNamespace
        ? `sh -euc '${script}'`
        : `nsenter --net=/run/netns/${namespace} sh -euc '${script}'`,
    );
    await run(["sh", "-eu"], lines.join("\n"));
  });
}

/** A kernel without IPv6 has none of its settings. */
function sysctlScript(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([path, value]) => `[ ! -e /proc/sys/${path} ] || echo ${value} > /proc/sys/${path}`)
    .join("; ");
}

function addLinkLine({ mtu, ends: [one, other] }: LinkState): string {
  const end = ({ name, namespace, macAddress }: LinkEnd): string =>
    `${name} mtu ${mtu} address ${macAddress}` + (namespace === internetNamespace ? "" : ` netns ${namespace}`);
  return `link add ${end(one)} type veth peer name ${end(other)}`;
}

/** Everything for one namespace in one program; its rules first, so that no packet ever passes unfiltered. */
async function changeNamespace(run: Run, change: NamespaceChange): Promise<void> {
  const script = [
    sysctlScript(change.sysctls),
    change.ruleset === undefined
      ? ""
      : `nft -f - <<'END'\ntable ip fabric\ndelete table ip fabric\ntable ip fabric {${change.ruleset}}\nEND`,
    change.attempts.length === 0
      ? ""
      : `ip -force -batch - 2>/dev/null <<'END' || true\n${change.attempts.join("\n")}\nEND`,
    change.lines.length === 0 ? "" : `ip -batch - <<'END'\n${change.lines.join("\n")}\nEND`,
    change.mirrors === undefined ? "" : mirrorScript(change.mirrors),
  ];
  try {
    await run(enter(change.namespace, ["sh", "-eu"]), script.filter((part) => part !== "").join("\n") + "\n");
  } catch (error) {
    throw explained(error, change.lines);
  }
}

function mirrorScript(body: string): string {
  const table = body === "" ? "" : `\ntable netdev mirrors {${body}}`;
  return `nft -f - <<'END'\ntable netdev mirrors\ndelete table netdev mirrors${table}\nEND`;
}

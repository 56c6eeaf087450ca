import type { FabricState, Item, LinkState, NamespaceState } from "./state";

/** Lines for one namespace. */
export interface NamespaceChange {
  namespace: string;
  sysctls: Record<string, string>;
  /** `ip -batch` lines; removals first, but for those of addresses. */
  lines: string[];
  /** The removals again, to be tried and allowed to fail: what is there is not known after an error. */
  attempts: string[];
  /** Undefined when unchanged. */
  ruleset?: string;
  /** Likewise; after the lines, which make the devices that it names. */
  mirrors?: string;
}

export interface Difference {
  removedLinks: LinkState[];
  removedNamespaces: string[];
  /** Suspect ones among them, which may or may not exist. */
  addedNamespaces: string[];
  addedLinks: LinkState[];
  changes: NamespaceChange[];
}

const order: Item["kind"][] = ["device", "up", "address", "neighbour", "route", "rule"];
const byKind = (a: Item, b: Item): number => order.indexOf(a.kind) - order.indexOf(b.kind);

/**
 * What turns `old` into `wanted`.
 *
 * @param suspect - namespaces in which an earlier change failed half-way: `old` holds all that may be there
 */
export function difference(old: FabricState, wanted: FabricState, suspect: ReadonlySet<string>): Difference {
  const doubtful = (link: LinkState): boolean => link.ends.some((end) => suspect.has(end.namespace));
  const replaced = (key: string, link: LinkState): boolean => {
    const other = wanted.links.get(key);
    return other === undefined || JSON.stringify(other) !== JSON.stringify(link) || doubtful(link);
  };
  const removedLinks = [...old.links].filter(([key, link]) => replaced(key, link)).map(([, link]) => link);
  const kept = new Set([...old.links].filter(([key, link]) => !replaced(key, link)).map(([key]) => key));
  const addedLinks = [...wanted.links].filter(([key]) => !kept.has(key)).map(([, link]) => link);

  const gone = new Set(removedLinks.flatMap((link) => link.ends.map((end) => `${end.namespace} ${end.name}`)));
  const fresh = new Set(addedLinks.flatMap((link) => link.ends.map((end) => `${end.namespace} ${end.name}`)));
  const changes: NamespaceChange[] = [];
  for (const [namespace, state] of wanted.namespaces) {
    const before = old.namespaces.get(namespace);
    const change = namespaceChange(namespace, before, state, {
      suspect: suspect.has(namespace),
      gone: (link) => gone.has(`${namespace} ${link}`),
      fresh: (link) => fresh.has(`${namespace} ${link}`),
    });
    if (change !== undefined) changes.push(change);
  }
  return {
    removedLinks,
    removedNamespaces: [...old.namespaces.keys()].filter((namespace) => !wanted.namespaces.has(namespace)),
    addedNamespaces: [...wanted.namespaces.keys()].filter(
      (namespace) => !old.namespaces.has(namespace) || suspect.has(namespace),
    ),
    addedLinks,
    changes,
  };
}

function namespaceChange(
  namespace: string,
  before: NamespaceState | undefined,
  wanted: NamespaceState,
  state: { suspect: boolean; gone: (link: string) => boolean; fresh: (link: string) => boolean },
): NamespaceChange | undefined {
  const old = before?.items ?? new Map<string, Item>();
  const removals: Item[] = [];
  const additions: Item[] = [];
  for (const [key, item] of old) {
    if (item.links?.some(state.gone) === true) continue;
    const now = wanted.items.get(key);
    if (now === undefined || state.suspect || (now.add !== item.add && !item.replaces)) removals.push(item);
  }
  for (const [key, item] of wanted.items) {
    const was = old.get(key);
    const lost = item.links?.some((link) => state.gone(link) || state.fresh(link)) === true;
    if (was === undefined || state.suspect || lost || was.add !== item.add) additions.push(item);
  }
  const removalsOf = (items: Item[]): string[] =>
    items.sort((a, b) => byKind(b, a)).flatMap((item) => item.remove ?? []);
  // With an interface's last address the kernel takes all its routes away, so an old one goes when the new one is there.
  const leaving = removalsOf(removals.filter(({ kind }) => kind === "address"));
  const removing = removalsOf(removals.filter(({ kind }) => kind !== "address"));
  const adding = additions.sort(byKind).map((item) => item.add);
  const sysctls = Object.entries(wanted.linkSysctls).filter(([link]) => state.suspect || state.fresh(link));
  const ruleset = state.suspect || before?.ruleset !== wanted.ruleset ? wanted.ruleset : undefined;
  const links = [...wanted.items.values()].flatMap(({ links: own = [] }) => own);
  const hooked = wanted.mirrors !== "" && links.some(state.fresh);
  const mirrors = state.suspect || hooked || (before?.mirrors ?? "") !== wanted.mirrors ? wanted.mirrors : undefined;
  const nothing = removing.length + leaving.length + adding.length + sysctls.length === 0;
  if (nothing && ruleset === undefined && mirrors === undefined) return undefined;
  return {
    namespace,
    sysctls: Object.assign({}, ...sysctls.map(([, values]) => values)) as Record<string, string>,
    lines: state.suspect ? adding : [...removing, ...adding, ...leaving],
    attempts: state.suspect ? [...removing, ...leaving] : [],
    ...(ruleset !== undefined && { ruleset }),
    ...(mirrors !== undefined && { mirrors }),
  };
}

/** Namespaces that a difference changes. */
export function touchedNamespaces(difference: Difference): Set<string> {
  return new Set([
    ...difference.changes.map(({ namespace }) => namespace),
    ...difference.addedNamespaces,
    ...[...difference.addedLinks, ...difference.removedLinks].flatMap(({ ends }) => ends.map((end) => end.namespace)),
  ]);
}

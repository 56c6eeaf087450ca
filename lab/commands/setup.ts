import type { CommandPlugin } from "../engine/commandPlugin";

/** Everything that a lab needs on this machine. Cached: the second time takes no time. */
export async function prepareLab(say: (line: string) => void, signal?: AbortSignal): Promise<{ imagePath: string }> {
  const { installTools } = await import("../setup");
  const { ensureImage } = await import("../fabric/image");
  installTools(say);
  const options = { onProgress: say, ...(signal && { signal }) };
  const engine = await obtainEngine(say, signal);
  await obtainLanguageHost(engine, say, signal);
  await obtainCommandPlugin(engine, say, signal);
  return { imagePath: (await ensureImage(options)).path };
}

let engine: Promise<string> | undefined;

/** Path of the Pulumi engine, which is looked for once: to know its version it has to be run. */
export function obtainEngine(say?: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const look = async (): Promise<string> => {
    const { findEngine } = await import("../engine/engine");
    return (await findEngine({ ...(say && { onProgress: say }), ...(signal && { signal }) })).path;
  };
  return (engine ??= look());
}

/** The `command` plugin: the vendor's, or the lab's stand-in. */
export async function obtainCommandPlugin(
  engine: string,
  say?: (line: string) => void,
  signal?: AbortSignal,
): Promise<CommandPlugin> {
  const { findCommandPlugin } = await import("../engine/commandPlugin");
  return findCommandPlugin(engine, { ...(say && { onProgress: say }), ...(signal && { signal }) });
}

/** Folder of the Node language host that goes with the engine. Says whose it is. */
export async function obtainLanguageHost(
  engine: string,
  say?: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const { describeLanguageHost, findLanguageHost } = await import("../engine/languageHost");
  const host = await findLanguageHost(engine, { ...(say && { onProgress: say }), ...(signal && { signal }) });
  say?.(describeLanguageHost(host));
  return host.directory;
}

/** Everything that a lab needs on this machine. Cached: the second time takes no time. */
export async function prepareLab(say: (line: string) => void, signal?: AbortSignal): Promise<{ imagePath: string }> {
  const { installTools } = await import("../lab/setup");
  const { ensureImage } = await import("../lab/fabric/image");
  installTools(say);
  const options = { onProgress: say, ...(signal && { signal }) };
  await obtainEngine(say, signal);
  return { imagePath: (await ensureImage(options)).path };
}

/** Path of the Pulumi engine. */
export async function obtainEngine(say?: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const { findEngine } = await import("../lab/engine/engine");
  return (await findEngine({ ...(say && { onProgress: say }), ...(signal && { signal }) })).path;
}

/**
 * AWS's time, scaled. 1 is AWS's own speed, 0.02 fifty times faster, 0 makes every transition instant.
 */
export class Clock {
  constructor(readonly scale: number) {
    if (!Number.isFinite(scale) || scale < 0) throw new RangeError(`clock scale ${scale} is not a number of 0 or more`);
  }

  /** Waits for so many seconds of AWS's time. Rejects with the signal's reason when it is aborted. */
  wait(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(asError(signal.reason));
    const milliseconds = seconds * this.scale * 1000;
    if (milliseconds === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(asError(signal?.reason));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** Does something after so many seconds of AWS's time, at once when the scale is 0. Keeps no process alive. */
  later(seconds: number, action: () => void): void {
    const milliseconds = seconds * this.scale * 1000;
    if (milliseconds === 0) action();
    else setTimeout(action, milliseconds).unref();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("the operation was aborted");
}

/** Held by a test that wipes: what one has left for its own wiping, another's would take. */
export const wipeLock = "/tmp/gwlb-inspection-tests-wipe.lock";

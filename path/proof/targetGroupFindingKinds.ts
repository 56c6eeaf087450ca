/** What AWS's word on the registered targets shows. Part of `findingKinds`. */
export const targetGroupFindingKinds = {
  TARGET_UNHEALTHY: {
    nature: "symptom",
    meaning:
      "A target was not healthy before the deadline: by AWS's word, with its reason code, or, where AWS cannot be asked, by the " +
      "health checks that the target was seen to answer.",
    expected: "health checks of the GWLB answered in a row",
    remedy:
      "check that what answers the health checks (httpd) runs on the target, that its security group lets the health check's TCP " +
      "port in from the GWLB's subnets, that the answer is the expected one, and that the target is registered",
    onAppliance:
      "check that the appliance answers on the health check's TCP port, that its security group lets it in from the GWLB's " +
      "subnets, that the answer is the expected one, and that the target is registered",
  },
  NO_NEW_FLOWS: {
    nature: "symptom",
    meaning:
      "Pings came through, but AWS gives new flows to none of the targets that could get them: what came through belongs to a flow that the " +
      "GWLB knew before, and the next one will not.",
    expected: "a registered target, in a group that a listener of the GWLB forwards to, which may get new flows",
    remedy: "put the listener, or the target's registration, back",
  },
  TARGETS_NOT_WATCHED: {
    nature: "unknown",
    meaning:
      "AWS has targets registered that nobody watched: a packet which was seen on no target may have passed one of them, and where all pairs " +
      "are inspected and such a target may get the next flow, the whole is inconclusive.",
    expected: "every registered target watched",
    remedy:
      "measure with every registered target in the settings (the key existing.targets has one for each AZ), or deregister the others " +
      "for the time of the measurement",
  },
  TARGET_GROUP_NOT_READ: {
    nature: "unknown",
    meaning:
      "AWS did not tell which targets are registered, how healthy they are, or what is checked. In a target group of somebody " +
      "else's there may then be others.",
    expected: "the target group read with credentials of its account",
    remedy:
      "allow the named action to the credentials of the security stack's settings (docs/policies), or let whoever measures have " +
      "those credentials",
  },
} as const;

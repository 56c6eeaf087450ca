/** The components that programs in other languages can have, with arguments and outputs that a package's schema can express. */
export { GwlbConsumer } from "./gwlbConsumer";
export { GwlbService } from "./gwlbService";
export { InspectionTarget } from "./inspectionTarget";
export { Network } from "./network";
export { PathVerification } from "./pathVerification";
export { TestHost } from "./testHost";

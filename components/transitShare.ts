import * as aws from "./aws";
import { ram } from "./awsTransit";
import * as pulumi from "@pulumi/pulumi";
import { checkAccountId } from "../path/net/azId";
import { Refusal } from "./refusal";

/** A transit gateway, and who may attach VPCs to it. */
export interface TransitShareArgs {
  /** `arn:aws:ec2:REGION:ACCOUNT:transit-gateway/tgw-…` of the component's account. */
  transitGatewayArn: pulumi.Input<string>;
  /** 12-digit ids of other accounts. */
  accountIds: string[];
  /**
   * Whether accounts outside of the AWS organization may be among them. Such an account has to accept the share first, as every account
   * has to where the organization does not share by RAM. @default false
   */
  allowExternalPrincipals?: boolean;
}

/**
 * Shares a transit gateway with other accounts by RAM (Transit Gateway guide, "Share a transit gateway"): each may then attach its VPCs,
 * and waits for acceptance.
 *
 * **Cost**: none.
 */
export class TransitShare extends pulumi.ComponentResource {
  /** `arn:aws:ram:…:resource-share/…`, which accounts that have to accept it name. */
  readonly shareArn: pulumi.Output<string>;
  /** Known when all accounts are named. An account that has to accept the share sees the transit gateway only after that. */
  readonly associationIds: pulumi.Output<string[]>;

  constructor(name: string, args: TransitShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TransitShare", name, {}, opts);
    this.check(name, args);
    const parent = { parent: this };
    const { arn: resourceShareArn } = new ram.ResourceShare(
      name,
      { name, allowExternalPrincipals: args.allowExternalPrincipals ?? false, tags: { Name: name } },
      parent,
    );
    this.shareArn = resourceShareArn;
    const resource = new ram.ResourceAssociation(
      name,
      { resourceShareArn, resourceArn: args.transitGatewayArn },
      { ...parent, ...aws.oneAtATime },
    );
    const principals = args.accountIds.map(
      (principal) =>
        new ram.PrincipalAssociation(
          `${name}-${principal}`,
          { resourceShareArn, principal },
          { ...parent, ...aws.oneAtATime },
        ),
    );
    this.associationIds = pulumi.all([resource, ...principals].map(({ id }) => id));
    this.registerOutputs({ shareArn: this.shareArn, associationIds: this.associationIds });
  }

  private check(name: string, { accountIds }: TransitShareArgs): void {
    try {
      accountIds.forEach((accountId) => checkAccountId(accountId));
    } catch (error) {
      throw new Refusal(
        `TransitShare ${name}: accountIds: ${error instanceof Error ? error.message : String(error)}`,
        this,
      );
    }
  }
}

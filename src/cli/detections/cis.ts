/**
 * The alarms that the CIS AWS Foundations Benchmark asks for: metric filters over the log group of a trail, and an alarm on each.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 */
export type CisAlarm = {
  /** Number in version 1.2 of the benchmark. */
  readonly control: string;
  readonly name: string;
  readonly title: string;
  readonly pattern: string;
};

const names = (...all: readonly string[]): string =>
  all.map((name) => `($.eventName = ${name})`).join(' || ');

export const CIS_ALARMS: readonly CisAlarm[] = [
  alarm(
    '3.1',
    'unauthorized-calls',
    'Calls that were refused',
    '($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")',
  ),
  alarm(
    '3.2',
    'console-sign-in-without-mfa',
    'Console sign-in without MFA',
    '($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes")',
  ),
  alarm(
    '3.3',
    'root-use',
    'Use of root',
    '$.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"',
  ),
  alarm(
    '3.4',
    'iam-policy-changes',
    'Changes of IAM policies',
    names(
      ...['DeleteGroupPolicy', 'DeleteRolePolicy', 'DeleteUserPolicy', 'PutGroupPolicy', 'PutRolePolicy'],
      ...['PutUserPolicy', 'CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', 'DeletePolicyVersion'],
      ...['AttachRolePolicy', 'DetachRolePolicy', 'AttachUserPolicy', 'DetachUserPolicy'],
      ...['AttachGroupPolicy', 'DetachGroupPolicy'],
    ),
  ),
  alarm(
    '3.5',
    'cloudtrail-changes',
    'Changes of trails',
    names('CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging'),
  ),
  alarm(
    '3.6',
    'console-sign-in-failures',
    'Failed console sign-ins',
    '($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication")',
  ),
  alarm(
    '3.7',
    'kms-key-disabled',
    'Keys that are disabled or to be deleted',
    `($.eventSource = kms.amazonaws.com) && (${names('DisableKey', 'ScheduleKeyDeletion')})`,
  ),
  alarm(
    '3.8',
    's3-bucket-policy-changes',
    'Changes of bucket policies',
    `($.eventSource = s3.amazonaws.com) && (${names(
      ...['PutBucketAcl', 'PutBucketPolicy', 'PutBucketCors', 'PutBucketLifecycle', 'PutBucketReplication'],
      ...['DeleteBucketPolicy', 'DeleteBucketCors', 'DeleteBucketLifecycle', 'DeleteBucketReplication'],
    )})`,
  ),
  alarm(
    '3.9',
    'config-changes',
    'Changes of AWS Config',
    `($.eventSource = config.amazonaws.com) && (${names(
      ...['StopConfigurationRecorder', 'DeleteDeliveryChannel', 'PutDeliveryChannel'],
      'PutConfigurationRecorder',
    )})`,
  ),
  alarm(
    '3.10',
    'security-group-changes',
    'Changes of security groups',
    names(
      ...['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress'],
      ...['RevokeSecurityGroupEgress', 'CreateSecurityGroup', 'DeleteSecurityGroup'],
    ),
  ),
  alarm(
    '3.11',
    'network-acl-changes',
    'Changes of network ACLs',
    names(
      ...['CreateNetworkAcl', 'CreateNetworkAclEntry', 'DeleteNetworkAcl', 'DeleteNetworkAclEntry'],
      ...['ReplaceNetworkAclEntry', 'ReplaceNetworkAclAssociation'],
    ),
  ),
  alarm(
    '3.12',
    'network-gateway-changes',
    'Changes of network gateways',
    names(
      ...['CreateCustomerGateway', 'DeleteCustomerGateway', 'AttachInternetGateway'],
      ...['CreateInternetGateway', 'DeleteInternetGateway', 'DetachInternetGateway'],
    ),
  ),
  alarm(
    '3.13',
    'route-table-changes',
    'Changes of route tables',
    names(
      ...['CreateRoute', 'CreateRouteTable', 'ReplaceRoute', 'ReplaceRouteTableAssociation'],
      ...['DeleteRouteTable', 'DeleteRoute', 'DisassociateRouteTable'],
    ),
  ),
  alarm(
    '3.14',
    'vpc-changes',
    'Changes of VPCs',
    names(
      ...['CreateVpc', 'DeleteVpc', 'ModifyVpcAttribute', 'AcceptVpcPeeringConnection'],
      ...['CreateVpcPeeringConnection', 'DeleteVpcPeeringConnection', 'RejectVpcPeeringConnection'],
      ...['AttachClassicLinkVpc', 'DetachClassicLinkVpc', 'DisableVpcClassicLink', 'EnableVpcClassicLink'],
    ),
  ),
];

function alarm(control: string, name: string, title: string, pattern: string): CisAlarm {
  return { control, name: `cis-${control}-${name}`, title, pattern: `{ ${pattern} }` };
}

import type { SampleQuery } from './sample.ts';

/** What those who defend an account look for first. */
export const securitySamples: readonly SampleQuery[] = [
  {
    name: 'Console sign-ins',
    description:
      'Who signed in to the console in the last seven days, from where, with a second factor or without, and with what outcome.',
    words: 'login consolelogin mfa sign in success failure password',
    sql: `SELECT eventtime, useridentity.arn AS identity, sourceipaddress, element_at(responseelements, 'ConsoleLogin') AS outcome, element_at(additionaleventdata, 'MFAUsed') AS mfa
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname = 'ConsoleLogin'
ORDER BY eventtime DESC`,
  },
  {
    name: 'Console sign-ins without a second factor',
    description: 'Successful sign-ins to the console in the last 30 days in which no MFA device was used.',
    words: 'login mfa multi-factor missing without',
    sql: `SELECT eventtime, useridentity.arn AS identity, sourceipaddress, useragent
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'ConsoleLogin'
  AND element_at(responseelements, 'ConsoleLogin') = 'Success' AND element_at(additionaleventdata, 'MFAUsed') = 'No'
ORDER BY eventtime DESC`,
  },
  {
    name: 'Failed sign-ins by address',
    description:
      'Addresses from which sign-ins to the console failed in the last seven days, the most first.',
    words: 'brute force password guessing login failures ip',
    sql: `SELECT sourceipaddress, count(*) AS failures, count(DISTINCT useridentity.username) AS users, min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname = 'ConsoleLogin' AND element_at(responseelements, 'ConsoleLogin') = 'Failure'
GROUP BY sourceipaddress
ORDER BY failures DESC`,
  },
  {
    name: 'What root did',
    description: 'Calls by the root users of accounts in the last 30 days; there should be hardly any.',
    words: 'root user activity admin superuser',
    sql: `SELECT eventtime, recipientaccountid AS account, eventsource, eventname, sourceipaddress, useragent, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND useridentity.type = 'Root' AND useridentity.invokedby IS NULL
ORDER BY eventtime DESC`,
  },
  {
    name: 'Logging stopped or weakened',
    description:
      'Calls of the last 30 days that stop, delete or change trails, event data stores, flow logs, GuardDuty or AWS Config.',
    words: 'disable cloudtrail tamper evasion stoplogging deletetrail audit off',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventsource, eventname, sourceipaddress, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
  AND eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'DeleteFlowLogs', 'DeleteDetector', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Security groups opened to the world',
    description: 'Rules of security groups for 0.0.0.0/0 or ::/0 that were added in the last 30 days.',
    words: 'firewall ingress public internet open ports network',
    sql: `SELECT eventtime, useridentity.arn AS identity, element_at(requestparameters, 'groupId') AS security_group, element_at(requestparameters, 'ipPermissions') AS rules
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'AuthorizeSecurityGroupIngress' AND errorcode IS NULL
  AND (element_at(requestparameters, 'ipPermissions') LIKE '%0.0.0.0/0%' OR element_at(requestparameters, 'ipPermissions') LIKE '%::/0%')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Network changes',
    description:
      'Changes to VPCs, routes, gateways, network ACLs and security groups in the last seven days.',
    words: 'vpc route gateway acl networking security group',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, awsregion, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventsource = 'ec2.amazonaws.com' AND readonly = false
  AND regexp_like(eventname, 'Vpc|Route|Gateway|NetworkAcl|SecurityGroup|Subnet')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Old TLS versions',
    description: 'Clients that still called with TLS before 1.2 in the last 30 days.',
    words: 'tls encryption protocol outdated cipher ssl',
    sql: `SELECT tlsdetails.tlsversion AS tls, eventsource, useridentity.arn AS identity, useragent, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND tlsdetails.tlsversion IN ('TLSv1', 'TLSv1.1')
GROUP BY tlsdetails.tlsversion, eventsource, useridentity.arn, useragent
ORDER BY calls DESC`,
  },
  {
    name: 'Keys of KMS disabled or doomed',
    description: 'Keys that were disabled or scheduled for deletion in the last 30 days.',
    words: 'kms encryption key deletion ransomware schedulekeydeletion',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, element_at(requestparameters, 'keyId') AS key_id, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventsource = 'kms.amazonaws.com' AND eventname IN ('DisableKey', 'ScheduleKeyDeletion')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Secrets that were read',
    description: 'Who read which secrets of Secrets Manager in the last seven days.',
    words: 'secretsmanager getsecretvalue passwords credentials access',
    sql: `SELECT useridentity.arn AS identity, element_at(requestparameters, 'secretId') AS secret, count(*) AS reads, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname = 'GetSecretValue' AND errorcode IS NULL
GROUP BY useridentity.arn, element_at(requestparameters, 'secretId')
ORDER BY reads DESC`,
  },
  {
    name: 'Snapshots and images shared with others',
    description:
      'Snapshots and machine images that were shared with other accounts or everybody in the last 30 days.',
    words: 'exfiltration public share snapshot ami ebs rds account',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, requestparameters
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND errorcode IS NULL
  AND eventname IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Identities seen from new addresses',
    description: 'Addresses that an identity used in the last day and not once in the 30 days before.',
    words: 'anomaly unusual new ip location compromised first seen',
    sql: `WITH recent AS (
  SELECT useridentity.arn AS identity, sourceipaddress, count(*) AS calls, min(eventtime) AS first_seen
  FROM $EDS_ID
  WHERE eventtime > date_add('day', -1, now()) AND useridentity.arn IS NOT NULL
  GROUP BY useridentity.arn, sourceipaddress
), known AS (
  SELECT DISTINCT useridentity.arn AS identity, sourceipaddress
  FROM $EDS_ID
  WHERE eventtime BETWEEN date_add('day', -31, now()) AND date_add('day', -1, now())
)
SELECT recent.identity, recent.sourceipaddress, recent.calls, recent.first_seen
FROM recent LEFT JOIN known ON recent.identity = known.identity AND recent.sourceipaddress = known.sourceipaddress
WHERE known.identity IS NULL
ORDER BY recent.calls DESC`,
  },
  {
    name: 'APIs called for the first time',
    description:
      'Operations that were called in the last day and not once in the 30 days before, with who called them.',
    words: 'new rare unusual anomaly first seen event names',
    sql: `SELECT eventsource, eventname, min(eventtime) AS first_seen, count(*) AS calls, array_join(array_distinct(array_agg(useridentity.arn)), ', ') AS identities
FROM $EDS_ID
WHERE eventtime > date_add('day', -31, now())
GROUP BY eventsource, eventname
HAVING min(eventtime) > date_add('day', -1, now())
ORDER BY calls DESC`,
  },
];

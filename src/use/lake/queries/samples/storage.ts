import type { SampleQuery } from './sample.ts';

/** Buckets, machines and databases. */
export const storageSamples: readonly SampleQuery[] = [
  {
    name: 'Buckets made public or changed',
    description: 'Changes of policies, ACLs and public access blocks of buckets in the last 30 days.',
    words: 's3 bucket policy acl public access block',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, element_at(requestparameters, 'bucketName') AS bucket, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutPublicAccessBlock')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Buckets made and deleted',
    description: 'Buckets that were created or deleted in the last 30 days.',
    words: 's3 createbucket deletebucket storage',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, element_at(requestparameters, 'bucketName') AS bucket, awsregion, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname IN ('CreateBucket', 'DeleteBucket')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Who reads from buckets',
    description: 'Who read how many objects of which buckets in the last seven days; needs data events.',
    words: 's3 getobject download data access exfiltration objects',
    sql: `SELECT element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS identity, count(*) AS objects_read, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventsource = 's3.amazonaws.com' AND eventname = 'GetObject'
GROUP BY element_at(requestparameters, 'bucketName'), useridentity.arn
ORDER BY objects_read DESC
LIMIT 100`,
  },
  {
    name: 'Objects that were deleted',
    description: 'Who deleted objects of which buckets in the last seven days; needs data events.',
    words: 's3 deleteobject destruction ransomware removed files',
    sql: `SELECT element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS identity, count(*) AS deletions, min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname IN ('DeleteObject', 'DeleteObjects')
GROUP BY element_at(requestparameters, 'bucketName'), useridentity.arn
ORDER BY deletions DESC`,
  },
  {
    name: 'Instances started',
    description: 'Machines that were started in the last seven days, of which type and by whom.',
    words: 'ec2 runinstances virtual machines cost mining instance type',
    sql: `SELECT eventtime, useridentity.arn AS identity, awsregion, element_at(requestparameters, 'instanceType') AS instance_type, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname = 'RunInstances'
ORDER BY eventtime DESC`,
  },
  {
    name: 'Things that were deleted',
    description: 'Every successful call of the last seven days that deletes or terminates something.',
    words: 'delete terminate remove destroy resources who deleted',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventsource, eventname, element_at(resources, 1).arn AS resource
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND errorcode IS NULL AND managementevent = true
  AND (eventname LIKE 'Delete%' OR eventname LIKE 'Terminate%' OR eventname LIKE 'Remove%')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Databases changed or deleted',
    description: 'Changes to databases of RDS and tables of DynamoDB in the last 30 days.',
    words: 'rds dynamodb database table snapshot modify delete',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventsource, eventname, coalesce(element_at(requestparameters, 'dBInstanceIdentifier'), element_at(requestparameters, 'tableName')) AS changed, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventsource IN ('rds.amazonaws.com', 'dynamodb.amazonaws.com') AND readonly = false AND managementevent = true
ORDER BY eventtime DESC`,
  },
];

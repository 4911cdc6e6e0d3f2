import type { SampleQuery } from './sample.ts';

/** Who does how much, when, and from where. */
export const activitySamples: readonly SampleQuery[] = [
  {
    name: 'Most active users',
    description: 'The identities with the most calls in the last seven days, and how many of them failed.',
    words: 'top principals callers busiest who',
    sql: `SELECT useridentity.arn AS identity, count(*) AS calls, count_if(errorcode IS NOT NULL) AS failed
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND useridentity.arn IS NOT NULL
GROUP BY useridentity.arn
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: 'Most called APIs',
    description: 'The operations that were called most in the last seven days.',
    words: 'top events operations api usage count eventname',
    sql: `SELECT eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now())
GROUP BY eventsource, eventname
ORDER BY calls DESC
LIMIT 50`,
  },
  {
    name: 'Calls per service and day',
    description: 'How many calls each service had on each day of the last month.',
    words: 'daily trend usage services history volume',
    sql: `SELECT date(eventtime) AS day, eventsource, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
GROUP BY date(eventtime), eventsource
ORDER BY day, calls DESC`,
  },
  {
    name: 'Calls per hour of the day',
    description: 'At which hours people and programs work: calls by hour of the day (UTC) in the last month.',
    words: 'rhythm working hours time pattern',
    sql: `SELECT hour(eventtime) AS hour_utc, count(*) AS calls, count(DISTINCT useridentity.arn) AS identities
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
GROUP BY hour(eventtime)
ORDER BY hour_utc`,
  },
  {
    name: 'Calls per region',
    description:
      'How many calls each region had in the last month; a region that nobody should use stands out.',
    words: 'unused regions unexpected location where',
    sql: `SELECT awsregion, count(*) AS calls, count(DISTINCT useridentity.arn) AS identities, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
GROUP BY awsregion
ORDER BY calls DESC`,
  },
  {
    name: 'Source addresses of a user',
    description:
      'From which addresses each user called in the last seven days, with the first and the last time.',
    words: 'ip address from where location users source',
    sql: `SELECT useridentity.arn AS identity, sourceipaddress, count(*) AS calls, min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND useridentity.type = 'IAMUser'
GROUP BY useridentity.arn, sourceipaddress
ORDER BY identity, calls DESC`,
  },
  {
    name: 'Programs in use',
    description:
      'The user agents of the last seven days: which SDKs, tools and consoles are used, and by how many.',
    words: 'user agent sdk cli terraform tools client versions',
    sql: `SELECT useragent, count(*) AS calls, count(DISTINCT useridentity.arn) AS identities
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now())
GROUP BY useragent
ORDER BY calls DESC
LIMIT 100`,
  },
  {
    name: 'Changes in the last day',
    description: 'Every call of the last 24 hours that changed something and was allowed.',
    words: 'write mutating recent what changed modifications',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventsource, eventname, awsregion, element_at(resources, 1).arn AS resource
FROM $EDS_ID
WHERE eventtime > date_add('day', -1, now()) AND readonly = false AND managementevent = true AND errorcode IS NULL
ORDER BY eventtime DESC`,
  },
  {
    name: 'Activity of one user',
    description: 'Everything that one user did in the last seven days; put the name in.',
    words: 'timeline who did what single identity investigate',
    sql: `SELECT eventtime, eventsource, eventname, awsregion, sourceipaddress, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND useridentity.username = 'alice'
ORDER BY eventtime DESC`,
  },
  {
    name: 'Activity of one access key',
    description: 'Everything that was done with one access key in the last 30 days; put the key id in.',
    words: 'credential leaked key timeline investigate accesskeyid',
    sql: `SELECT eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND useridentity.accesskeyid = 'AKIAIOSFODNN7EXAMPLE'
ORDER BY eventtime`,
  },
  {
    name: 'History of one resource',
    description: 'Every call about one resource in the last 30 days; put its ARN in.',
    words: 'resource arn changes timeline who touched',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, sourceipaddress, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
  AND any_match(resources, r -> r.arn = 'arn:aws:s3:::example-bucket')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Activity per account',
    description: 'Calls, identities and errors of each account in the last seven days.',
    words: 'organization accounts members overview',
    sql: `SELECT recipientaccountid AS account, count(*) AS calls, count(DISTINCT useridentity.arn) AS identities, count_if(errorcode IS NOT NULL) AS errors
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now())
GROUP BY recipientaccountid
ORDER BY calls DESC`,
  },
  {
    name: 'Services used per account',
    description: 'Which services each account used in the last 30 days, and when last.',
    words: 'organization service inventory accounts',
    sql: `SELECT recipientaccountid AS account, eventsource, count(*) AS calls, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now())
GROUP BY recipientaccountid, eventsource
ORDER BY account, calls DESC`,
  },
  {
    name: 'Calls made for users by services',
    description: 'What services did in the name of others in the last seven days.',
    words: 'invokedby on behalf forwarded service calls',
    sql: `SELECT useridentity.invokedby AS service, eventname, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND useridentity.invokedby IS NOT NULL
GROUP BY useridentity.invokedby, eventname
ORDER BY calls DESC
LIMIT 100`,
  },
];

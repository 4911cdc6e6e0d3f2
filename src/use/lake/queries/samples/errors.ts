import type { SampleQuery } from './sample.ts';

/** What was refused and what went wrong. */
export const errorSamples: readonly SampleQuery[] = [
  {
    name: 'Access denied',
    description: 'Who was refused what in the last seven days, the most frequent first.',
    words: 'accessdenied unauthorized forbidden permission errors denied',
    sql: `SELECT useridentity.arn AS identity, eventsource, eventname, count(*) AS refusals, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now())
  AND (errorcode LIKE 'AccessDenied%' OR errorcode LIKE '%UnauthorizedOperation' OR errorcode = 'Forbidden')
GROUP BY useridentity.arn, eventsource, eventname
ORDER BY refusals DESC
LIMIT 100`,
  },
  {
    name: 'Errors by code',
    description: 'Which errors there were in the last seven days, and of which services.',
    words: 'failures errorcode top exceptions',
    sql: `SELECT errorcode, eventsource, count(*) AS errors, count(DISTINCT useridentity.arn) AS identities
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND errorcode IS NOT NULL
GROUP BY errorcode, eventsource
ORDER BY errors DESC
LIMIT 100`,
  },
  {
    name: 'Throttled calls',
    description: 'Calls that were throttled in the last seven days, by identity and operation.',
    words: 'throttling rate limit quota exceeded slow down',
    sql: `SELECT useridentity.arn AS identity, eventsource, eventname, count(*) AS throttled
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND regexp_like(errorcode, 'Throttl|RequestLimitExceeded|TooManyRequests|SlowDown')
GROUP BY useridentity.arn, eventsource, eventname
ORDER BY throttled DESC
LIMIT 100`,
  },
  {
    name: 'Error rate per service',
    description: 'The share of failed calls of each service in the last seven days.',
    words: 'percent failure ratio reliability',
    sql: `SELECT eventsource, count(*) AS calls, count_if(errorcode IS NOT NULL) AS errors, round(100.0 * count_if(errorcode IS NOT NULL) / count(*), 1) AS percent
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now())
GROUP BY eventsource
HAVING count(*) >= 10
ORDER BY percent DESC`,
  },
  {
    name: 'Identities that are refused much',
    description:
      'Identities whose calls were refused at least ten times in an hour of the last day: a program without rights, or somebody who tries doors.',
    words: 'enumeration reconnaissance denied burst scanning',
    sql: `SELECT date_trunc('hour', eventtime) AS hour, useridentity.arn AS identity, count(*) AS refusals, count(DISTINCT eventname) AS operations
FROM $EDS_ID
WHERE eventtime > date_add('day', -1, now()) AND errorcode LIKE 'AccessDenied%'
GROUP BY date_trunc('hour', eventtime), useridentity.arn
HAVING count(*) >= 10
ORDER BY refusals DESC`,
  },
];

/** Columns of a store of CloudTrail events: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html */
export const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['eventtime', 'timestamp'],
  ['eventname', 'string'],
  ['eventsource', 'string'],
  ['awsregion', 'string'],
  ['useridentity.type', 'string'],
  ['useridentity.arn', 'string'],
  ['useridentity.username', 'string'],
  ['useridentity.principalid', 'string'],
  ['useridentity.accountid', 'string'],
  ['useridentity.accesskeyid', 'string'],
  ['useridentity.invokedby', 'string'],
  ['useridentity.sessioncontext.sessionissuer.arn', 'string'],
  ['useridentity.sessioncontext.attributes.mfaauthenticated', 'string'],
  ['useridentity.sessioncontext.attributes.creationdate', 'timestamp'],
  ['sourceipaddress', 'string'],
  ['useragent', 'string'],
  ['errorcode', 'string'],
  ['errormessage', 'string'],
  ['requestparameters', 'map<string,string>'],
  ['responseelements', 'map<string,string>'],
  ['additionaleventdata', 'map<string,string>'],
  ['serviceeventdetails', 'map<string,string>'],
  ['resources', 'array<struct<accountid,type,arn,arnprefix>>'],
  ['readonly', 'boolean'],
  ['managementevent', 'boolean'],
  ['recipientaccountid', 'string'],
  ['eventcategory', 'string'],
  ['eventtype', 'string'],
  ['eventid', 'string'],
  ['requestid', 'string'],
  ['sharedeventid', 'string'],
  ['vpcendpointid', 'string'],
  ['vpcendpointaccountid', 'string'],
  ['apiversion', 'string'],
  ['eventversion', 'string'],
  ['tlsdetails.tlsversion', 'string'],
  ['tlsdetails.ciphersuite', 'string'],
  ['tlsdetails.clientprovidedhostheader', 'string'],
  ['sessioncredentialfromconsole', 'string'],
  ['insightdetails', 'map<string,string>'],
  ['edgedevicedetails', 'map<string,string>'],
  ['addendum', 'map<string,string>'],
  ['annotation', 'string'],
  ['eventjson', 'string'],
  ['eventjsonchecksum', 'string'],
];

export const FUNCTIONS =
  `count sum avg min max count_if approx_distinct date_add date_diff date_trunc date_format
  from_iso8601_timestamp now current_timestamp hour day day_of_week element_at json_extract_scalar json_extract split
  regexp_like regexp_extract lower upper substr concat coalesce cast try_cast cardinality contains any_match filter
  array_agg map_agg starts_with`.split(/\s+/);

export const KEYWORDS =
  `SELECT FROM WHERE AND OR NOT IN IS NULL LIKE BETWEEN GROUP BY HAVING ORDER ASC DESC LIMIT DISTINCT
  AS CASE WHEN THEN ELSE END JOIN LEFT INNER ON UNION ALL WITH UNNEST INTERVAL TIMESTAMP`.split(/\s+/);

/** In samples, and in what the history is opened as: the store that is chosen. */
export const STORE_PLACE = '$EDS_ID';

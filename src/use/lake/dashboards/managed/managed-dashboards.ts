import { named, type NewWidget, type Widget } from '../widget.ts';

/** A dashboard that is there without anybody having made it. */
export type ManagedDashboard = { readonly name: string; readonly widgets: readonly Widget[] };

export const HIGHLIGHTS = 'AWSCloudTrail-Highlights';

const BETWEEN = "eventtime BETWEEN '?' AND '?'";
const STORE_AND_TIME = ['$EventDataStoreId$', '$StartTime$', '$EndTime$'];

type Shown = {
  readonly title: string;
  readonly view?: string;
  readonly label?: string;
  readonly value?: string;
};

/** `select` … FROM the store WHERE the time [AND `where`] `rest`. */
function widget(shown: Shown, select: string, { where, rest }: { where?: string; rest: string }): NewWidget {
  const { title, view = 'Table', label, value } = shown;
  return {
    QueryStatement:
      `SELECT ${select} FROM ? WHERE ${BETWEEN}${where === undefined ? '' : ` AND ${where}`} ${rest}`.trim(),
    QueryParameters: STORE_AND_TIME,
    ViewProperties: {
      Title: title,
      View: view,
      Height: '2',
      Width: '4',
      ...(label === undefined ? {} : { LabelColumn: label }),
      ...(value === undefined ? {} : { ValueColumn: value }),
    },
  };
}

function overTime(title: string, where?: string): NewWidget {
  return {
    QueryStatement: `SELECT date_trunc('?', eventtime) AS period, count(*) AS calls FROM ? WHERE ${BETWEEN}${where === undefined ? '' : ` AND ${where}`} GROUP BY 1 ORDER BY 1`,
    QueryParameters: ['$Period$', ...STORE_AND_TIME],
    ViewProperties: {
      Title: title,
      View: 'LineChart',
      Height: '2',
      Width: '8',
      LabelColumn: 'period',
      ValueColumn: 'calls',
    },
  };
}

function top(
  title: string,
  of: string,
  { where, as = 'name', view = 'BarChart' }: { where?: string; as?: string; view?: string } = {},
): NewWidget {
  const known = [where, `${of} IS NOT NULL`].filter(Boolean).join(' AND ');
  return widget({ title, view, label: as, value: 'calls' }, `${of} AS ${as}, count(*) AS calls`, {
    where: known,
    rest: 'GROUP BY 1 ORDER BY 2 DESC LIMIT 10',
  });
}

function table(
  title: string,
  select: string,
  where: string,
  rest = 'ORDER BY eventtime DESC LIMIT 50',
): NewWidget {
  return widget({ title }, select, { where, rest });
}

const IDENTITY = 'useridentity.arn';
const WHO_WHEN = `eventtime, ${IDENTITY} AS identity, eventname, sourceipaddress`;
const IS_DENIED = "(errorcode LIKE 'AccessDenied%' OR errorcode LIKE '%UnauthorizedOperation')";

const LOGIN = "eventname = 'ConsoleLogin'";

const BOARDS: Readonly<Record<string, readonly NewWidget[]>> = {
  [HIGHLIGHTS]: [
    overTime('Calls'),
    top('Busiest services', 'eventsource', { as: 'service', view: 'PieChart' }),
    top('Busiest identities', IDENTITY, { as: 'identity' }),
    top('Errors', 'errorcode', { as: 'error' }),
    table(
      'Sign-ins without a second factor',
      WHO_WHEN,
      `${LOGIN} AND element_at(additionaleventdata, 'MFAUsed') = 'No'`,
    ),
    table('What root did', WHO_WHEN, "useridentity.type = 'Root' AND useridentity.invokedby IS NULL"),
    top('Regions', 'awsregion', { as: 'region', view: 'PieChart' }),
  ],
  'AWSCloudTrail-Overview': [
    overTime('Calls'),
    overTime('Changes', 'readonly = false'),
    top('Services', 'eventsource', { as: 'service', view: 'PieChart' }),
    top('Regions', 'awsregion', { as: 'region', view: 'PieChart' }),
    top('Identities', IDENTITY, { as: 'identity' }),
    top('Operations', 'eventname', { as: 'operation' }),
  ],
  'AWSCloudTrail-Security': [
    overTime('Refused calls', IS_DENIED),
    top('Who was refused', IDENTITY, { where: IS_DENIED, as: 'identity' }),
    table(
      'Failed sign-ins',
      WHO_WHEN,
      `${LOGIN} AND element_at(responseelements, 'ConsoleLogin') = 'Failure'`,
    ),
    table(
      'Sign-ins without a second factor',
      WHO_WHEN,
      `${LOGIN} AND element_at(additionaleventdata, 'MFAUsed') = 'No'`,
    ),
    table('What root did', WHO_WHEN, "useridentity.type = 'Root' AND useridentity.invokedby IS NULL"),
    table(
      'Logging stopped or weakened',
      WHO_WHEN,
      "eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'DeleteFlowLogs', 'DeleteDetector', 'StopConfigurationRecorder')",
    ),
    table(
      'Keys disabled or doomed',
      WHO_WHEN,
      "eventsource = 'kms.amazonaws.com' AND eventname IN ('DisableKey', 'ScheduleKeyDeletion')",
    ),
  ],
  'AWSCloudTrail-Activity': [
    overTime('Reads', 'readonly = true'),
    overTime('Writes', 'readonly = false'),
    top('Operations that change something', 'eventname', { where: 'readonly = false', as: 'operation' }),
    top('Operations that read', 'eventname', { where: 'readonly = true', as: 'operation' }),
    top('Source addresses', 'sourceipaddress', { as: 'address' }),
    top('Programs', 'useragent', { as: 'program' }),
    top('Kinds of identities', 'useridentity.type', { as: 'kind', view: 'PieChart' }),
    table('Latest changes', `${WHO_WHEN}, eventsource`, 'readonly = false AND errorcode IS NULL'),
  ],
  'AWSCloudTrail-Errors': [
    overTime('Failed calls', 'errorcode IS NOT NULL'),
    top('Errors', 'errorcode', { as: 'error' }),
    top('Services that failed', 'eventsource', { where: 'errorcode IS NOT NULL', as: 'service' }),
    top('Operations that failed', 'eventname', { where: 'errorcode IS NOT NULL', as: 'operation' }),
    top('Who had errors', IDENTITY, { where: 'errorcode IS NOT NULL', as: 'identity' }),
    overTime(
      'Throttled calls',
      "regexp_like(errorcode, 'Throttl|RequestLimitExceeded|TooManyRequests|SlowDown')",
    ),
    table('Latest errors', `${WHO_WHEN}, errorcode, errormessage`, 'errorcode IS NOT NULL'),
  ],
  'AWSCloudTrail-IAM': [
    overTime('Changes to IAM', "eventsource = 'iam.amazonaws.com' AND readonly = false"),
    top('Who changed IAM', IDENTITY, {
      where: "eventsource = 'iam.amazonaws.com' AND readonly = false",
      as: 'identity',
    }),
    top('Roles that were assumed', "element_at(requestparameters, 'roleArn')", {
      where: "eventname LIKE 'AssumeRole%'",
      as: 'role',
    }),
    table(
      'Access keys and users made',
      `${WHO_WHEN}, element_at(requestparameters, 'userName') AS made_for`,
      "eventname IN ('CreateAccessKey', 'CreateUser', 'CreateLoginProfile') AND errorcode IS NULL",
    ),
    table(
      'Policies attached',
      `${WHO_WHEN}, element_at(requestparameters, 'policyArn') AS policy`,
      "eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy') AND errorcode IS NULL",
    ),
    table(
      'Trust policies changed',
      `${WHO_WHEN}, element_at(requestparameters, 'roleName') AS role`,
      "eventname = 'UpdateAssumeRolePolicy'",
    ),
    top('Kinds of identities', 'useridentity.type', { as: 'kind', view: 'PieChart' }),
  ],
  'AWSCloudTrail-S3': [
    overTime('Calls to S3', "eventsource = 's3.amazonaws.com'"),
    top('Operations', 'eventname', { where: "eventsource = 's3.amazonaws.com'", as: 'operation' }),
    top('Buckets', "element_at(requestparameters, 'bucketName')", {
      where: "eventsource = 's3.amazonaws.com'",
      as: 'bucket',
    }),
    top('Who calls', IDENTITY, { where: "eventsource = 's3.amazonaws.com'", as: 'identity' }),
    top('Errors', 'errorcode', { where: "eventsource = 's3.amazonaws.com'", as: 'error' }),
    table(
      'Changes of access',
      `${WHO_WHEN}, element_at(requestparameters, 'bucketName') AS bucket`,
      "eventname IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutObjectAcl', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock')",
    ),
    overTime('Objects deleted', "eventname IN ('DeleteObject', 'DeleteObjects')"),
  ],
  'AWSCloudTrail-Organization': [
    overTime('Calls'),
    top('Accounts', 'recipientaccountid', { as: 'account' }),
    top('Accounts with most errors', 'recipientaccountid', { where: 'errorcode IS NOT NULL', as: 'account' }),
    top('Changes by account', 'recipientaccountid', {
      where: 'readonly = false',
      as: 'account',
      view: 'PieChart',
    }),
    widget(
      { title: 'Accounts' },
      'recipientaccountid AS account, count(*) AS calls, count(DISTINCT useridentity.arn) AS identities, max(eventtime) AS latest',
      {
        rest: 'GROUP BY 1 ORDER BY 2 DESC LIMIT 50',
      },
    ),
    table(
      'Roles assumed from other accounts',
      `${WHO_WHEN}, useridentity.accountid AS from_account, recipientaccountid AS account`,
      "eventname = 'AssumeRole' AND useridentity.accountid <> recipientaccountid",
    ),
    table(
      'Changes of the organization',
      WHO_WHEN,
      "eventsource = 'organizations.amazonaws.com' AND readonly = false",
    ),
  ],
};

export const MANAGED: readonly ManagedDashboard[] = Object.entries(BOARDS).map(([name, widgets]) => ({
  name,
  widgets: named(name, widgets),
}));

export function managedNamed(name: string): ManagedDashboard | undefined {
  return MANAGED.find((one) => one.name === name);
}

import { boto3 } from './boto3.ts';
import type { Credentials, TestServer } from './server.ts';

type Server = Pick<TestServer, 'url' | 'credentials'>;

/** Stops a query over that table that would run for long, then one that has ended, and tells what they came to. */
export function stopAQuery(server: Server, table: string): Promise<Record<string, unknown>> {
  return boto3(
    server,
    `
import time
athena = client('athena')
logs = '${table}'
slow = 'SELECT count(*) FROM %s a CROSS JOIN %s b CROSS JOIN %s c WHERE a.eventid || b.eventid < c.useragent' % (logs, logs, logs)
out = {'OutputLocation': 's3://athena-results/out/'}
id = athena.start_query_execution(QueryString=slow, ResultConfiguration=out)['QueryExecutionId']
def state(of, left):
    for _ in range(600):
        status = athena.get_query_execution(QueryExecutionId=of)['QueryExecution']['Status']
        if status['State'] not in left: return status
        time.sleep(0.05)
running = state(id, ('QUEUED',))['State']
athena.stop_query_execution(QueryExecutionId=id)
stopped = state(id, ('QUEUED', 'RUNNING'))
quick = athena.start_query_execution(QueryString='SELECT 1', ResultConfiguration=out)['QueryExecutionId']
state(quick, ('QUEUED', 'RUNNING'))
athena.stop_query_execution(QueryExecutionId=quick)
say({'running': running, 'stopped': stopped['State'], 'reason': stopped['StateChangeReason'], 'quick': state(quick, ())['State'],
     'results': told(lambda: athena.get_query_results(QueryExecutionId=id)).get('code'),
     'unknown': told(lambda: athena.stop_query_execution(QueryExecutionId='00000000-0000-4000-8000-000000000000')).get('code')})
`,
  );
}

/** Has results encrypted, and put where that may not be: in a bucket of that other account, say. Tells what it came to. */
export function keepResults(server: Server, other: Credentials): Promise<Record<string, unknown>> {
  return boto3(
    server,
    `
import time
athena, s3, kms = client('athena'), client('s3'), client('kms')
other = client('s3', '${other.accessKeyId}', '${other.secretAccessKey}', '${other.sessionToken ?? ''}')
other.create_bucket(Bucket='of-another')
key = kms.create_key()['KeyMetadata']['Arn']
def start(location='s3://athena-results/sse/', **more):
    configuration = {'OutputLocation': location, **more.pop('result', {})}
    return athena.start_query_execution(QueryString='SELECT 42 AS n', ResultConfiguration=configuration, **more)
def done(id):
    for _ in range(600):
        found = athena.get_query_execution(QueryExecutionId=id)['QueryExecution']
        if found['Status']['State'] not in ('QUEUED', 'RUNNING'): return found
        time.sleep(0.05)
def encrypted(KmsKey):
    return done(start(result={'EncryptionConfiguration': {'EncryptionOption': 'SSE_KMS', 'KmsKey': KmsKey}})['QueryExecutionId'])
kept = encrypted(key)
place = kept['ResultConfiguration']['OutputLocation'].split('/', 3)
head = s3.head_object(Bucket=place[2], Key=place[3])
rows = athena.get_query_results(QueryExecutionId=kept['QueryExecutionId'])['ResultSet']['Rows']
gone = encrypted(key[:-12] + '000000000000')
def refusal(**given):
    error = told(lambda: start(**given))
    return [error.get('code'), error.get('message')]
say({'sse': head.get('ServerSideEncryption'), 'key': head.get('SSEKMSKeyId') == key, 'rows': rows[1]['Data'],
     'shown': kept['ResultConfiguration']['EncryptionConfiguration']['EncryptionOption'],
     'gone': [gone['Status']['State'], gone['Status']['StateChangeReason']],
     'other': refusal(location='s3://of-another/out/'), 'missing': refusal(location='s3://not-there/out/'),
     'owner': refusal(result={'ExpectedBucketOwner': '210987654321'}),
     'own': done(start(result={'ExpectedBucketOwner': '123456789012'})['QueryExecutionId'])['Status']['State'],
     'csekms': refusal(result={'EncryptionConfiguration': {'EncryptionOption': 'CSE_KMS', 'KmsKey': key}}),
     'reuse': refusal(ResultReuseConfiguration={'ResultReuseByAgeConfiguration': {'Enabled': True, 'MaxAgeInMinutes': 5}})})
`,
  );
}

import { awsEnv, type Credentials, type TestServer } from './server.ts';
import { run } from './run.ts';

/** Before every script: `client(service, **credentials)` with one attempt, and `told(call)`: what a call answered, or its error. */
const PRELUDE = `
import json, os, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={'max_attempts': 1, 'mode': 'standard'}, s3={'addressing_style': 'path'})
URL = os.environ['AWS_ENDPOINT_URL']

def client(service, key=None, secret=None, token=None):
    return boto3.client(service, config=CONFIG, aws_access_key_id=key or os.environ['AWS_ACCESS_KEY_ID'],
        aws_secret_access_key=secret or os.environ['AWS_SECRET_ACCESS_KEY'],
        aws_session_token=token or (None if key else os.environ.get('AWS_SESSION_TOKEN')))

def told(call):
    try:
        answer = call()
        return {'status': answer['ResponseMetadata']['HTTPStatusCode'], 'requestId': answer['ResponseMetadata'].get('RequestId')}
    except ClientError as error:
        return {'code': error.response['Error']['Code'], 'message': error.response['Error'].get('Message', ''),
            'status': error.response['ResponseMetadata']['HTTPStatusCode'],
            'requestId': error.response['ResponseMetadata'].get('RequestId')}

def say(value):
    print(json.dumps(value, default=str))
`;

/** Runs Python with boto3 pointed at the server; the script calls `say(value)` once. Throws with what it wrote on stderr when it fails. */
export async function boto3<T>(
  server: Pick<TestServer, 'url' | 'credentials'>,
  script: string,
  { credentials, env = {} }: { credentials?: Credentials; env?: Readonly<Record<string, string>> } = {},
): Promise<T> {
  const { code, stdout, stderr } = await run('python3', ['-'], {
    env: { ...awsEnv(server, credentials), ...env },
    input: `${PRELUDE}\n${script}`,
  });
  if (code !== 0) throw new Error(`python3: exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

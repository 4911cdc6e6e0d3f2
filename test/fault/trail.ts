import {
  CloudTrailClient,
  CreateTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  type GetTrailStatusResponse,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';

import { s3Client, trailBucketPolicy, type Server } from '../kit/client.ts';

export const BUCKET = 'fault-trail';
const ACCOUNT = '123456789012';
const NAME = 'fault';

const client = (server: Server) =>
  new CloudTrailClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });

export async function createTrail(server: Server): Promise<void> {
  await s3Client(server).send(new CreateBucketCommand({ Bucket: BUCKET }));
  await allowDelivery(server);
  await client(server).send(
    new CreateTrailCommand({
      Name: NAME,
      S3BucketName: BUCKET,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    }),
  );
  await client(server).send(new StartLoggingCommand({ Name: NAME }));
}

export async function stopTrail(server: Server): Promise<void> {
  await client(server).send(new StopLoggingCommand({ Name: NAME }));
}

export async function trailStatus(server: Server): Promise<GetTrailStatusResponse> {
  return client(server).send(new GetTrailStatusCommand({ Name: NAME }));
}

export async function allowDelivery(server: Server): Promise<void> {
  await s3Client(server).send(
    new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }),
  );
}

export async function refuseDelivery(server: Server): Promise<void> {
  await s3Client(server).send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
}

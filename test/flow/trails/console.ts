import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { S3Client } from '@aws-sdk/client-s3';

import type * as kit from '../../kit/console-page.ts';

export const ACCOUNT = '123456789012';

/** With clients, for all that is looked at of trails. */
export type Console = kit.Console & { readonly cloudtrail: CloudTrailClient; readonly s3: S3Client };

export type Opened = kit.Opened<Console>;

import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { ChoiceField, NameField } from '../../../choices/choose.tsx';
import { useForm } from './form-context.tsx';
import { LogsPart } from './logs-part.tsx';
import { ownerOf, topicArn } from './names.ts';
import { keyPolicy, topicPolicy } from './policies.ts';
import { PolicyNeeds } from './policy-needs.tsx';
import { useBucketPolicy } from './use-bucket-policy.ts';

const CHOICES = [
  { value: 'none', label: 'None' },
  { value: 'existing', label: 'Existing' },
  { value: 'new', label: 'New' },
] as const;

/** Bucket, key, topic and log group. */
export function DestinationsStep() {
  return (
    <SpaceBetween size="l">
      <BucketPart />
      <KeyPart />
      <TopicPart />
      <LogsPart />
    </SpaceBetween>
  );
}

function BucketPart() {
  const { draft, change, choose, errorOf, place, lists } = useForm();
  const buckets = lists.buckets;
  const isNew = draft.bucketChoice === 'new';
  return (
    <Container
      header={
        <Header variant="h2" description="Log files, and signed digests that prove them whole.">
          S3 bucket
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ChoiceField
          label="Bucket"
          value={draft.bucketChoice}
          options={[
            { value: 'new', label: 'New' },
            { value: 'existing', label: 'Existing' },
          ]}
          onChange={(bucketChoice) =>
            choose('bucket', {
              bucketChoice,
              bucket: bucketChoice === 'new' ? `cloudtrail-logs-${place.accountId}` : '',
            })
          }
          available={buckets}
        />
        <NameField
          label="Bucket’s name"
          value={draft.bucket}
          onChange={(bucket) => change('bucket', { bucket, grantBucket: true })}
          error={errorOf('bucket')}
          available={isNew ? undefined : buckets}
          suggest={!isNew}
          hint={isNew ? `It is made in ${place.region}, and its policy lets CloudTrail write.` : undefined}
        />
        {!isNew && <GrantField />}
        <NameField
          label="Prefix (optional)"
          value={draft.prefix}
          onChange={(prefix) => change('prefix', { prefix, grantBucket: true })}
          error={errorOf('prefix')}
          hint={`Files go to ${draft.bucket || 'bucket'}/${draft.prefix ? `${draft.prefix}/` : ''}AWSLogs/${place.accountId}/CloudTrail/…`}
        />
        <Checkbox
          checked={draft.validation}
          description="A signed digest each hour: whether a file was changed, deleted or forged can be told years later."
          onChange={({ detail }) => change('bucket', { validation: detail.checked })}
        >
          Log file validation
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}

/** What the policy of a bucket that exists has, and whether to add to it. */
function GrantField() {
  const { draft, change } = useForm();
  const policy = useBucketPolicy();
  if (policy.state === 'unreadable') {
    return (
      <Alert type="warning">
        Its policy cannot be read ({policy.why}), so nothing is added to it. It has to let CloudTrail write,
        or the trail is refused.
      </Alert>
    );
  }
  if (policy.state !== 'known') return null;
  if (policy.missing === 0) return <Alert type="success">Its policy lets CloudTrail write there.</Alert>;
  return (
    <Checkbox
      checked={draft.grantBucket}
      description="Its policy lacks what CloudTrail needs. What is there stays; without this the trail may be refused."
      onChange={({ detail }) => change('bucket', { grantBucket: detail.checked })}
    >
      Add {policy.missing === 1 ? 'the missing statement' : `the ${policy.missing} missing statements`} to the
      bucket’s policy
    </Checkbox>
  );
}

function KeyPart() {
  const { draft, change, choose, errorOf, place, lists } = useForm();
  const keys = lists.keys;
  const isNew = draft.kmsChoice === 'new';
  return (
    <Container header={<Header variant="h2">Encryption</Header>}>
      <SpaceBetween size="l">
        <ChoiceField
          label="KMS key"
          description="Files are encrypted with it, and only who may use the key can read them."
          value={draft.kmsChoice}
          options={CHOICES}
          onChange={(kmsChoice) => choose('kms', { kmsChoice, kms: '' })}
          available={keys}
        />
        {draft.kmsChoice !== 'none' && (
          <NameField
            label={isNew ? 'Alias of the new key' : 'Key'}
            value={draft.kms}
            onChange={(kms) => change('kms', { kms })}
            error={errorOf('kms')}
            available={isNew ? undefined : keys}
            suggest={!isNew}
            placeholder={isNew ? 'cloudtrail' : 'alias/cloudtrail'}
            hint={
              isNew
                ? 'Its policy lets CloudTrail encrypt for this trail, and this account decrypt.'
                : 'An alias, an ARN or an ID. Its policy has to let CloudTrail use it.'
            }
          />
        )}
        {draft.kmsChoice === 'existing' && (
          <PolicyNeeds
            what="the key’s policy"
            statements={keyPolicy(ownerOf(draft, place), place.accountId).Statement.slice(1)}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

function TopicPart() {
  const { draft, change, choose, errorOf, place, lists } = useForm();
  const topics = lists.topics;
  const isNew = draft.topicChoice === 'new';
  return (
    <Container header={<Header variant="h2">Notifications</Header>}>
      <SpaceBetween size="l">
        <ChoiceField
          label="SNS topic"
          description="Told of each log file as it is delivered."
          value={draft.topicChoice}
          options={CHOICES}
          onChange={(topicChoice) => choose('topic', { topicChoice, topic: '' })}
          available={topics}
        />
        {draft.topicChoice !== 'none' && (
          <NameField
            label={isNew ? 'New topic’s name' : 'Topic'}
            value={draft.topic}
            onChange={(topic) => change('topic', { topic })}
            error={errorOf('topic')}
            available={isNew ? undefined : topics}
            suggest={!isNew}
            placeholder={isNew ? 'trail-deliveries' : ''}
            hint={
              isNew
                ? 'Its policy lets CloudTrail publish for this trail.'
                : 'A name or an ARN. Its policy has to let CloudTrail publish.'
            }
          />
        )}
        {draft.topicChoice === 'existing' && (
          <PolicyNeeds
            what="the topic’s policy"
            statements={topicPolicy(ownerOf(draft, place), topicArn(draft, place)).Statement}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

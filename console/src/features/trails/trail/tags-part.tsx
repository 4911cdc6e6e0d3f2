import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { trailTags, type Trail } from '../trails.ts';

export function TagsPart(props: { readonly trail: Trail; readonly readOnly: string | undefined }) {
  const { arn } = props.trail;
  const { api } = useConnection();
  const tags = useQuery({
    queryKey: ['trail', arn, 'tags'],
    queryFn: ({ signal }) => trailTags(api, arn, signal),
    staleTime: 0,
  });
  return (
    <Container header={<Header variant="h2">Tags</Header>}>
      {tags.isPending && <Waiting what="tags" lines={1} />}
      {tags.isError && <ErrorState error={tags.error} what="Tags" action="cloudtrail:ListTags" />}
      {tags.data?.length === 0 && (
        <span className="ot-secondary">
          No tags.{props.readOnly === undefined && ' Edit the trail to set some.'}
        </span>
      )}
      {tags.data && tags.data.length > 0 && (
        <KeyValuePairs
          columns={3}
          items={tags.data.map(({ key, value }) => ({ label: key, value: value || '–' }))}
        />
      )}
    </Container>
  );
}

import { useQuery } from '@tanstack/react-query';

import { ApiError } from '../../../aws/errors.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { getAlarm } from '../alarms.ts';
import { AlarmForm } from './alarm-form.tsx';
import { draftOf, newDraft } from './draft.ts';

type Props = {
  /** Undefined for a new one. */
  readonly name: string | undefined;
  /** What a new one is on. */
  readonly metric: { readonly namespace: string; readonly metric: string };
};

/** A new alarm, or the same form for one that is there. */
export default function EditAlarmPage({ name, metric }: Props) {
  const { api } = useConnection();
  const before = useQuery({
    queryKey: ['alarm-form', name],
    enabled: name !== undefined,
    queryFn: async ({ signal }) => {
      const found = await getAlarm(api, name ?? '', signal);
      if (found?.metric) return found;
      const message = found
        ? 'Alarms on several metrics are changed with the CLI.'
        : `There is no alarm ${name} here.`;
      throw new ApiError({ code: 'ResourceNotFound', message, status: 404 });
    },
    gcTime: 0,
  });
  const title = name === undefined ? 'Create alarm' : `Edit ${name}`;
  const crumbs = [
    { text: 'Alarms', href: '#/alarms' },
    { text: title, href: window.location.hash },
  ];
  return (
    <PageLayout active="alarms" title={title} contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {name !== undefined && before.isPending && <Waiting what="the form" lines={8} />}
        {before.isError && (
          <ErrorState
            error={before.error}
            what="The form"
            heading={title}
            action="cloudwatch:DescribeAlarms"
            onRetry={() => void before.refetch()}
          />
        )}
        {name === undefined && <AlarmForm title={title} initial={newDraft(metric)} before={undefined} />}
        {before.data && <AlarmForm title={title} initial={draftOf(before.data)} before={before.data} />}
      </div>
    </PageLayout>
  );
}

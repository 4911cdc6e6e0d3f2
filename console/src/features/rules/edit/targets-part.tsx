import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { available, type Kind } from '../../../choices/available.ts';
import { NameField } from '../../../choices/choose.tsx';
import { Command } from '../../../parts/command.tsx';
import { useConnection } from '../../../session/context.tsx';
import type { Target } from '../rules.ts';
import { settingsOf, settingsProblems, UNFINISHED, WHOLE_EVENT, withSettings } from '../target-settings.ts';
import { arnOf, describeTarget, KINDS, type NewTarget, type TargetKind } from '../targets.ts';
import { targetProblem } from './draft.ts';
import { subscribeCommand } from './plan.ts';
import type { PartProps } from './rule-form.tsx';
import { SettingsPart } from './settings-part.tsx';

const LISTS: { readonly [kind in TargetKind]?: Kind } = { topic: 'topics', logs: 'logGroups' };

/** Where matching events go: what is there already, and what is added. */
export function TargetsPart({ draft, change, error }: PartProps) {
  const { kept, added } = draft;
  const put = (target: NewTarget) =>
    change({ added: added.map((one) => (one.id === target.id ? target : one)) });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Up to five. Without any, nobody is told."
          actions={
            <Button
              disabled={kept.length + added.length >= 5}
              onClick={() =>
                change({
                  added: [...added, another([...kept.map(({ Id }) => Id), ...added.map(({ id }) => id)])],
                })
              }
            >
              Add target
            </Button>
          }
        >
          Targets
        </Header>
      }
    >
      <SpaceBetween size="m">
        {kept.map((target) => (
          <Kept
            key={target.Id}
            target={target}
            onChange={(next) => change({ kept: kept.map((one) => (one.Id === next.Id ? next : one)) })}
            onRemove={() => change({ kept: kept.filter(({ Id }) => Id !== target.Id) })}
          />
        ))}
        {added.map((target) => (
          <Added
            key={target.id}
            target={target}
            rule={draft.name}
            problem={error && targetProblem(target)}
            onChange={put}
            onRemove={() => change({ added: added.filter(({ id }) => id !== target.id) })}
          />
        ))}
        {error && added.every((target) => targetProblem(target) === undefined) && (
          <Box color="text-status-error">{error}</Box>
        )}
        {kept.length + added.length === 0 && <Box color="text-body-secondary">No targets.</Box>}
      </SpaceBetween>
    </Container>
  );
}

type KeptProps = {
  readonly target: Target;
  readonly onChange: (target: Target) => void;
  readonly onRemove: () => void;
};

/** Where it goes stays: another place is another target. */
function Kept({ target, onChange, onRemove }: KeptProps) {
  const { session } = useConnection();
  const [settings, setSettings] = useState(() => settingsOf(target));
  const { kind, name } = describeTarget(target);
  return (
    <div className="ot-choice">
      <div className="ot-card-head">
        <span>
          {kind} <span className="ot-mono ot-anywhere">{name}</span>{' '}
          <span className="ot-secondary">· {target.Id}</span>
        </span>
        <Button variant="inline-link" ariaLabel={`Remove ${target.Id}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      <SettingsPart
        id={target.Id}
        settings={settings}
        onChange={(next) => {
          setSettings(next);
          // What is not whole yet stands in the form only: the button waits for it.
          const isWhole = Object.keys(settingsProblems(next)).length === 0;
          onChange(isWhole ? withSettings(target, next, session) : { ...target, [UNFINISHED]: true });
        }}
      />
    </div>
  );
}

type AddedProps = {
  readonly target: NewTarget;
  readonly rule: string;
  readonly problem: string | undefined;
  readonly onChange: (target: NewTarget) => void;
  readonly onRemove: () => void;
};

function Added({ target, rule, problem, onChange, onRemove }: AddedProps) {
  const { session } = useConnection();
  const kind = KINDS.find(({ id }) => id === target.kind) ?? KINDS[0];
  const list = LISTS[target.kind];
  const canBeNew = list !== undefined;
  const names = useNames(canBeNew && !target.isNew ? list : undefined);
  return (
    <div className="ot-choice">
      <SpaceBetween size="s">
        <div className="ot-card-head">
          <Select
            selectedOption={{ value: kind.id, label: kind.label }}
            options={KINDS.map(({ id, label }) => ({ value: id, label }))}
            ariaLabel="Kind of target"
            onChange={({ detail }) =>
              onChange({ ...target, kind: detail.selectedOption.value as TargetKind, value: '' })
            }
          />
          <Button variant="inline-link" ariaLabel={`Remove ${target.id}`} onClick={onRemove}>
            Remove
          </Button>
        </div>
        {canBeNew && (
          <Checkbox
            checked={target.isNew}
            onChange={({ detail }) => onChange({ ...target, isNew: detail.checked, value: '' })}
          >
            Make a new one
          </Checkbox>
        )}
        <NameField
          label={target.isNew && canBeNew ? `New ${kind.field.toLowerCase()}` : kind.field}
          value={target.value}
          onChange={(value) => onChange({ ...target, value })}
          error={problem}
          hint={
            kind.id === 'topic' && !target.isNew
              ? 'Its policy must let events.amazonaws.com publish.'
              : kind.hint
          }
          suggest={canBeNew && !target.isNew}
          available={names}
        />
        <SettingsPart
          id={target.id}
          settings={target.settings}
          onChange={(settings) => onChange({ ...target, settings })}
        />
        {kind.id === 'topic' &&
          target.isNew &&
          target.value !== '' &&
          targetProblem(target) === undefined && (
            <FormField label="Afterwards, to get its messages">
              <Command text={subscribeCommand(arnOf(target, rule, session))} />
            </FormField>
          )}
      </SpaceBetween>
    </div>
  );
}

function useNames(kind: Kind | undefined) {
  const { api } = useConnection();
  const names = useQuery({
    queryKey: ['available', kind],
    enabled: kind !== undefined,
    queryFn: ({ signal }) => available(api, kind ?? 'topics', signal),
  });
  return kind === undefined ? undefined : names.data;
}

function another(taken: readonly string[]): NewTarget {
  let n = 1;
  while (taken.includes(`target-${n}`)) n++;
  return { id: `target-${n}`, kind: 'topic', value: '', isNew: true, settings: WHOLE_EVENT };
}

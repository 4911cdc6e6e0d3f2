import Wizard from '@cloudscape-design/components/wizard';
import { useMemo, useReducer, useState } from 'react';

import { RunView } from '../../../plan/run-view.tsx';
import { useDoing } from '../../../plan/use-doing.ts';
import { navigate } from '../../../routing/use-route.ts';
import { formatHash, type Route } from '../../../routing/route.ts';
import type { Draft, DraftField, Place } from './draft.ts';
import { fieldOfError } from './field-of-error.ts';
import { formReducer, problemsIn, startForm, STEP_FIELDS, stepOf } from './form.ts';
import { FormProvider } from './form-context.tsx';
import { planTrail } from './plan.ts';
import { DestinationsStep } from './step-destinations.tsx';
import { EventsStep } from './step-events.tsx';
import { ReviewStep } from './step-review.tsx';
import { TrailStep } from './step-trail.tsx';
import { useBucketPolicy } from './use-bucket-policy.ts';
import { useLists } from './use-lists.ts';
import { validate } from './validate.ts';

type Props = {
  readonly initial: Draft;
  readonly before: Draft | undefined;
  readonly place: Place;
  readonly noOrganization: string | undefined;
};

const REVIEW = 3;
const QUERIES = ['trails', 'trail', 'trail-status', 'trail-selectors', 'trail-settings', 'bucket-policy'];

/** The steps, then the doing of it. */
export function TrailWizard({ initial, before, place, noOrganization }: Props) {
  const [state, dispatch] = useReducer(formReducer, initial, startForm);
  const lists = useLists();
  const value = { state, dispatch, place, lists, noOrganization, before };
  return (
    <FormProvider value={value}>
      <Steps form={value} />
    </FormProvider>
  );
}

type StepsProps = { readonly form: Parameters<typeof FormProvider>[0]['value'] };

function Steps({ form }: StepsProps) {
  const { state, dispatch, place, lists, before } = form;
  const { draft } = state;
  const [step, setStep] = useState(0);
  const policy = useBucketPolicy();
  const known = policy.state === 'known' ? policy.policy : undefined;
  const readable = draft.bucketChoice === 'new' || policy.state === 'known';
  const calls = useMemo(
    () =>
      step < REVIEW || Object.keys(validate(draft, lists)).length > 0
        ? []
        : planTrail({
            draft: readable ? draft : { ...draft, grantBucket: false },
            place,
            before,
            bucketPolicy: known,
          }),
    [step, draft, lists, readable, place, before, known],
  );
  const doing = useDoing(QUERIES);
  const blocked = (at: number): boolean => {
    const fields = Object.keys(problemsIn(draft, lists, at)) as DraftField[];
    if (fields.length === 0) return false;
    dispatch({ type: 'show', fields: STEP_FIELDS[at] ?? [] });
    setStep(at);
    focusFirstMistake();
    return true;
  };
  const trailPage: Route = { page: 'trail', name: draft.name };
  if (doing.calls) {
    return (
      <RunView
        title={before ? `Changing ${draft.name}` : `Making ${draft.name}`}
        calls={doing.calls}
        progress={doing.progress}
        href={formatHash(trailPage)}
        hrefText="Show the trail"
        onRetry={() => doing.start(calls)}
        onCorrect={({ call, error }) => {
          const field = fieldOfError(error, call.field as DraftField);
          dispatch({ type: 'refuse', field, refusal: error });
          doing.leave();
          setStep(stepOf(field));
          focusFirstMistake();
        }}
      />
    );
  }
  const marked = (at: number) => stepError(form, at);
  return (
    <Wizard
      activeStepIndex={step}
      allowSkipTo={before !== undefined}
      submitButtonText={before ? 'Save changes' : 'Create trail'}
      i18nStrings={{
        stepNumberLabel: (number) => `Step ${number}`,
        collapsedStepsLabel: (number, count) => `Step ${number} of ${count}`,
        skipToButtonLabel: ({ title }) => `Go to ${title}`,
        navigationAriaLabel: 'Steps',
        cancelButton: 'Cancel',
        previousButton: 'Back',
        nextButton: 'Next',
        optional: 'may stay as it is',
      }}
      onNavigate={({ detail }) => {
        for (let at = step; at < detail.requestedStepIndex; at++) if (blocked(at)) return;
        setStep(detail.requestedStepIndex);
      }}
      onCancel={() => navigate(before ? trailPage : { page: 'trails' })}
      onSubmit={() => {
        for (let at = 0; at < REVIEW; at++) if (blocked(at)) return;
        if (calls.length === 0) navigate(trailPage);
        else doing.start(calls);
      }}
      steps={[
        { title: 'Trail', content: <TrailStep />, ...marked(0) },
        {
          title: 'Where it delivers',
          content: <DestinationsStep />,
          ...marked(1),
          isOptional: before !== undefined,
        },
        { title: 'What it logs', content: <EventsStep />, ...marked(2), isOptional: before !== undefined },
        { title: 'Review', content: <ReviewStep calls={calls} /> },
      ]}
    />
  );
}

function stepError(
  { state, lists }: StepsProps['form'],
  at: number,
): { readonly errorText: string } | Record<string, never> {
  const problems = problemsIn(state.draft, lists, at);
  const fields = STEP_FIELDS[at] ?? [];
  const count = fields.filter(
    (field) =>
      state.refused[field] !== undefined || (state.shown.has(field) && problems[field] !== undefined),
  ).length;
  if (count === 0) return {};
  return {
    errorText: count === 1 ? 'One thing here needs a correction.' : `${count} things here need a correction.`,
  };
}

/** After the step is drawn: where a keyboard's or screen reader's user has to go on. */
function focusFirstMistake(): void {
  window.setTimeout(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 100);
}

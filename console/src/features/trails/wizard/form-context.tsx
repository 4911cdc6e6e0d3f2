import { createContext, useContext, type Dispatch, type ReactNode } from 'react';

import type { Draft, DraftField, Place } from './draft.ts';
import type { FormAction, FormState } from './form.ts';
import type { Lists } from '../../../choices/available.ts';
import { validate } from './validate.ts';

type Form = {
  readonly state: FormState;
  readonly dispatch: Dispatch<FormAction>;
  readonly place: Place;
  readonly lists: Lists;
  /** Why no organization's trail can be made here; undefined where it can. */
  readonly noOrganization: string | undefined;
  /** As the trail is; undefined for a new one. */
  readonly before: Draft | undefined;
};

const FormContext = createContext<Form | undefined>(undefined);

export function FormProvider({ value, children }: { readonly value: Form; readonly children: ReactNode }) {
  return <FormContext.Provider value={value}>{children}</FormContext.Provider>;
}

export function useForm() {
  const form = useContext(FormContext);
  if (!form) throw new TypeError('useForm is for components below FormProvider');
  const { state, dispatch } = form;
  const problems = validate(state.draft, form.lists);
  return {
    ...form,
    draft: state.draft,
    change: (field: DraftField, changes: Partial<Draft>) => dispatch({ type: 'change', field, changes }),
    choose: (field: DraftField, changes: Partial<Draft>) => dispatch({ type: 'choose', field, changes }),
    /** What stands below the field: what the server said, else what AWS would. */
    errorOf: (field: DraftField): string | undefined => {
      const refusal = state.refused[field];
      if (refusal) return `${refusal.code}: ${refusal.message}`;
      return state.shown.has(field) ? problems[field] : undefined;
    },
  };
}

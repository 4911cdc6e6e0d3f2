import type { ApiError } from '../../../aws/errors.ts';
import type { Lists } from '../../../choices/available.ts';
import type { Draft, DraftField } from './draft.ts';
import { validate, type Problems } from './validate.ts';

/** What the server said about a field, until the field is changed. */
export type Refusal = Pick<ApiError, 'code' | 'message'>;

export type FormState = {
  readonly draft: Draft;
  /** Fields that were typed into, or that one wanted to go on with: only their mistakes are shown. */
  readonly shown: ReadonlySet<DraftField>;
  readonly refused: { readonly [field in DraftField]?: Refusal };
};

export type FormAction =
  | { readonly type: 'change'; readonly field: DraftField; readonly changes: Partial<Draft> }
  /** A choice that another field comes with: nobody had the time to fill that in. */
  | { readonly type: 'choose'; readonly field: DraftField; readonly changes: Partial<Draft> }
  | { readonly type: 'show'; readonly fields: readonly DraftField[] }
  | { readonly type: 'refuse'; readonly field: DraftField; readonly refusal: Refusal };

export const STEP_FIELDS: readonly (readonly DraftField[])[] = [
  ['name', 'scope', 'tags'],
  ['bucket', 'prefix', 'kms', 'topic', 'logGroup', 'role'],
  ['selectors', 'aggregation', 'recursive'],
  [],
];

export function startForm(draft: Draft): FormState {
  return { draft, shown: new Set(), refused: {} };
}

export function formReducer(state: FormState, action: FormAction): FormState {
  switch (action.type) {
    case 'change':
      return {
        draft: { ...state.draft, ...action.changes },
        shown: new Set(state.shown).add(action.field),
        refused: { ...state.refused, [action.field]: undefined },
      };
    case 'choose': {
      const shown = new Set(state.shown);
      shown.delete(action.field);
      return { ...formReducer(state, { ...action, type: 'change' }), shown };
    }
    case 'show':
      return { ...state, shown: new Set([...state.shown, ...action.fields]) };
    case 'refuse':
      return { ...state, refused: { ...state.refused, [action.field]: action.refusal } };
  }
}

export function problemsIn(draft: Draft, lists: Lists, step: number): Problems {
  const problems = validate(draft, lists);
  return Object.fromEntries(
    (STEP_FIELDS[step] ?? []).flatMap((field) => (problems[field] ? [[field, problems[field]]] : [])),
  );
}

export function stepOf(field: DraftField): number {
  return Math.max(
    0,
    STEP_FIELDS.findIndex((fields) => fields.includes(field)),
  );
}

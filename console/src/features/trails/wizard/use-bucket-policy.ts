import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../../aws/errors.ts';
import { useConnection } from '../../../session/context.tsx';
import { useForm } from './form-context.tsx';
import { ownerOf } from './names.ts';
import { addStatements, bucketStatements, parsePolicy, type PolicyDocument } from './policies.ts';
import { bucketProblem } from './validate.ts';

export type BucketPolicyState =
  | { readonly state: 'none' | 'asking' }
  | { readonly state: 'unreadable'; readonly why: string }
  /** `missing`: how many statements it lacks for this trail. */
  | { readonly state: 'known'; readonly policy: PolicyDocument | undefined; readonly missing: number };

/** The policy of the existing bucket that the form names, asked once its name stands still. */
export function useBucketPolicy(): BucketPolicyState {
  const { api } = useConnection();
  const { draft, place } = useForm();
  const bucket = useSettled(draft.bucket, 400);
  const asked = draft.bucketChoice === 'existing' && bucketProblem(bucket) === undefined;
  const query = useQuery({
    queryKey: ['bucket-policy', bucket],
    enabled: asked,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      try {
        const response = await api.s3({ method: 'GET', bucket, query: { policy: '' }, signal });
        return { policy: parsePolicy(await response.text()) };
      } catch (error) {
        if (error instanceof ApiError && error.code === 'NoSuchBucketPolicy') return { policy: undefined };
        throw error;
      }
    },
  });
  if (!asked || bucket !== draft.bucket) return { state: 'none' };
  if (query.isPending) return { state: 'asking' };
  if (query.isError) {
    const why = query.error instanceof ApiError ? query.error.code : query.error.message;
    return { state: 'unreadable', why };
  }
  const { policy } = query.data;
  const wanted = addStatements(policy, bucketStatements(ownerOf(draft, place), bucket, draft.prefix));
  return { state: 'known', policy, missing: wanted.Statement.length - (policy?.Statement.length ?? 0) };
}

function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

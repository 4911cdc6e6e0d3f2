import { z } from 'zod';

import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import type { QueryDeps } from '../deps.ts';
import { invalidParameter } from '../lake-errors.ts';
import { SAMPLES } from '../samples/all-samples.ts';
import { searchSamples } from '../samples/search-samples.ts';
import { checked, nextToken } from './input.ts';

/** `*` finds all of them, in the library's order: ours. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_SearchSampleQueries.html */
export async function searchSampleQueries(
  { tokens }: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      SearchPhrase: z
        .string()
        .min(1)
        .max(1000)
        .regex(/^[ -~\n]*$/),
      MaxResults: z.number().int().min(1).max(50).optional(),
      NextToken: nextToken.optional(),
    },
    input,
  );
  const phrase = given.SearchPhrase.trim();
  if (phrase !== '*' && given.SearchPhrase.length < 2)
    throw invalidParameter(`SearchPhrase must have 2 to 1000 characters (got "${given.SearchPhrase}").`);
  const binding = ['SearchSampleQueries', context.accountId, given.SearchPhrase];
  const from = given.NextToken ? Number(tokens.open(given.NextToken, binding)) : 0;
  const found =
    phrase === '*'
      ? SAMPLES.map((sample) => ({ ...sample, relevance: 1 }))
      : searchSamples(SAMPLES, given.SearchPhrase);
  const page = found.slice(from, from + (given.MaxResults ?? 10));
  const next = from + page.length;
  return {
    output: {
      SearchResults: page.map(({ name, description, sql, relevance }) => ({
        Name: name,
        Description: description,
        SQL: sql,
        Relevance: relevance,
      })),
      ...(next < found.length ? { NextToken: tokens.seal(String(next), binding) } : {}),
    },
  };
}

import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { pageOf } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { isoSeconds } from '../../../base/clock.ts';
import type { FunctionCode } from '../catalog.ts';
import { functionArn } from '../function-name.ts';
import { CODES, functionOperation, type LambdaParts } from './lambda-operation.ts';

/** What there is to know of the functions in the folder. https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export function functionOperations(parts: LambdaParts): readonly Operation[] {
  const input = { FunctionName: z.string(), Qualifier: z.string().optional() };
  return [
    functionOperation(parts, 'GetFunction', {
      input,
      handle: async (_input, _context, { arn, code }) => ({ output: { Configuration: shown(arn, code) } }),
    }),
    functionOperation(parts, 'GetFunctionConfiguration', {
      input,
      handle: async (_input, _context, { arn, code }) => ({ output: shown(arn, code) }),
    }),
    listFunctions(parts),
  ];
}

function listFunctions({ catalog, where }: LambdaParts): Operation {
  return {
    service: 'lambda',
    name: 'ListFunctions',
    handle: async (input, context) => {
      const shape = {
        Marker: z.string().max(200).optional(),
        MaxItems: z.number().int().min(1).max(10_000).default(50),
        FunctionVersion: z.enum(['ALL']).optional(),
      };
      const { Marker, MaxItems } = validateInput(shape, input, CODES);
      const isHere = context.accountId === where.account && context.region === where.region;
      const all = isHere ? await catalog.names() : [];
      const { items, next } = pageOf(all, (name) => name, {
        token: Marker,
        limit: Math.min(MaxItems, 50),
        bad: () => new AwsError(CODES.invalid, 'Invalid Marker'),
      });
      const codes = await Promise.all(items.map((name) => catalog.find(name)));
      return {
        output: {
          Functions: codes
            .filter((code) => code !== undefined)
            .map((code) => shown(functionArn({ ...where, name: code.name }), code)),
          NextMarker: next,
        },
      };
    },
  };
}

function shown(arn: string, code: FunctionCode): Record<string, unknown> {
  const { environment } = code;
  return {
    FunctionName: code.name,
    FunctionArn: arn,
    Runtime: 'nodejs24.x',
    Handler: `${code.isFolder ? 'index' : code.name}.${code.handler}`,
    CodeSize: code.codeSize,
    CodeSha256: code.fingerprint,
    Description: code.description,
    Timeout: code.timeout,
    MemorySize: code.memory,
    LastModified: isoSeconds(code.lastModified).replace('Z', '.000+0000'),
    Version: '$LATEST',
    PackageType: 'Zip',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    State: 'Active',
    LastUpdateStatus: 'Successful',
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${code.name}` },
    ...(Object.keys(environment).length === 0 ? {} : { Environment: { Variables: environment } }),
  };
}

import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
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
      const from = Marker === undefined ? '' : Buffer.from(Marker, 'base64url').toString();
      const left = all.filter((name) => name > from);
      const page = left.slice(0, Math.min(MaxItems, 50));
      const codes = await Promise.all(page.map((name) => catalog.find(name)));
      const last = left.length > page.length ? page.at(-1) : undefined;
      return {
        output: {
          Functions: codes
            .filter((code) => code !== undefined)
            .map((code) => shown(functionArn({ ...where, name: code.name }), code)),
          ...(last === undefined ? {} : { NextMarker: Buffer.from(last).toString('base64url') }),
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

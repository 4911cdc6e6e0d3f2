import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { ApiError, isNotPermitted, missingAction } from '../aws/errors.ts';
import { Command } from './command.tsx';

type Props = {
  readonly error: unknown;
  readonly what: string;
  readonly action: string;
  readonly onRetry?: () => void;
  /** The page's heading, where there is nothing on it but this. */
  readonly heading?: string;
};

/** What failed, the server's own code for it, and what to do. `action` is the permission the page needs. */
export function ErrorState({ heading, ...props }: Props) {
  const told = (
    <div role="alert">
      <Told {...props} />
    </div>
  );
  if (heading === undefined) return told;
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{heading}</Header>
      {told}
    </SpaceBetween>
  );
}

function Told({ error, what, action, onRetry }: Omit<Props, 'heading'>) {
  const retry = onRetry && <Button onClick={onRetry}>Try again</Button>;
  if (isNotPermitted(error))
    return <NotPermitted error={error} what={what} action={missingAction(error) ?? action} />;
  const known = error instanceof ApiError ? error : undefined;
  return (
    <Alert type="error" header={`${what} could not be shown`} action={retry}>
      <Box variant="p">{known?.message ?? 'Something in this page broke.'}</Box>
      <Box variant="small">
        <code>{known?.code ?? String(error)}</code> · {adviceFor(known)}
      </Box>
    </Alert>
  );
}

function NotPermitted({
  error,
  what,
  action,
}: {
  readonly error: ApiError;
  readonly what: string;
  readonly action: string;
}) {
  const statement = { Effect: 'Allow', Action: action, Resource: '*' };
  return (
    <Alert type="warning" header={`You are not permitted to see ${what.toLowerCase()}`}>
      <Box variant="p">
        A policy of yours has to allow <code>{action}</code>. The statement to ask your administrator for:
      </Box>
      <Command text={JSON.stringify(statement, null, 2)} what="the policy statement" />
      <Box variant="small" color="text-body-secondary">
        {error.message}
      </Box>
    </Alert>
  );
}

function adviceFor(error: ApiError | undefined): string {
  if (!error) return 'Reload the page; if it happens again, tell us what you did.';
  if (error.code === 'Unreachable') return 'Check that the server runs, then try again.';
  if (error.code === 'InvalidNextTokenException') return 'The list has moved on: refresh it.';
  if (error.code === 'InvalidTimeRangeException') return 'Choose another time range.';
  if (/Throttl|TooManyRequests/.test(error.code)) return 'Wait a moment, then try again.';
  if (error.status >= 500) return 'The server’s log says more. Trying again may help.';
  return 'Change what was asked for, or look at the server’s log.';
}

import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

import { Command } from '../../../parts/command.tsx';

export function NoRules() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No rules</Box>
      <p>
        A rule tells somebody as soon as something happens: by mail, in Slack or Teams, by a webhook, or
        through a topic, a queue or a function.
      </p>
      <p>
        Open what should not happen unseen in the{' '}
        <a className="ot-link" href="#/events">
          event history
        </a>{' '}
        and choose “Alert me when this happens again”, or begin with a pattern:
      </p>
      <Button variant="primary" href="#/create-rule">
        Create rule
      </Button>
      <p>Or with the CLI:</p>
      <Command
        text={`aws events put-rule --name deletions --event-pattern \\\n  '{"detail":{"eventName":[{"prefix":"Delete"}]}}'`}
      />
      <Command
        text={
          'aws events put-targets --rule deletions --targets \\\n  Id=mail,Arn=arn:aws:opentrail:REGION:ACCOUNT:email/ME@EXAMPLE.COM'
        }
      />
    </div>
  );
}

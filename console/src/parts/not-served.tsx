import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

/** A page for a service that nobody answers for here. */
export function NotServed({ title, error }: { readonly title: string; readonly error: Error }) {
  return (
    <div className="ot-first-steps">
      <Box variant="h1">{title}</Box>
      <Alert type="info" action={<Button href="#/events">Event history</Button>}>
        {error.message}
      </Alert>
    </div>
  );
}

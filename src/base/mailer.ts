import { createTransport, type Transporter } from 'nodemailer';

export type Mail = {
  /** Display name of the sender; '' for none. */
  readonly fromName: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
};

export type Mailer = {
  /** Rejects with what the server says; `responseCode` 5xx is a no for good. */
  readonly send: (mail: Mail) => Promise<void>;
  readonly stop: () => void;
};

/** Mails over one SMTP server, which the operator named: `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`. Times as AWS's: slow servers are waited for. */
export function createMailer({ url, from }: { readonly url: string; readonly from: string }): Mailer {
  const transport: Transporter = createTransport(
    {
      url,
      pool: true,
      maxConnections: 4,
      connectionTimeout: 15_000,
      greetingTimeout: 15_000,
      socketTimeout: 60_000,
      // Nothing of a mail is ever read from a file or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    send: async ({ fromName, to, subject, text }) => {
      await transport.sendMail({
        // Objects, never text: an address is not parsed once more.
        from: { name: fromName, address: from },
        to: { name: '', address: to },
        subject,
        text,
      });
    },
    stop: () => transport.close(),
  };
}
